"""How routes tell the contract (OpenAPI) what FastAPI does not see in them.

Each package has one example of each of its operations. Together they follow one report that is handed in,
claimed, assessed, corrected and exported. Their addresses cannot exist.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from fastapi.routing import APIRoute

from intake_api.http.errors import WITH_KEY, documented


@dataclass(frozen=True, slots=True)
class Example:
    """The summary of an operation, with an example request and answer in JSON."""

    summary: str
    answer: Any = None
    request: Any = None


def told(
    example: Example, *problems: str, common: Iterable[str] = WITH_KEY, status: int = 200
) -> dict[str, Any]:
    """Return the arguments of a route with this example, which may answer these and the common problems."""
    return {
        "summary": example.summary,
        "status_code": status,
        "responses": {status: _shown(example.answer), **documented(*common, *problems)},
        "openapi_extra": {"requestBody": _shown(example.request)} if example.request else None,
    }


def _shown(body: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"example": body}}} if body else {}


class DescribedRoute(APIRoute):
    """A route of which the contract says what its answer's shape says, and no problem that cannot be."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        super().__init__(path, endpoint, **declared | {"operation_id": endpoint.__name__})
        shape = self.response_model
        self.response_description = cleandoc(shape.__doc__) if shape else "It is done."
        if self.body_field is None:
            self.responses.pop(413, None)

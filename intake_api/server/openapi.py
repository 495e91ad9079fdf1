"""Completes the published contract (OpenAPI 3.1): adds roles, headers and examples to what FastAPI derives.

Nothing here changes what the API does; tests check each statement of the contract against the API.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from conversations.wire.report import Report
from intake_api.analysts import examples as of_analysts
from intake_api.export import examples as of_export
from intake_api.hand_in import examples as of_channels
from intake_api.http.errors import MEDIA_TYPE, ProblemDocument
from intake_api.http.examples import Example
from intake_api.numbers import examples as of_numbers
from intake_api.server.description import INFO

EXAMPLES: Final[Mapping[str, Example]] = {
    **of_channels.EXAMPLES,
    **of_analysts.EXAMPLES,
    **of_export.EXAMPLES,
    **of_numbers.EXAMPLES,
}
_SAID: Final = ("description", "example")
_PARAMETERS: Final = {**of_channels.PARAMETERS, **of_analysts.PARAMETERS, **of_export.PARAMETERS}
_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Cache-Control": {
        "description": "Nothing that the intake answers may be kept.",
        "required": True,
        "schema": {"const": "no-store"},
    },
    "WWW-Authenticate": {
        "description": "The way in which a key is sent.",
        "required": True,
        "schema": {"const": "Bearer"},
    },
    "Retry-After": {
        "description": "After how many seconds to try again; where it is missing, that is not known.",
        "schema": {"type": "integer"},
    },
}
_HEADERS_OF: Final = {"401": ("WWW-Authenticate",), "503": ("Retry-After",)}


def completed(contract: dict[str, Any]) -> dict[str, Any]:
    """Complete FastAPI's contract in place; EXAMPLES must have every operation, by its id."""
    contract["info"] |= INFO
    components = contract["components"]
    components["schemas"] |= _further_schemas()
    components["headers"] = _HEADERS
    components["responses"] = {}
    for operation in operations(contract):
        _complete(operation, EXAMPLES[operation["operationId"]], components["schemas"])
        _share_problems(operation["responses"], components["responses"])
    return contract


def operations(contract: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every operation of a contract."""
    for path in contract["paths"].values():
        yield from path.values()


def _further_schemas() -> dict[str, Any]:
    # FastAPI knows neither the report inside a sealed report nor the problems answered outside the routes.
    _, schemas = models_json_schema(
        [(Report, "validation"), (ProblemDocument, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = schemas["$defs"]
    found["Report"]["examples"] = [dict(of_channels.REPORT)]
    return found


def _complete(operation: dict[str, Any], example: Example, schemas: Mapping[str, Any]) -> None:
    operation["summary"] = example.summary
    # FastAPI lists the roles as if a key needed all of them.
    needed = [role for wanted in operation.get("security", ()) for role in wanted["accessKey"]]
    if needed:
        operation["security"] = [{"accessKey": [role]} for role in needed]
    # FastAPI repeats in its schema what a parameter says, and has no place for its example.
    for parameter in operation.get("parameters", ()):
        for name, said in zip(_SAID, _PARAMETERS.get(parameter["name"], ()), strict=False):
            parameter.setdefault(name, said)
    if example.request is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = example.request
    _drop_impossible(operation)
    for status, response in operation["responses"].items():
        named = ("Cache-Control", *_HEADERS_OF.get(status, ()))
        shared = {name: {"$ref": f"#/components/headers/{name}"} for name in named}
        response["headers"] = response.get("headers", {}) | shared
        if status.startswith("2"):
            _show(response, example, schemas)


def _drop_impossible(operation: dict[str, Any]) -> None:
    """Remove the problems that an operation without a body, or without any input to check, cannot answer."""
    if "requestBody" not in operation:
        operation["responses"].pop("413", None)
        if "parameters" not in operation:
            operation["responses"].pop("422", None)


def _show(response: dict[str, Any], example: Example, schemas: Mapping[str, Any]) -> None:
    content = response.get("content", {})
    for media_type, described in content.items():
        if media_type != "application/json":
            described["example"] = example.answer[media_type]
            continue
        described["example"] = example.answer
        response["description"] = schemas[described["schema"]["$ref"].split("/")[-1]]["description"]
    if not content:
        response["description"] = "It is done."


def _share_problems(responses: dict[str, Any], shared: dict[str, Any]) -> None:
    """Describe each set of problems once, and refer to it from the operations."""
    for status, response in responses.items():
        problems = response.get("content", {}).get(MEDIA_TYPE)
        if problems:
            name = ".".join(problems["examples"])
            shared[name] = response
            responses[status] = {"$ref": f"#/components/responses/{name}"}

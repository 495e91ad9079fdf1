"""Refuses what would pass unseen: unknown or repeated parameters of a query, and repeated names in JSON."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError


class StrictRequest(Request):
    """A request whose JSON names each field of an object once; else it cannot be read."""

    async def json(self) -> Any:
        """Return the body; raises ValueError if it is not such JSON."""
        return json.loads(await self.body(), object_pairs_hook=_each_once)


def query_names(dependant: Dependant) -> frozenset[str]:
    """Return the names of all query parameters that a route reads."""
    return frozenset(_query_names(dependant))


def require_known_query(request: Request, known: Collection[str]) -> None:
    """Raise RequestValidationError, without names, unless each parameter is known and comes once."""
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) != len(names) or not set(names) <= set(known):
        raise RequestValidationError([{"loc": ("query", ""), "type": "extra_forbidden"}])


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for needed in dependant.dependencies:
        yield from _query_names(needed)


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found

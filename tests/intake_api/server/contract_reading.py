"""The published contract, and how the tests read it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "api" / "openapi.json"
CONTRACT: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
TERMS_TRIED = 6


def operations(contract: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every operation of a contract."""
    for path in contract["paths"].values():
        yield from path.values()


# The example of each request, by operation id.
REQUESTS: dict[str, Any] = {
    operation["operationId"]: operation["requestBody"]["content"]["application/json"]["example"]
    for operation in operations(CONTRACT)
    if "requestBody" in operation
}


def roles_of(operation: Mapping[str, Any]) -> list[str]:
    """Give the roles that an operation opens to; none where no key is asked for."""
    return [role for needed in operation.get("security", ()) for role in needed["accessKey"]]


def as_of_today(told: Any) -> Any:
    """Give a contract, or a part of one, without what an answer may grow by later."""
    if isinstance(told, list):
        return [as_of_today(part) for part in told]
    if not isinstance(told, dict):
        return told
    today = {name: as_of_today(part) for name, part in told.items()}
    has_fields = today.get("type") == "object" and isinstance(today.get("properties"), dict)
    return today | ({"additionalProperties": False} if has_fields else {})


def with_fewer_terms(told: Any) -> Any:
    """Give a contract in which long lists are short: each term costs a request, and countries are alike."""
    if isinstance(told, list):
        return [with_fewer_terms(part) for part in told]
    if not isinstance(told, dict):
        return told
    short = {name: with_fewer_terms(part) for name, part in told.items()}
    return short | ({"enum": short["enum"][:TERMS_TRIED]} if isinstance(short.get("enum"), list) else {})

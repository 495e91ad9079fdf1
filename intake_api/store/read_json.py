"""Reads JSON out of the database without failing by how deep somebody has nested it."""

import json
from typing import Any, Final

# What is written here nests three levels at most.
_DEEPEST: Final = 20


class TooDeep(ValueError):  # noqa: N818 - it names what happened
    """The JSON is nested deeper than any that is written here."""


def read_json(text: str) -> Any:
    """Return what a text says; raises ValueError if it is no JSON, or TooDeep."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise TooDeep from None
    if _is_deeper(value, _DEEPEST):
        raise TooDeep
    return value


def read_column(text: str) -> Any:
    """Return what a column says, and None of one that is too deep: so its row can still be compared."""
    try:
        return read_json(text)
    except TooDeep:
        return None


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return not levels or any(_is_deeper(one, levels - 1) for one in inner)

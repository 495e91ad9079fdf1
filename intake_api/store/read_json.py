"""Reads JSON out of the database, and tells apart what nobody writes here, without failing by it."""

import json
import re
from typing import Any, Final

# What is written here nests three levels at most.
_DEEPEST: Final = 20
_HALF_A_CHARACTER: Final = re.compile("[\ud800-\udfff]")


class NotWrittenHere(ValueError):  # noqa: N818 - it names what happened
    """The JSON is nested deep, or has half a character or a number of more digits than Python reads."""


def read_json(text: str) -> Any:
    """Return what a text says; raises ValueError if it is no JSON, or NotWrittenHere."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError):
        raise NotWrittenHere from None
    if not _is_written_here(value, _DEEPEST):
        raise NotWrittenHere
    return value


def read_column(text: str) -> Any:
    """Return what a column says, and None if nobody writes it here: so its row can still be compared."""
    try:
        return read_json(text)
    except NotWrittenHere:
        return None


def _is_written_here(value: object, levels: int) -> bool:
    if isinstance(value, str):
        return _HALF_A_CHARACTER.search(value) is None
    if not isinstance(value, dict | list):
        return True
    inner = (*value, *value.values()) if isinstance(value, dict) else value
    return levels > 0 and all(_is_written_here(one, levels - 1) for one in inner)

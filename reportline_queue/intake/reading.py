"""Reads JSON into frozen dataclasses; refuses an answer of another shape as a whole."""

import json
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Written:
    """How a text is written: a pattern that it matches whole."""

    pattern: str


def read(shape: type[Shape], text: bytes) -> Shape:
    """Read JSON as this dataclass; names that it does not have are ignored. Raises ValueError."""
    try:
        made: Shape = _value(shape, json.loads(text))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return made


def _value(kind: Any, given: Any) -> Any:
    origin = get_origin(kind)
    if origin is Annotated:
        return _written(kind, given)
    if origin in {Union, types.UnionType}:
        return _one_of(get_args(kind), given)
    if origin is tuple:
        return tuple(_value(get_args(kind)[0], part) for part in _checked(list, given))
    if origin is Literal:
        return _listed(get_args(kind), given)
    if kind in {datetime, date}:
        return kind.fromisoformat(_checked(str, given))
    if kind in {str, int, bool}:
        return _checked(kind, given)
    return _object(kind, _checked(dict, given))


def _one_of(kinds: tuple[Any, ...], given: Any) -> Any:
    """Read a value that is null, or of the first of these kinds that fits."""
    if given is None and types.NoneType in kinds:
        return None
    *others, last = (kind for kind in kinds if kind is not types.NoneType)
    for kind in others:
        try:
            return _value(kind, given)
        except ValueError:
            continue
    return _value(last, given)


def _object(shape: Any, given: Mapping[str, Any]) -> Any:
    kinds = _kinds(shape)
    missing = [field.name for field in fields(shape) if field.default is MISSING and field.name not in given]
    if missing:
        raise ValueError("a name is missing")
    return shape(**{name: _value(kind, given[name]) for name, kind in kinds.items() if name in given})


@cache
def _kinds(shape: Any) -> Mapping[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _written(kind: Any, given: Any) -> str:
    written: str = _checked(str, given)
    _, how = get_args(kind)
    if not re.fullmatch(how.pattern, written):
        raise ValueError("a text is written in another way")
    return written


def _listed(words: tuple[Any, ...], given: Any) -> Any:
    if given not in words:
        raise ValueError("a word is in no list")
    return given


def _checked(kind: type, given: Any) -> Any:
    # A boolean is an int to Python, and a fault here.
    if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
        raise ValueError("a value is of another type")
    if isinstance(given, str):
        # Half a letter cannot be printed: this raises a ValueError.
        given.encode()
    return given

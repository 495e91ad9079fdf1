"""Finds the line of a TOML text on which a value begins, with the TOML parser itself."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

TomlPath = tuple[int | str, ...]


def lines_of(text: str) -> dict[TomlPath, int]:
    """Find the line (from 1) on which each table and value begins.

    A path consists of keys and of places in arrays. The text is parsed once for each of its lines.
    """
    lines: dict[TomlPath, int] = {}
    begins = 1
    for number, read in _readings(text):
        for path in _paths(read, ()):
            lines.setdefault(path, begins)
        begins = number + 1
    return lines


def nearest_line(lines: Mapping[TomlPath, int], path: TomlPath) -> int:
    """Give the line of a value or, where it is missing, of the nearest table around it."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)


def first_unread_line(text: str) -> int:
    """Give the line on which the first statement begins that cannot be read."""
    return max((number for number, _ in _readings(text)), default=0) + 1


def _readings(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Parse the first line, the first two and so on; a beginning that ends within a value is left out."""
    rows = text.replace("\r\n", "\n").split("\n")
    for number in range(1, len(rows) + 1):
        try:
            yield number, tomllib.loads("\n".join(rows[:number]))
        except tomllib.TOMLDecodeError:
            continue


def _paths(value: Any, path: TomlPath) -> Iterator[TomlPath]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))

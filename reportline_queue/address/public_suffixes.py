"""Finds the part of a name that people can register, by the Public Suffix List's part in `suffixes.txt`."""

from functools import cache
from importlib.resources import files
from typing import Final

# No rule has as many labels.
_LONGEST: Final = 8


def private_suffix(host: str) -> str | None:
    """Give a known public suffix and one label more, or None."""
    labels = host.removesuffix(".").lower().split(".")
    public = 0 if "" in labels else _public_labels(labels)
    return ".".join(labels[-public - 1 :]) if 0 < public < len(labels) else None


def _public_labels(labels: list[str]) -> int:
    """Count the labels of the public suffix; a rule "!name" excepts a name from the rule "*."."""
    for start in range(max(0, len(labels) - _LONGEST), len(labels)):
        name = ".".join(labels[start:])
        length = len(labels) - start
        if f"!{name}" in _rules():
            return length - 1
        if f"*.{name}" in _rules():
            return length + (start > 0)
        if name in _rules():
            return length
    return 0


@cache
def last_labels() -> frozenset[str]:
    """Give the labels with which known public suffixes end, in small letters."""
    return frozenset(rule.rpartition(".")[2] for rule in _rules())


@cache
def _rules() -> frozenset[str]:
    text = files("reportline_queue.address").joinpath("suffixes.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))

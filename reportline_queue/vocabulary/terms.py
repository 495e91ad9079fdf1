"""Reads the newest vocabulary: its lists, their terms in order, and what each means."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

# In the order of a decision's fields.
LIST_NAMES: Final = (
    "outcome",
    "severity",
    "youngest_child",
    "gender",
    "site_type",
    "hosting_country",
    "commerciality",
    "payment_method",
    "flags",
    "action",
    "action_reason",
)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a list, and what it means."""

    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TermList:
    """The words that may answer one question of a decision."""

    about: str
    terms: tuple[Term, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Give the terms' values, in the list's order."""
        return tuple(term.value for term in self.terms)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Its lists by name, and which outcomes say that a page is illegal or that nobody could see it."""

    illegal: frozenset[str]
    unseen: frozenset[str]
    lists: Mapping[str, TermList]


@cache
def newest() -> Vocabulary:
    """Read the vocabulary in which a new decision is made."""
    kept = tomllib.loads(files("reportline_queue.vocabulary").joinpath("newest.toml").read_text("utf-8"))
    return Vocabulary(
        illegal=frozenset(kept["illegal"]),
        unseen=frozenset(kept["unseen"]),
        lists={name: _list(listed) for name, listed in kept["lists"].items()},
    )


def terms(list_name: str) -> tuple[str, ...]:
    """Give the values of one list, in its order."""
    return newest().lists[list_name].values


def about(list_name: str) -> str:
    """Say in a sentence what one list answers."""
    return newest().lists[list_name].about


def _list(listed: Mapping[str, Any]) -> TermList:
    return TermList(listed["about"], tuple(Term(term["value"], term["meaning"]) for term in listed["terms"]))

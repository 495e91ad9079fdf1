"""Reads the vocabulary of decisions, which has versions, so that earlier decisions stay readable.

Each version is a file in `vocabularies/`, and a version that was in use never changes. New decisions are
checked against the newest version. docs/vocabulary.md describes every term and names its source.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

ListName = Literal[
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
]
Sentence = Annotated[str, Field(min_length=1, max_length=200)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Iccam(_Data):
    """A term in ICCAM: its name and number there, and SCART's code for it."""

    name: Sentence
    id: StrictInt
    scart: Sentence


class Term(_Data):
    """A term of a list and its meaning; `iccam` is None if ICCAM has no such term."""

    value: str = Field(pattern="^([a-z0-9]+(_[a-z0-9]+)*|[A-Z]{1,2})$", max_length=64)
    meaning: Sentence
    iccam: Iccam | None = None


class TermList(_Data):
    """The terms that one field of a decision may have, and their source."""

    about: Sentence
    source: Sentence
    iccam_field: Sentence | None = None
    terms: tuple[Term, ...] = Field(min_length=1)

    @property
    def values(self) -> tuple[str, ...]:
        """Return the terms' values, in the list's order."""
        return tuple(term.value for term in self.terms)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.values)) < len(self.values):
            raise ValueError("a value stands twice in a list")
        return self


class Vocabulary(_Data):
    """One version: its lists, and the outcomes that say that a page is illegal or could not be seen."""

    version: StrictInt
    illegal: frozenset[str]
    unseen: frozenset[str]
    lists: dict[ListName, TermList]

    @model_validator(mode="after")
    def _outcomes_are_known(self) -> Self:
        if not self.illegal | self.unseen <= set(self.lists["outcome"].values):
            raise ValueError("an outcome is said to be illegal or unseen, and is in no list")
        if self.illegal & self.unseen:
            raise ValueError("an outcome cannot be both illegal and unseen")
        return self


def _read() -> Mapping[int, Vocabulary]:
    folder = files("intake_api.analysts") / "vocabularies"
    kept = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")]
    read = [Vocabulary.model_validate(tomllib.loads(text)) for text in kept]
    return {vocabulary.version: vocabulary for vocabulary in read}


VOCABULARIES: Final = _read()
VOCABULARY_VERSION: Final = max(VOCABULARIES)
NEWEST: Final = VOCABULARIES[VOCABULARY_VERSION]


def terms(list_name: ListName) -> tuple[str, ...]:
    """Return the values of a list of the newest vocabulary, in its order."""
    return NEWEST.lists[list_name].values


def about(list_name: ListName) -> str:
    """Return a sentence that describes a list of the newest vocabulary."""
    return NEWEST.lists[list_name].about

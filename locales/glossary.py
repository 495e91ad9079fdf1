"""A language's glossary: the terms that its messages use, and the words that no message may use.

The IWF refuses some names for the material (iwf.org.uk, report process); the other refused words are ours.
They are listed in the languages' glossaries and nowhere else.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

_WORD_CATEGORIES = "LMN"
# The names of placeholders and commands are not words of the message.
_NO_WORDS = re.compile(r"\{\w+\}|/[a-z]+")
_FORMAT = "Cf"

INSTEAD = {
    "legitimises": "it legitimises the material; say child sexual abuse, or pictures of it",
    "reporter": "whoever writes to us is a reporter; say you",
    "removed": "nobody can promise it; say only what has happened",
    "safe": "nobody can promise it; say only what has happened",
    "anonymous": "nobody can promise it; say what we do not know",
    "police": "nobody can say it; send people to the police",
    "legal": "nobody can say it; leave it out",
    "nothing": "there is always something to do; say what",
    "screenshot": "it asks for what a reporter must never do; leave it out",
    "save": "it asks for what a reporter must never do; leave it out",
    "evidence": "it asks for what a reporter must never do; leave it out",
    "again": "it asks for what a reporter must never do; leave it out",
    "search": "it asks for what a reporter must never do; leave it out",
    "describe": "it asks for what a reporter must never do; leave it out",
    "why": "it asks what is never asked; leave it out",
    "address": "alone it is where somebody lives; say web link",
}
TERMS = ("link", "child sexual abuse", "child", "report", "receipt", "analyst", "police")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


_Words = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class Term(_Table):
    """How an English term is translated: with one of `say`, except in the messages that `unless` names.

    `english` may be several words for the same, with `|` between them.
    """

    english: str
    say: _Words
    unless: list[str] = []
    why: str


def _pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    return pattern


class Refused(_Table):
    """A pattern that no message may match from the start of a word; `like` is a sentence that it matches.

    `kind` is one of those in INSTEAD, or `own` for a trap of this language, which
    says what to write `instead`.
    """

    kind: str
    pattern: Annotated[str, AfterValidator(_pattern)]
    like: str
    instead: str = ""

    @property
    def told(self) -> str:
        """The words to write instead."""
        return self.instead or INSTEAD.get(self.kind, "say it otherwise")


class Glossary(_Table):
    """The rules of a language's messages.

    `telling` are stems that a person beside the reporter must not read; `punctuation` maps ASCII
    marks to the language's own beyond those of its script; `spaced` maps marks to the space before them, and
    `opening` to the mark that opens what they close; `names` stay as they are in another script.
    """

    voice: Annotated[str, Field(min_length=40)]
    telling: _Words
    as_in_english: list[str] = []
    quotes: str = "“”"
    punctuation: dict[str, str] = {}
    spaced: dict[str, Annotated[str, Field(min_length=1, max_length=1)]] = {}
    opening: dict[str, str] = {}
    names: list[str] = []
    terms: list[Term] = []
    refused: list[Refused]


class GlossaryUnreadable(ValueError):  # noqa: N818 - named for what happened, like our other exceptions
    """A glossary is missing or wrong; the text says what to change."""


def glossary_path(language: str, folder: Path) -> Path:
    """Give the path of a language's glossary below a folder."""
    return folder / language / "glossary.toml"


def read_glossary(language: str, folder: Path) -> Glossary:
    """Read a language's glossary below a folder; raises GlossaryUnreadable."""
    try:
        with glossary_path(language, folder).open("rb") as file:
            return Glossary.model_validate(tomllib.load(file))
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise GlossaryUnreadable(f"{where}: {first['msg']}") from None
    except (OSError, ValueError) as error:
        kind = type(error).__name__
        raise GlossaryUnreadable(
            f"it cannot be read ({kind}); docs/translating.md says what it holds"
        ) from None


def glossary_faults(glossary: Glossary, names: AbstractSet[str], *, is_english: bool) -> Iterator[str]:
    """Give the faults of a glossary: missing terms, missing kinds of refused words, idle patterns.

    `names` are the names of all messages; an exception for another name is a fault.
    """
    excepted = {name for term in glossary.terms for name in term.unless} | {*glossary.as_in_english}
    yield from (f"{name}: there is no such message; take the exception out" for name in excepted - names)
    said = {term.english for term in glossary.terms}
    if not is_english:
        yield from (f'no term for "{term}"; add it' for term in TERMS if term not in said)
    kinds = {refused.kind for refused in glossary.refused}
    yield from (f"nothing of the kind {kind} is refused; add a pattern" for kind in INSTEAD.keys() - kinds)
    for refused in glossary.refused:
        if refused.kind not in INSTEAD and not refused.instead:
            yield f"{refused.kind} is no kind; say what to write instead, or one of {', '.join(INSTEAD)}"
        if not _match(refused, _plain(refused.like)):
            yield f'"{refused.pattern}" does not refuse "{refused.like}"'


def refused_in(glossary: Glossary, text: str) -> Iterator[str]:
    """Say what is refused in a text, and what to write instead."""
    plain = _plain(text)
    for refused in glossary.refused:
        found = _match(refused, plain)
        if found:
            yield f'"{found}" is refused: {refused.told}'


def terms_missing(glossary: Glossary, name: str, english: str, text: str) -> Iterator[str]:
    """Say which terms of the English a translation does not translate as the glossary has them."""
    plain = _plain(text)
    bare = _NO_WORDS.sub("", english)
    for term in glossary.terms:
        has = re.search(rf"\b({'|'.join(map(re.escape, term.english.split('|')))})", bare, re.IGNORECASE)
        if has and name not in term.unless and not any(_plain(word) in plain for word in term.say):
            yield f'"{has[0]}" is said otherwise than in the glossary; write {" or ".join(term.say)}'


def telling_in(glossary: Glossary, text: str) -> str | None:
    """Give the first stem in a text that shows what the talk is about, or None."""
    plain = _plain(text)
    return next((stem for stem in glossary.telling if _plain(stem) in plain), None)


def _match(refused: Refused, plain: str) -> str | None:
    for match in re.finditer(refused.pattern, plain):
        if match.start() == 0 or unicodedata.category(plain[match.start() - 1])[0] not in _WORD_CATEGORIES:
            return match[0]
    return None


def _plain(text: str) -> str:
    """Give a text as it is compared: in small letters, on one line, without invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(character for character in folded if unicodedata.category(character) != _FORMAT)
    return " ".join(seen.lower().split(" ")).replace("\n", " ")

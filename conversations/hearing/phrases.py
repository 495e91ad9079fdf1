"""The rules of each language, as its file lists them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from conversations.hearing.needs import Heard, Need, Who
from conversations.hearing.rules import Rules
from conversations.hearing.spelling import sentences

FOLDER = Path(__file__).parent / "languages"
_Texts = Annotated[list[Annotated[str, Field(min_length=1)]], Field(default_factory=list)]


class _Heard(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    whole: _Texts
    first: _Texts
    third: _Texts
    after_hurt: _Texts


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    i_is_my: bool = False
    groups: dict[str, list[str]] = {}
    unless: _Texts
    polite: _Texts
    needs: dict[Annotated[Need, Field(strict=False)], _Heard] = {}


@dataclass(frozen=True, slots=True)
class Phrases:
    """A language's rules: whole short messages, rules by need and by whom they are about, and exceptions.

    Those `after_hurt` count only from whoever has told that they are hurt: "he is home now". Where `i_is_my`,
    as "saya" is in "bapak saya" (my father), what somebody else does counts before one's own acts.
    """

    whole: Mapping[tuple[str, ...], Need]
    rules: Rules[Heard]
    after_hurt: Rules[Heard]
    unless: Rules[None]
    polite: frozenset[str]
    i_is_my: bool


@cache
def phrases(language: str) -> Phrases:
    """Read the rules of a language, none where it has no file; raises ValueError if that cannot be read."""
    file = FOLDER / f"{language}.toml"
    return read(file.read_text(encoding="utf-8") if file.exists() else "")


def read(text: str) -> Phrases:
    """Read the rules of a language from the text of its file; raises ValueError where it cannot be read."""
    file = _File.model_validate(tomllib.loads(text))
    by_need = sorted(file.needs.items(), key=lambda each: list(Need).index(each[0]))
    polite = frozenset(word for written in file.polite for word in _words(written))
    return Phrases(
        {_plain(whole, polite): need for need, heard in reversed(by_need) for whole in heard.whole},
        Rules(
            (
                (Heard(need, who), written)
                for need, heard in by_need
                for who, all_written in ((Who.FIRST, heard.first), (Who.THIRD, heard.third))
                for written in all_written
            ),
            file.groups,
        ),
        Rules(
            ((Heard(need, Who.FIRST), written) for need, heard in by_need for written in heard.after_hurt),
            file.groups,
        ),
        Rules(((None, written) for written in file.unless), file.groups),
        polite,
        file.i_is_my,
    )


def _plain(whole: str, polite: frozenset[str]) -> tuple[str, ...]:
    """Give the words of a whole message without polite ones, as they are left out of what is compared."""
    words = _words(whole)
    return tuple(word for word in words if word not in polite) or words


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for sentence in sentences(text) for word in sentence)

"""Reads the languages, and gives every message in each; a language is a folder of data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale as Cldr
from babel import localedata
from babel.core import get_global
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from locales.plurals import form_of

FOLDER = Path(__file__).resolve().parent
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Locale:
    """A language: its code (ISO 639), its name in itself, and which way it is written."""

    code: str
    own_name: str

    @property
    def right_to_left(self) -> bool:
        """Whether it is written from right to left, as CLDR says."""
        return _direction(self.code) == "rtl"


@cache
def _direction(code: str) -> str:
    return str(Cldr.parse(code).text_direction)


def read_locales(folder: Path = FOLDER) -> tuple[Locale, ...]:
    """Read the languages below a folder, English first: each whose file language.toml can be read.

    `reportline locales check` reports the others; a portal that names one of them is refused.
    """
    found = (_read_locale(code, folder) for code in sorted(languages_entered(folder), key=_english_first))
    return tuple(locale for locale in found if locale)


def languages_entered(folder: Path = FOLDER) -> set[str]:
    """Name the languages below a folder that have a file language.toml, whether it can be read or not."""
    return {path.parent.name for path in folder.glob("*/language.toml")}


def _english_first(code: str) -> tuple[bool, str]:
    return code != ENGLISH, code


def _read_locale(code: str, folder: Path) -> Locale | None:
    try:
        with (folder / code / "language.toml").open("rb") as file:
            own_name = tomllib.load(file)["own_name"]
    except (OSError, ValueError, KeyError):
        return None
    return Locale(code, own_name) if isinstance(own_name, str) and own_name and is_known(code) else None


def is_known(code: str) -> bool:
    """Tell whether CLDR knows a language, so that its script, its plurals and its direction are known."""
    return code in get_global("likely_subtags") and localedata.exists(code)


KNOWN_LOCALES = read_locales()
KNOWN_LANGUAGES = frozenset(locale.code for locale in KNOWN_LOCALES)


class MissingMessage(LookupError):  # noqa: N818 - named for what happened, like our other exceptions
    """A language lacks a message; `reportline locales check` reports it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every message in one language; English needs no catalogue.

    A message with a number has a form for each plural category of the language, in CLDR's order.
    """

    language: str
    translations: Mapping[tuple[str, str], tuple[str, ...]]

    def translate(self, context: str, english: str, *, one: str = "", count: int | None = None) -> str:
        """Give the message named `context` in this language; raises MissingMessage if it is not there.

        `english` is its English, and `one` its English for exactly one, where it has a number.
        """
        if self.language == ENGLISH:
            return one if one and count == 1 else english
        try:
            forms = self.translations[context, english]
        except KeyError:
            raise MissingMessage(f"{context} is missing in {self.language}") from None
        return forms[0] if count is None else forms[form_of(count, self.language)]


@cache
def catalogue(language: str) -> Catalogue:
    """Give the catalogue of a language, read from disk once; raises FileNotFoundError for one without."""
    return read_catalogue(language, FOLDER)


def read_catalogue(language: str, folder: Path) -> Catalogue:
    """Read a language's catalogue below a folder; a fuzzy message counts as missing."""
    if language == ENGLISH:
        return Catalogue(language, {})
    with catalogue_path(language, folder).open("rb") as file:
        messages = list(read_po(file, locale=language, abort_invalid=True))
    return Catalogue(
        language,
        {
            (message.context, english_of(message)): forms_of(message)
            for message in messages
            if message.context and message.id and not message.fuzzy and all(forms_of(message))
        },
    )


def english_of(message: Message) -> str:
    """Give a message's English; the form for more than one, where it has forms."""
    return message.id if isinstance(message.id, str) else str(message.id[1])


def forms_of(message: Message) -> tuple[str, ...]:
    """Give a message's translation: one text, or one for each plural category."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def catalogue_path(language: str, folder: Path = FOLDER) -> Path:
    """Give the path of a language's catalogue below a folder."""
    return folder / language / "LC_MESSAGES" / "reportline.po"


def shown_path(path: Path) -> Path:
    """Give a path as messages show it: relative to the working folder where it is below that."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

"""The languages that are whole, and what every message says in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Locale:
    """A language: its code (ISO 639), its name in itself, and which way it is written."""

    code: str
    own_name: str
    right_to_left: bool


KNOWN_LOCALES = (
    Locale("en", "English", right_to_left=False),
    Locale("es", "Español", right_to_left=False),
)


class MissingMessage(LookupError):  # noqa: N818 - it names what happened, as the other errors of the house do
    """A language lacks a message; `reportline locales check` would have told."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What every message says in one language; English messages are their own text."""

    language: str
    translations: Mapping[tuple[str, str], str]

    def translate(self, context: str, english: str) -> str:
        """Give the message named `context` in this language; raises MissingMessage if it is not there."""
        if self.language == ENGLISH:
            return english
        try:
            return self.translations[context, english]
        except KeyError:
            raise MissingMessage(f"{context} is missing in {self.language}") from None


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
            (message.context, message.id): message.string
            for message in messages
            if message.context and isinstance(message.id, str) and not message.fuzzy
            if isinstance(message.string, str) and message.string
        },
    )


def catalogue_path(language: str, folder: Path = FOLDER) -> Path:
    """Say where a language's catalogue lies below a folder."""
    return folder / language / "LC_MESSAGES" / "reportline.po"

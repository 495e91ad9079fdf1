"""Tells how far the review of a language has come: draft, back translation, native readers.

`language.toml` says when a language was drafted and when native readers were asked. `review/` holds the back
translation of each message, word for word, and how it compares with the English. The translator saw the
translation alone. Both are valid only for the words that were reviewed: a changed word needs a new review.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from babel.messages.pofile import PoFileError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, ValidationError

from locales.catalogues import ENGLISH, FOLDER, is_known, read_catalogue, shown_path
from locales.extraction import English

# Native readers are asked what to send, what is kept, who reads it, and whether this is emergency help:
# how many are asked, and how many of them must answer everything rightly.
READERS = 5
RIGHT = 4
TO_JUDGE = "?"
# A remark of the blind translator that somebody must answer.
_DOUBT: Final = re.compile(
    r"\[[^\]]*\b(?:could|might|may also|can also|odd|stiff|unclear|not clear|at first glance|ambiguous"
    r"|awkward|mistake|strange)\b[^\]]*\]",
    re.IGNORECASE,
)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NativeReview(_Table):
    """The understanding of native readers on a day; `catalogue` is the `fingerprint` of what they read."""

    on: date
    readers: Annotated[int, Field(ge=READERS)]
    right: Annotated[int, Field(ge=RIGHT)]
    catalogue: str


def _printable(name: str) -> str:
    if not name.isprintable() or name != name.strip():
        raise ValueError("it stands on a button: one line, without spaces around it or what nobody sees")
    return name


class Language(_Table):
    """A language's file language.toml; English is neither drafted nor reviewed."""

    own_name: Annotated[str, Field(min_length=1, max_length=24), AfterValidator(_printable)]
    drafted: date | None = None
    review: NativeReview | None = None


class Compared(_Table):
    """A message, its back translation, and whether the two mean the same.

    `meaning` is "near" where something small differs; `note` then says what, and why it may stay. It is
    TO_JUDGE until a person has compared them.
    """

    english: str
    translation: list[str]
    back: list[str]
    meaning: Literal["same", "near", "?"]
    note: str = ""


class _Comparison(RootModel[dict[str, Compared]]):
    pass


def read_language(language: str, folder: Path = FOLDER) -> Language:
    """Read a language's file; raises OSError, tomllib.TOMLDecodeError or ValidationError."""
    with (folder / language / "language.toml").open("rb") as file:
        return Language.model_validate(tomllib.load(file))


def fingerprint(language: str, folder: Path = FOLDER) -> str:
    """Give 16 hexadecimal digits that change when any word of a language changes."""
    translations = sorted(read_catalogue(language, folder).translations.items())
    return hashlib.blake2b(json.dumps(translations).encode(), digest_size=8).hexdigest()


def state(language: str, folder: Path = FOLDER) -> str:
    """Say in words how far a language's review has come."""
    told = read_language(language, folder)
    if language == ENGLISH:
        return "the language that is translated from"
    review = told.review
    if review is None:
        return f"drafted on {told.drafted}, not reviewed by a native speaker"
    if review.catalogue != fingerprint(language, folder):
        return f"reviewed on {review.on}, and changed since"
    return f"reviewed on {review.on} by {review.readers} native readers"


def comparison_path(language: str, folder: Path = FOLDER) -> Path:
    """Give the path of a language's back translation."""
    return folder / "review" / f"{language}.json"


def read_comparison(language: str, folder: Path = FOLDER) -> Mapping[str, Compared]:
    """Read a language's back translation; raises OSError or ValidationError."""
    text = comparison_path(language, folder).read_text(encoding="utf-8")
    return _Comparison.model_validate_json(text).root


def review_faults(language: str, messages: Sequence[English], folder: Path = FOLDER) -> Iterator[str]:
    """Give the faults of a language's file and of its back translation, as `path:1: what is wrong`."""
    file = shown_path(folder / language / "language.toml")
    yield from (f"{file}:1: {fault}" for fault in _state_faults(language, folder))
    if language == ENGLISH:
        return
    path = shown_path(comparison_path(language, folder))
    try:
        compared = dict(read_comparison(language, folder))
    except (OSError, ValueError) as error:
        yield f"{path}:1: it cannot be read ({type(error).__name__}); translate back into English, by itself"
        return
    translations = _translations(language, folder)
    if translations is None:
        return
    for message in messages:
        said = translations.get((message.context, message.text), ())
        fault = _comparison_fault(compared.pop(message.context, None), message, said)
        if fault:
            yield f"{path}:1: {message.context}: {fault}"
    yield from (f"{path}:1: {name}: no such message; take it out" for name in compared)


def _translations(language: str, folder: Path) -> Mapping[tuple[str, str], tuple[str, ...]] | None:
    """Read a language's messages, or give None: the check of the catalogue reports a broken one."""
    try:
        return read_catalogue(language, folder).translations
    except (OSError, ValueError, LookupError, PoFileError):
        return None


def _state_faults(language: str, folder: Path) -> Iterator[str]:
    try:
        told = read_language(language, folder)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        yield f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return
    except (OSError, ValueError) as error:
        yield f"it cannot be read ({type(error).__name__})"
        return
    if not is_known(language):
        yield f"CLDR does not know the language {language}; write its code as CLDR has it"
    if language != ENGLISH and told.drafted is None:
        yield "without a day on which it was drafted; write drafted = 2026-11-24"
    if told.review and told.review.right > told.review.readers:
        yield "more native readers told everything rightly than were asked"
    if told.review and told.drafted and told.review.on < told.drafted:
        yield "reviewed before it was drafted"


def _comparison_fault(compared: Compared | None, message: English, said: Sequence[str]) -> str | None:
    if compared is None:
        return "never translated back into English"
    if compared.english != message.text or tuple(compared.translation) != tuple(said):
        return "changed since it was translated back; do it anew"
    if len(compared.back) != len(compared.translation) or not all(map(str.strip, compared.back)):
        return "not every form was translated back"
    if compared.meaning == TO_JUDGE:
        return (
            f'nobody has compared it yet; in place of "{TO_JUDGE}" write same, or near and a note, or mend it'
        )
    if compared.meaning == "near" and not compared.note.strip():
        return "near, but nobody says why it may stay"
    doubt = next((found[0] for each in compared.back if (found := _DOUBT.search(each))), None)
    if doubt and not compared.note.strip():
        return f"the blind translator doubts {doubt}; mend the message, or write a note that answers it"
    return None

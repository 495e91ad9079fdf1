"""Makes the sheet of strings for a translator back into English, and stores the English that comes back.

The translator sees numbers and strings, no names and no English, so that they translate what is written and
not what should be written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locales.catalogues import FOLDER, read_catalogue
from locales.extraction import SOURCES, English, english
from locales.review import TO_JUDGE, comparison_path


class NotThisSheet(ValueError):  # noqa: N818 - named for what happened, like our other exceptions
    """The answers do not belong to the sheet as it is now."""


@dataclass(frozen=True, slots=True)
class _ToTranslate:
    """A message of the sheet: its forms, each under a number that tells nothing about it."""

    message: English
    forms: Mapping[str, str]


def sheet(language: str, folder: Path = FOLDER, sources: Path = SOURCES) -> dict[str, str]:
    """Give by number the strings that have no back translation yet; fuzzy ones are left out."""
    messages = english(sources)
    return {
        number: form
        for each in _to_translate(language, messages, folder)
        for number, form in each.forms.items()
    }


def take_back(
    language: str, returned: Mapping[str, str], folder: Path = FOLDER, sources: Path = SOURCES
) -> int:
    """Store the back translations of a sheet; gives how many messages a person has to compare.

    Raises NotThisSheet when their numbers are not those of the sheet as it is now.
    """
    strange = returned.keys() ^ sheet(language, folder, sources).keys()
    if strange:
        numbers = ", ".join(sorted(strange))
        raise NotThisSheet(f"These numbers are missing, or not on the sheet as it is now: {numbers}.")
    messages = english(sources)
    compared = _compared(language, folder)
    for each in _to_translate(language, messages, folder):
        compared[each.message.context] = {
            "english": each.message.text,
            "translation": list(each.forms.values()),
            "back": [returned[number] for number in each.forms],
            "meaning": TO_JUDGE,
            "note": "",
        }
    known = {message.context for message in messages}
    kept = {name: compared[name] for name in sorted(compared) if name in known}
    path = comparison_path(language, folder)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return sum(each["meaning"] == TO_JUDGE for each in kept.values())


def _to_translate(language: str, messages: list[English], folder: Path) -> Iterator[_ToTranslate]:
    translations = read_catalogue(language, folder).translations
    compared = _compared(language, folder)
    for place, message in enumerate(messages, 1):
        forms = translations.get((message.context, message.text), ())
        known = compared.get(message.context, {})
        if forms and (known.get("english"), known.get("translation")) != (message.text, list(forms)):
            yield _ToTranslate(message, _numbered(place, forms))


def _numbered(place: int, forms: tuple[str, ...]) -> dict[str, str]:
    if len(forms) == 1:
        return {str(place): forms[0]}
    return {f"{place}.{number}": form for number, form in enumerate(forms, 1)}


def _compared(language: str, folder: Path) -> dict[str, Any]:
    path = comparison_path(language, folder)
    if not path.exists():
        return {}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept

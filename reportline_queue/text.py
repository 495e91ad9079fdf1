"""Makes text from outside safe to print: it can neither command the terminal nor be clicked."""

import re
import unicodedata
from typing import Final

from reportline_queue.address.defanging import defang, refang

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Persian, Urdu and Hindi words need these two joiners.
_NEEDED: Final = frozenset("\n\u200c\u200d")
# What terminals make a link of though it is no address that can be reported.
_CLICKED: Final = re.compile(
    r"[a-z][a-z0-9+.-]*:/|\b(?:callto|data|geo|info|javascript|mailto|man|news|nntp|sips?|skype|sms|tel|xmpp):"
    r"|\w@\w|\bwww\.",
    re.IGNORECASE,
)
_DEFANGED_SCHEME: Final = re.compile(r"\bhxxp(?=s?://)", re.IGNORECASE)
_ISOLATE, _ISOLATED = "\u2068", "\u2069"


def clean(text: str) -> str:
    """Remove the characters that a terminal would obey, and those that change the direction of writing."""
    return "".join(_clean_character(character) for character in text)


def safe(text: str) -> str:
    """Write free text so that no address in it can be clicked."""
    return re.sub(r"\S+", lambda word: _safe_word(word[0]), clean(text))


def shown_address(given: str, *, plain: bool) -> str:
    """Write an address defanged, or `plain`, to be opened."""
    return clean(given) if plain else f"{_ISOLATE}{clean(defang(given))}{_ISOLATED}"


def _safe_word(word: str) -> str:
    # Most commands show no free text, and start the sooner without it.
    from reportline_queue.address.finding import find  # noqa: PLC0415

    if not find(word, handles=True).addresses and not _CLICKED.search(word):
        return word
    # What a reporter has defanged already is not defanged twice.
    return defang(_DEFANGED_SCHEME.sub("http", refang(word)))


def _clean_character(character: str) -> str:
    if character in _NEEDED or unicodedata.category(character) not in _UNSEEN:
        return character
    return " " if character in "\t\r\v\f\u2028\u2029" else ""

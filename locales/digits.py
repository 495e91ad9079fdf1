"""Digits as a reader writes them: CLDR's for the language, in the portal's country.

Catalogues hold ASCII digits only. The digits of our own sentences and numbers are replaced, without grouping;
links, receipts and phone numbers keep theirs.
"""

from functools import cache

from babel import Locale, UnknownLocaleError

_ASCII_DIGITS = "0123456789"
# The zero of each numbering system that CLDR names as some language's default (cldr-core, numberingSystems).
_ZEROS = {
    "latn": "0",
    "adlm": "\U0001e950",
    "arab": "٠",
    "arabext": "۰",
    "beng": "০",
    "cakm": "\U00011136",
    "deva": "०",
    "mymr": "၀",
    "nkoo": "߀",
    "olck": "᱐",
    "tibt": "༠",
}


def in_digits_of(text: str, language: str, region: str | None) -> str:
    """Write a text's ASCII digits as the language does in a region (ISO 3166, or None for no one country)."""
    return text.translate(_digits(language, region))


@cache
def _digits(language: str, region: str | None) -> dict[int, int]:
    zero = ord(_ZEROS.get(_locale(language, region).default_numbering_system, "0"))
    return {ord(digit): zero + int(digit) for digit in _ASCII_DIGITS}


def _locale(language: str, region: str | None) -> Locale:
    try:
        return Locale.parse(f"{language}_{region}" if region else language)
    except UnknownLocaleError:
        return Locale.parse(language)

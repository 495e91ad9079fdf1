"""Which form of a message that counts is said of a number: by CLDR's rules, in CLDR's order, everywhere.

Babel's own gettext rules differ from CLDR's in several languages, and in the order of the Arabic forms: one
rule holds here, and the catalogues' headers are written from it.
"""

import re
from functools import cache

from babel import Locale
from babel.plural import to_gettext

_IN_ORDER = ("zero", "one", "two", "few", "many", "other")


@cache
def categories(language: str) -> tuple[str, ...]:
    """Name the plural categories that a language has, in the order in which its forms are written."""
    used = {*Locale.parse(language).plural_form.tags, "other"}
    return tuple(category for category in _IN_ORDER if category in used)


def form_of(count: int, language: str) -> int:
    """Give the place of the form that a language says of a number."""
    return categories(language).index(Locale.parse(language).plural_form(count))


def header(language: str) -> str:
    """Give the value of the header Plural-Forms, as GNU gettext reads it.

    CLDR's operand `e` is the exponent of a number in compact notation: 0 of every number that we say.
    """
    return re.sub(r"\be\b", "0", to_gettext(Locale.parse(language).plural_form))

"""Chooses the form of a message for a number, by CLDR's plural rules and in CLDR's order.

Babel's gettext rules differ from CLDR's in several languages, and in the order of the Arabic forms. So the
catalogues' headers are written from the rule here.
"""

import re
from functools import cache
from gettext import c2py

from babel import Locale
from babel.plural import to_gettext

_RULE = re.compile(r"(?<=^\"Plural-Forms: )nplurals=(\d+); plural=(.*);(?=\\n\"$)", re.MULTILINE)
# CLDR's rules look at what is left of a division by 10, 100 and 1,000,000.
_COUNTS = (*range(1001), *(power * 10**6 for power in range(1, 4)), 10**6 + 1)
_IN_ORDER = ("zero", "one", "two", "few", "many", "other")


@cache
def categories(language: str) -> tuple[str, ...]:
    """Name the plural categories that a language has, in the order in which its forms are written."""
    used = {*Locale.parse(language).plural_form.tags, "other"}
    return tuple(category for category in _IN_ORDER if category in used)


def form_of(count: int, language: str) -> int:
    """Give the index of the form that a language uses for a number."""
    return categories(language).index(Locale.parse(language).plural_form(count))


def header(language: str) -> str:
    """Give the value of the header Plural-Forms, as GNU gettext reads it.

    CLDR's operand `e` is the exponent of a number in compact notation, which we never use: it is 0.
    """
    return re.sub(r"\be\b", "0", to_gettext(Locale.parse(language).plural_form))


def with_rule_of(earlier: str, written: str, language: str) -> str:
    """Give a catalogue with the plural rule as its earlier text spells it, if that means the same."""
    rule = _RULE.search(earlier)
    if rule is None or not _means_the_same(int(rule[1]), rule[2], language):
        return written
    return _RULE.sub(lambda _: rule[0], written)


def _means_the_same(forms: int, rule: str, language: str) -> bool:
    try:
        form = c2py(rule)
    except ValueError:
        return False
    return forms == len(categories(language)) and all(form(n) == form_of(n, language) for n in _COUNTS)

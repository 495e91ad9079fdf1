"""The names of countries, as CLDR has them in each language."""

from functools import cache

from babel import Locale

_ENGLISH = "en"


@cache
def country_name(region: str, language: str) -> str:
    """Name a country (ISO 3166) in a language, or in English where CLDR has no name, or by its code."""
    names = (Locale.parse(each).territories.get(region) for each in (language, _ENGLISH))
    return next((str(name) for name in names if name), region)

"""Fills in the HTML templates beside this file; every value is escaped."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from locales.catalogues import KNOWN_LOCALES

_RIGHT_TO_LEFT = frozenset(locale.code for locale in KNOWN_LOCALES if locale.right_to_left)


@cache
def template(name: str) -> Template:
    """Read a template; in it, `direction` gives which way a language is written."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["direction"] = direction
    return environment.get_template(name)


def direction(language: str) -> str:
    """Give the direction of a language's writing, as HTML names it."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"

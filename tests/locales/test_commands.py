"""`reportline locales` says what is complete and who has reviewed it."""

import re

from typer.testing import CliRunner

from conversations.words import WORDS
from locales.catalogues import KNOWN_LOCALES
from locales.commands import app
from locales.review import fingerprint

LANGUAGES = [locale.code for locale in KNOWN_LOCALES]


def test_check_command() -> None:
    """`locales check` says of the languages that are named what is whole, or fails and says what is wrong."""
    result = CliRunner().invoke(app, ["check", "es"])
    assert (result.exit_code, result.output) == (0, "whole: es\n")
    result = CliRunner().invoke(app, ["check", "xx"])
    assert (result.exit_code, "xx/language.toml:1: it cannot be read" in result.output) == (1, True)


def test_status_command() -> None:
    """`locales status` has a line for each language: messages, draft or review, and its way back."""
    result = CliRunner().invoke(app, ["status"])
    lines = result.output.splitlines()
    assert len(lines) == len(LANGUAGES)
    assert lines[0] == "en  English: the language that is translated from"
    assert all(
        re.search(rf"of {len(WORDS)} messages, \d+ came back into English the same", line)
        for line in lines[1:]
    )


def test_fingerprint_command() -> None:
    """`locales fingerprint` prints what a native review names."""
    result = CliRunner().invoke(app, ["fingerprint", "es"])
    assert result.output == fingerprint("es") + "\n"

import pytest
from typer.testing import CliRunner

from conversations.words import WORDS
from locales import KNOWN_LOCALES
from locales.check import check
from locales.commands import app
from locales.extraction import english


def test_every_word() -> None:
    """Extraction finds every English message that the talk can say, and each name once."""
    assert sorted((message.context, message.text) for message in english()) == sorted(WORDS.items())


@pytest.mark.parametrize("language", [locale.code for locale in KNOWN_LOCALES])
def test_whole(language: str) -> None:
    """Every language that is offered is whole."""
    assert check([language]) == []


def test_command() -> None:
    """`locales check` prints what the check finds, and fails if there is anything."""
    faults = check([locale.code for locale in KNOWN_LOCALES])
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == (1 if faults else 0)
    assert result.output.splitlines() == (faults or ["whole: en, es"])

"""Our own seventeen languages are complete, and say honestly who has read them."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conversations.words import SAID_OF_ONE, WORDS
from locales.catalogues import FOLDER, KNOWN_LOCALES, read_catalogue, read_locales
from locales.check import check
from locales.commands import app
from locales.extraction import english
from locales.limits import limit_of
from tests.cases import for_every

LANGUAGES = [locale.code for locale in KNOWN_LOCALES]
PORTALS_SPEAK = (
    *("ar", "en", "es", "fr", "hi", "id", "kk", "ln", "mn"),
    *("ms", "ne", "ps", "pt", "sw", "uk", "ur", "wo"),
)
TRANSLATED = [code for code in LANGUAGES if code != "en"]


def test_seventeen() -> None:
    """The seventeen languages of the portals are there, English first, and any that came after them."""
    assert LANGUAGES[0] == "en"
    assert set(LANGUAGES) >= set(PORTALS_SPEAK)


def test_every_word() -> None:
    """Extraction finds every English message that the talk can say, and each name once."""
    assert sorted((message.context, message.text) for message in english()) == sorted(WORDS.items())
    assert {message.context: message.one for message in english() if message.one} == SAID_OF_ONE


def test_translators_are_told_the_limit() -> None:
    """Where a message is limited, its comment says to how many characters."""
    for message in english():
        told = re.search(r"[Aa]t most (\d+) characters", " ".join(message.comments))
        assert told is None or int(told[1]) == limit_of(message.context).characters
        assert told or not message.context.startswith("button.")


def test_whole() -> None:
    """Every language that is offered is whole, as `locales check` says; a fault names its language's file."""
    result = CliRunner().invoke(app, ["check"])
    assert (result.exit_code, result.output) == (0, f"whole: {', '.join(LANGUAGES)}\n"), result.output


@for_every(language=TRANSLATED)
def test_the_language_button_is_found_by_whoever_cannot_read_the_card(language: str) -> None:
    """It begins with a globe, names itself in the reader's language, and in English."""
    said = read_catalogue(language, FOLDER).translations["button.language", WORDS["button.language"]][0]
    assert re.fullmatch(r"🌐 .+ / Language", said)


@for_every(language=TRANSLATED)
def test_siblings_differ(language: str) -> None:
    """What says the same in other words does so in every language: no answer comes twice alike in a row."""
    said = read_catalogue(language, FOLDER).translations
    families: dict[str, list[tuple[str, ...]]] = {}
    for (name, _), forms in said.items():
        if re.search(r"\.[123]$", name) and not name.startswith("rules."):
            families.setdefault(name[:-2], []).append(forms)
    assert {name for name, family in families.items() if not len(set(family)) == len(family) > 1} == set()


def test_a_language_enters_by_its_file(tmp_path: Path) -> None:
    """A catalogue alone is work in progress and offered to nobody."""
    for code in ("fr", "en", "ur"):
        (tmp_path / code).mkdir()
    (tmp_path / "en" / "language.toml").write_text('own_name = "English"')
    (tmp_path / "ur" / "language.toml").write_text('own_name = "اردو"', encoding="utf-8")
    found = read_locales(tmp_path)
    assert [(locale.code, locale.right_to_left) for locale in found] == [("en", False), ("ur", True)]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("es", "own_name = "),
        ("es", ""),
        ("es", "own_name = 3"),
        ("es", 'own_name = ""'),
        ("qq", 'own_name = "Qq"'),
        ("es.old", 'own_name = "Español"'),
    ],
)
def test_a_broken_file_offers_nothing_and_stops_nothing(tmp_path: Path, code: str, text: str) -> None:
    """A language that cannot be read, or that CLDR does not know, is not offered; the linter tells of it."""
    for name, content in (("en", 'own_name = "English"'), (code, text)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "language.toml").write_text(content, encoding="utf-8")
    assert [locale.code for locale in read_locales(tmp_path)] == ["en"]
    assert any(f"{code}/language.toml:1: " in fault for fault in check([code], tmp_path))

"""The words themselves: neutral to whoever looks over a shoulder, short, and every one of them in use."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.measure import sentences_of, words_of
from bot.render import render
from conversations.cards import card
from conversations.flow import FLOW
from conversations.words import WORDS
from tests.talking import LANGUAGES, PORTALS, new_state

# What must not be read in the first 40 characters of a message, on a phone that others use.
TELLING = {
    "en": r"child|sexual|abuse|police|hotline|report|picture|image|video|porn|naked|threat",
    "es": r"niñ|sexual|abus|policía|línea|report|foto|imag|v[ií]deo|desnud|amenaz",
}
OPENING = 40
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("conversations", "bot")
    for path in (Path(__file__).parents[2] / folder).rglob("*.py")
    if path.parent.name != "words"
)
LONGER_CARDS = {"review", "rule_6"}


def _read(step: str, language: str) -> str:
    draft = replace(new_state().draft, addresses=("https://forum.example/1",), revision=1)
    state = replace(new_state(language), step=step, draft=draft)
    return render(card(state, PORTALS["international"]), language, state.talk, state.turn).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", FLOW)
def test_every_message_begins_neutrally(step: str, language: str) -> None:
    assert not re.search(TELLING[language], _read(step, language)[:OPENING], re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", FLOW)
def test_a_card_has_one_idea_in_few_words(step: str, language: str) -> None:
    paragraphs = _read(step, language).split("\n\n")
    most = 90 if step in LONGER_CARDS else 45
    assert all(len(words_of(paragraph)) <= most for paragraph in paragraphs)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", FLOW)
def test_a_sentence_has_at_most_twelve_words(step: str, language: str) -> None:
    assert all(len(words_of(sentence)) <= 12 for sentence in sentences_of(_read(step, language)))


@pytest.mark.parametrize("name", WORDS)
def test_every_sentence_is_in_use(name: str) -> None:
    family = name.rsplit(".", 1)[0]
    by_name = f'"{name}"' in SOURCES
    by_family = any(f'"{family}"' in SOURCES or f'"{family}.' in SOURCES for _ in (0,))
    by_choice = name.startswith("button.") and f'"{name.removeprefix("button.")}"' in SOURCES
    by_kind = name.startswith(("command.", "rules.", "copy.")) or re.search(r"\.[12]$", name) is not None
    assert by_name or by_family or by_choice or by_kind


def test_under_18_is_said_once_on_the_way_to_the_receipt() -> None:
    assert sum("18" in _read(step, "en") for step in ("first", "review", "sent", "end")) == 1

"""Words fit every channel: isolates around what is inserted, limits held, data that survives a tap."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import command_menu, put_into_words, render
from conversations.cards import card
from conversations.flow import FLOW
from conversations.talk import Phrase
from conversations.words import WORDS
from tests.talking import LANGUAGES, PORTALS, new_state

TELEGRAM_TEXT = 4096
TELEGRAM_DATA = 64
LABEL = 24


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", FLOW)
def test_every_card_fits_telegram_even_with_twenty_of_the_longest_links(step: str, language: str) -> None:
    links = tuple(f"https://forum.example/{number}/" + "a" * 2000 for number in range(20))
    draft = replace(new_state().draft, addresses=links)
    state = replace(new_state(language), step=step, draft=draft, turn=99_999)
    shown = render(card(state, PORTALS["international"]), language, state.talk, state.turn)
    assert _utf16_units(shown.text) <= TELEGRAM_TEXT
    for row in shown.rows:
        for button in row:
            assert len(button.data.encode()) <= TELEGRAM_DATA
            assert button.data.isascii()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in WORDS if name.startswith("button.")])
def test_every_button_fits_every_channel(name: str, language: str) -> None:
    assert _utf16_units(put_into_words(Phrase(name), language)) <= LABEL


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_presentation_fits_telegram(language: str) -> None:
    assert len(put_into_words(Phrase("presentation.description"), language)) <= 512
    assert len(put_into_words(Phrase("presentation.short"), language)) <= 120
    for command, meaning in command_menu(language):
        assert command.isascii()
        assert 1 <= len(meaning) <= 256


def test_a_link_stands_in_an_isolate_of_its_own() -> None:
    words = put_into_words(
        Phrase("review.links", (("links", "hxxps://a[.]example\nhxxps://b[.]example"),)), "en"
    )
    assert words.endswith("\n\u2066hxxps://a[.]example\u2069\n\u2066hxxps://b[.]example\u2069")


@given(st.text(min_size=1, max_size=400))
def test_whatever_is_inserted_is_text_and_never_a_placeholder(value: str) -> None:
    words = put_into_words(Phrase("review.partial", (("partial", value),)), "en")
    for line in value.split("\n"):
        assert f"\u2066{line}\u2069" in words or "…" in words


def test_a_number_is_written_without_an_isolate() -> None:
    words = put_into_words(Phrase("rules.progress", (("number", "2"), ("total", "6"))), "en")
    assert words.startswith("Rule 2 of 6.")

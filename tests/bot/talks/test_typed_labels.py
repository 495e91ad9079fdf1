"""The words of a button of the present card, typed, are a tap; sending is only ever tapped."""

import pytest

from bot.talks.render import render
from bot.talks.typed_labels import may_be_label, tapped
from conversations.events import Chose, Said
from tests.talking import PORTALS, Replay, new_state


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Danger: help now", "danger"),
        ("danger help now!", "danger"),
        ("no link / i need help", "no_link"),
        ("Español", "speak_es"),
        ("عربية", None),
        ("العربية", "speak_ar"),
        ("danger", None),
    ],
)
def test_a_typed_label_is_a_tap(text: str, choice: str | None) -> None:
    state = new_state()
    event = tapped(Said(text), render(state, PORTALS["international"]))
    assert event == (Chose(choice, state.talk, state.turn) if choice else Said(text))


def test_what_hands_in_is_never_typed() -> None:
    replay = Replay(new_state())
    replay.step(Said("https://forum.example/1"))
    assert tapped(Said("Send"), render(replay.state, PORTALS["international"])) == Said("Send")


def test_only_a_short_message_is_compared() -> None:
    assert may_be_label(Said("Back"))
    assert not may_be_label(Said("Back" * 20))
    assert not may_be_label(Chose("back", "t", 1))

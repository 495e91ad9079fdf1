"""The talk is the same in a terminal: numbers are taps, /words are commands, each card is drawn anew."""

import io

import pytest
from rich.console import Console

from bot.channels.terminal import Screen, event_from
from bot.exchange import Answer, Card, CardButton
from conversations.events import Chose, Command, Commanded, Event, Opened, Said

CARD = Card("Words.", ((CardButton("Send", "abcd1234.7.send"),), (CardButton("Back", "abcd1234.7.back"),)))


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("1\n", Chose("send", "abcd1234", 7)),
        (" 2 ", Chose("back", "abcd1234", 7)),
        ("२", Chose("back", "abcd1234", 7)),
        ("#١", Chose("send", "abcd1234", 7)),
        ("3", Said("3")),
        ("0", Said("0")),
        ("9" * 5000, Said("9" * 5000)),
        ("/help", Commanded(Command.HELP)),
        ("/start ar-es", Opened("ar-es")),
        ("/start", Opened("")),
        ("/unknown", Said("/unknown")),
        ("https://forum.example/1", Said("https://forum.example/1")),
    ],
)
def test_a_typed_line_is_an_event(line: str, event: Event) -> None:
    assert event_from(line, CARD) == event


def test_what_is_erased_is_shown_no_more() -> None:
    output = io.StringIO()
    screen = Screen(Console(file=output, force_terminal=True, width=60))
    typed = screen.typed("https://forum.example/1")
    card = screen.answered(Answer(CARD))
    output.truncate(0)
    screen.answered(Answer(CARD, live=card, erase=(typed,)))
    assert "forum" not in output.getvalue()
    assert "Words." in output.getvalue()


def test_isolates_are_left_out_since_terminals_print_them() -> None:
    output = io.StringIO()
    Screen(Console(file=output, width=60)).answered(Answer(Card("See \u2066x\u2069.")))
    assert "See x." in output.getvalue()

"""A typed line that names a command is a command; every other line is words."""

import pytest

from bot.channels.typed_lines import event_of
from conversations.events import Command, Commanded, Event, Opened, Said


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("/help", Commanded(Command.HELP)),
        ("/start ar-es", Opened("ar-es")),
        ("/start", Opened("")),
        ("/start my uncle hurts me", Said("my uncle hurts me")),
        ("/help my uncle hurts me", Commanded(Command.HELP, "my uncle hurts me")),
        ("/unknown", Said("/unknown")),
        ("https://forum.example/1", Said("https://forum.example/1")),
    ],
)
def test_a_line_is_an_event(line: str, event: Event) -> None:
    assert event_of(line) == event

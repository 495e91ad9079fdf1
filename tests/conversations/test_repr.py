"""A state, an event or a report that is printed by accident shows no content."""

import pytest

from conversations.events import Attached, Event, Media, Opened, Received, Said
from conversations.turns.submission import report_of
from tests.talking import Replay, new_state
from tests.times import HOUR


@pytest.mark.parametrize(
    "event",
    [Said("canary"), Opened("canary"), Attached(Media.PICTURE, "canary")],
    ids=lambda one: type(one).__name__,
)
def test_an_event_shows_no_content(event: Event) -> None:
    assert "canary" not in repr(event)


def test_a_state_and_its_effects_show_no_content() -> None:
    replay = Replay(new_state())
    replay.step(Said("canary remembered"))
    for event in (Said("https://canary.example/a?b=canary"), Said("https://canary:canary@forum.example/")):
        replay.step(event)
        turn = replay.step(Said("canary"))
        for shown in (repr(turn), repr(replay.state), repr(replay.state.draft), repr(replay.state.asked)):
            assert "canary" not in shown
            assert replay.state.draft.receipt not in shown
            assert replay.state.draft.draft_id not in shown


def test_a_report_shows_no_content() -> None:
    replay = Replay(new_state())
    replay.step(Said("https://canary.example/a"))
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    replay.step(Said("canary at the top"))
    report = report_of(replay.state, HOUR)
    assert report.note == "canary at the top"
    assert "canary" not in repr(report)
    assert report.receipt not in repr(report)

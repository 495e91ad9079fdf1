"""What the guard still allows is one line, with a warning before a limit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from reportline_queue import guard
from reportline_queue.intake.answers import Exposure

OPEN = Exposure(
    minutes_today=95,
    minutes_left=25,
    limit="break",
    closed=False,
    opens_at=None,
    break_minutes=10,
    lifted_until=None,
    time_zone="UTC",
)
LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.mark.parametrize(
    ("exposure", "line"),
    [
        (OPEN, "25 minutes until your break, after 95 minutes today."),
        (replace(OPEN, limit="day", minutes_left=6), "6 minutes of your day, after 95 minutes today."),
        (
            replace(OPEN, minutes_left=5),
            "Only 5 minutes until your break: finish what you have open, and take nothing new.",
        ),
        (
            replace(OPEN, minutes_left=0, limit="day"),
            "Only less than a minute of your day: finish what you have open, and take nothing new.",
        ),
        (
            replace(OPEN, minutes_left=0, closed=True),
            "Your break is due. Its 10 minutes begin when you hold nothing.",
        ),
    ],
)
def test_what_is_left_is_told(exposure: Exposure, line: str) -> None:
    assert guard.told(exposure) == line


@pytest.mark.parametrize(
    ("limit", "words"), [("break", "Your break lasts"), ("day", "Your day is full: nothing new is opened")]
)
def test_a_closed_guard_says_until_when_on_the_analysts_clock(
    limit: Literal["break", "day"], words: str
) -> None:
    line = guard.told(replace(OPEN, closed=True, limit=limit, opens_at=LATER))
    here = LATER.astimezone()
    assert line.startswith(f"{words} until {here:%Y-%m-%d %H:%M} UTC")


def test_a_limit_is_near_unless_a_lead_lifted_it() -> None:
    near = replace(OPEN, minutes_left=5)
    lifted = replace(near, lifted_until=LATER)
    assert [guard.is_near(one) for one in (OPEN, near, lifted)] == [False, True, False]

"""What the guard still allows is one line, with a warning before a limit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from intake_api.analysts.exposure import Exposed, Limits, refusal
from intake_api.faults import Reason
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
LATER = (datetime.now(UTC) + timedelta(days=2)).replace(second=0, microsecond=0)


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
            "Your break is due. It lasts 10 minutes, from when you hold nothing.",
        ),
        (
            replace(OPEN, minutes_left=0, closed=True, break_minutes=1),
            "Your break is due. It lasts 1 minute, from when you hold nothing.",
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


@pytest.mark.parametrize("seconds", [0.000001, 1, 59.9])
def test_a_break_is_over_at_the_minute_that_is_told_and_a_refusal_tells_the_same(seconds: float) -> None:
    began = LATER.replace(hour=23, minute=59, second=0, microsecond=0)
    opens = began + timedelta(seconds=seconds)
    over = (began + timedelta(minutes=1)).astimezone()
    line = guard.told(replace(OPEN, closed=True, opens_at=opens))
    assert line.startswith(f"Your break lasts until {over:%Y-%m-%d %H:%M} UTC")
    exposed = Exposed(timedelta(), timedelta(), Reason.BREAK_DUE, opens)
    limits = Limits(timedelta(), timedelta(), timedelta(minutes=10), ZoneInfo("UTC"))
    told = refusal(exposed, began, limits)
    assert told.startswith(f"Rest until {over.astimezone(UTC):%H:%M} on ")


def test_a_limit_is_near_unless_a_lead_lifted_it() -> None:
    near = replace(OPEN, minutes_left=5)
    lifted = replace(near, lifted_until=LATER)
    assert [guard.is_near(one) for one in (OPEN, near, lifted)] == [False, True, False]

"""Tells an analyst how long the guard still opens new items, and when it opens again."""

from datetime import datetime
from typing import Final

from reportline_queue.intake.answers import Exposure
from reportline_queue.tables import clock, next_minute

# So long before a limit, the analyst is warned.
WARNED_MINUTES: Final = 5


def told(exposure: Exposure) -> str:
    """Say it in one line."""
    return _closed(exposure) if exposure.closed else _open(exposure)


def is_near(exposure: Exposure) -> bool:
    """Return whether a limit is so near that nothing new should be taken."""
    return exposure.lifted_until is None and exposure.minutes_left <= WARNED_MINUTES


def _open(exposure: Exposure) -> str:
    if exposure.lifted_until is not None:
        return f"A lead has lifted your limits until {clock(exposure.lifted_until)}."
    left = _minutes(exposure.minutes_left)
    until = "until your break" if exposure.limit == "break" else "of your day"
    if exposure.minutes_left <= WARNED_MINUTES:
        return f"Only {left} {until}: finish what you have open, and take nothing new."
    return f"{left} {until}, after {_minutes(exposure.minutes_today)} today."


def _closed(exposure: Exposure) -> str:
    if exposure.opens_at is None:
        lasts = _minutes(exposure.break_minutes)
        return f"Your break is due. It lasts {lasts}, from when you hold nothing."
    # As the intake's refusals tell it: whoever comes back in that minute is let in.
    opens = next_minute(exposure.opens_at).astimezone()
    day = "" if opens.date() == datetime.now().astimezone().date() else f"{opens:%Y-%m-%d} "
    what = "Your break lasts" if exposure.limit == "break" else "Your day is full: nothing new is opened"
    return f"{what} until {day}{clock(opens)}."


def _minutes(number: int) -> str:
    if not number:
        return "less than a minute"
    return "1 minute" if number == 1 else f"{number} minutes"

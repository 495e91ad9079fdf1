"""Calculates how long an analyst may still be exposed, and when the guard opens again; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from intake_api.faults import Reason

_NONE: Final = timedelta()
_MINUTE: Final = timedelta(minutes=1)
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest exposure a day and without a break, the length of a break, and the time zone of the day."""

    a_day: timedelta
    at_once: timedelta
    rest: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Exposed:
    """How long an analyst was exposed today, and how much is left to the limit that comes first.

    `limit` is that limit. `opens_at` is when the guard opens something new again: None if it does now, or if
    the break begins only when the analyst holds nothing.
    """

    today: timedelta
    left: timedelta
    limit: Reason
    opens_at: datetime | None

    @property
    def is_closed(self) -> bool:
        """Return whether a limit is reached."""
        return not self.left


def exposed(stretches: Sequence[Stretch], now: datetime, limits: Limits, *, holds: bool) -> Exposed:
    """Sum up the stretches, the oldest first; `holds` says whether the analyst holds a claim now."""
    past = [(began, min(ends, now)) for began, ends in stretches]
    today = _spent(past, _midnight(now, limits.zone))
    to_day = max(limits.a_day - today, _NONE)
    to_break = max(limits.at_once - _without_rest(past, now, limits.rest), _NONE)
    rested = None if holds or not stretches else stretches[-1][1] + limits.rest
    opens_at: datetime | None = None
    if not to_day:
        opens_at = _midnight(now, limits.zone, days=1)
        opens_at = max(opens_at, rested) if rested and not to_break else opens_at
    elif not to_break:
        opens_at = rested
    limit = Reason.DAY_FULL if to_day <= to_break else Reason.BREAK_DUE
    return Exposed(today, min(to_day, to_break), limit, opens_at)


def refusal(found: Exposed, now: datetime, limits: Limits) -> str:
    """Say what an analyst can do when a limit is reached, and until when nothing new is opened."""
    if found.opens_at is None:
        minutes = limits.rest // _MINUTE
        wait = f"then your break of {minutes} {'minute' if minutes == 1 else 'minutes'} begins"
        return f"Decide what you have seen, and release the rest: {wait}. A lead can lift this."
    until = _told(found.opens_at, now, limits.zone)
    if found.limit is Reason.BREAK_DUE:
        return f"Rest until {until}. A lead can lift this."
    return (
        "Decide what you have seen, and release the rest. Nothing new is opened until "
        f"{until}. A lead can lift this."
    )


def _told(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write a moment in the hotline's time, rounded up to the minute, with the day if it is another one."""
    there = (moment + _MINUTE - timedelta(microseconds=1)).astimezone(zone)
    day = "" if there.date() == now.astimezone(zone).date() else f" on {there:%Y-%m-%d}"
    return f"{there:%H:%M}{day} ({zone.key})"


def _spent(stretches: Sequence[Stretch], since: datetime) -> timedelta:
    return sum((max(ends - max(began, since), _NONE) for began, ends in stretches), _NONE)


def _without_rest(stretches: Sequence[Stretch], now: datetime, rest: timedelta) -> timedelta:
    return sum((ends - began for began, ends in _since_last_rest(stretches, now, rest)), _NONE)


def _since_last_rest(stretches: Sequence[Stretch], now: datetime, rest: timedelta) -> Iterator[Stretch]:
    begins_next = now
    for began, ends in reversed(stretches):
        if begins_next - ends >= rest:
            return
        yield began, ends
        begins_next = began


def _midnight(now: datetime, zone: ZoneInfo, *, days: int = 0) -> datetime:
    """Return the midnight at which this day began there, or the one so many days later."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return today + timedelta(days=days)

"""What is left of a day and before a break is calculated from the stretches alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from intake_api.analysts.exposure import Limits, exposed, refusal
from intake_api.faults import Reason

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _limits(day: int, at_once: int, rest: int = 10, zone: str = "UTC") -> Limits:
    return Limits(day * MINUTE, at_once * MINUTE, rest * MINUTE, ZoneInfo(zone))


def test_who_was_never_exposed_has_all_of_it() -> None:
    found = exposed([], NOON, _limits(300, 60), holds=False)
    assert (found.today, found.left, found.limit) == (timedelta(), 60 * MINUTE, Reason.BREAK_DUE)
    assert not found.is_closed
    assert found.opens_at is None


@pytest.mark.parametrize(("day", "limit"), [(90, Reason.BREAK_DUE), (70, Reason.DAY_FULL)])
def test_the_limit_that_comes_first_is_told(day: int, limit: Reason) -> None:
    stretches = [(NOON - 180 * MINUTE, NOON - 160 * MINUTE), (NOON - 30 * MINUTE, NOON + 30 * MINUTE)]
    found = exposed(stretches, NOON, _limits(day, 60), holds=True)
    assert (found.today, found.left, found.limit) == (50 * MINUTE, min(30, day - 50) * MINUTE, limit)


def test_a_full_day_and_a_break_open_at_the_later_of_the_two() -> None:
    late = datetime(2026, 3, 1, 23, 55, tzinfo=UTC)
    found = exposed([(late - 60 * MINUTE, late)], late, _limits(60, 60), holds=False)
    assert found.limit is Reason.DAY_FULL
    assert found.opens_at == late + 10 * MINUTE
    assert "until 00:05 on 2026-03-02 (UTC)." in refusal(found, late, _limits(60, 60))


@pytest.mark.parametrize("seconds", [1, 59])
def test_the_end_of_a_break_is_never_told_too_early(seconds: int) -> None:
    ended = NOON - 5 * MINUTE + timedelta(seconds=seconds)
    found = exposed([(ended - 60 * MINUTE, ended)], NOON, _limits(300, 60), holds=False)
    told = refusal(found, NOON, _limits(300, 60, zone="Europe/Berlin"))
    assert told == "Rest until 13:06 (Europe/Berlin). A lead can lift this."


def test_a_break_of_one_minute_is_told_as_one() -> None:
    limits = _limits(300, 60, rest=1)
    found = exposed([(NOON - 60 * MINUTE, NOON + MINUTE)], NOON, limits, holds=True)
    assert "then your break of 1 minute begins." in refusal(found, NOON, limits)

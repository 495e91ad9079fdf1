"""What a report gives rise to is told after its hour; one whose hour cannot be has that of its arrival."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from intake_api.hand_in.hour_log import EARLIEST, HourLog
from intake_api.store.models import StoredReport
from tests.intake_api.hand_in.sealed_json import hand_in_json, report_json
from tests.intake_api.running_api import NOON, Clock, RunningApi

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-03-01T13:00:00Z", NOON + HOUR),
        ("2020-01-01T00:00:00Z", EARLIEST),
        ("2026-03-01T09:00:00-02:00", NOON - HOUR),
        ("2026-03-01T14:00:00Z", NOON),
        ("2019-12-31T23:00:00Z", NOON),
        ("1970-01-01T00:00:00Z", NOON),
        ("0001-01-01T00:00:00+14:00", NOON),
        ("9999-12-31T23:00:00-14:00", NOON),
        ("9999-12-31T23:00:00Z", NOON),
    ],
)
async def test_an_hour_that_cannot_be_is_stored_as_that_of_arrival(
    api: RunningApi, sent: str, stored: datetime
) -> None:
    answer = await hand_in_json(api, report_json(hour=sent))
    assert answer.status_code == 202
    assert await api.scalar(select(StoredReport.hour)) == stored


async def test_a_time_without_a_zone_is_utc_wherever_the_server_is(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        answer = await hand_in_json(api, report_json(hour="2026-03-01T11:00:00"))
        assert answer.status_code == 202
        assert await api.scalar(select(StoredReport.hour)) == NOON - HOUR
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_report_is_taken_though_our_own_clock_is_years_behind(api: RunningApi) -> None:
    api.clock.move(days=-3650)
    assert (await hand_in_json(api, report_json(hour="2026-03-01T12:00:00Z"))).status_code == 202
    assert await api.scalar(select(StoredReport.hour)) == datetime(2016, 3, 3, 12, tzinfo=UTC)


def test_a_wrong_clock_is_told_once_an_hour_and_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A line at once would tell when the report arrived."""
    clock = Clock()
    hour_log = HourLog(clock)
    told = []
    for wrong, minutes in ((1, 0), (2, 20), (0, 10), (0, 0), (0, 60), (1, 60), (0, 60)):
        clock.move(minutes=minutes)
        for _ in range(wrong):
            hour_log.possible_hour(EARLIEST - HOUR, clock())
        hour_log.possible_hour(clock() - HOUR, clock())
        hour_log.tell()
        told.append(capsys.readouterr().err.count("clock_ahead"))
    assert told == [0, 0, 1, 0, 0, 0, 1]


def test_each_kind_of_event_is_told_once_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    hour_log = HourLog(clock)
    for event, reason in (("malformed_seal", "broken_seal"), ("malformed_seal", "unknown_key")) * 2:
        hour_log.note(event, reason)
    hour_log.note("unknown_shape")
    hour_log.tell()
    clock.move(hours=1)
    hour_log.tell()
    hour_log.tell()
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("reason")) for line in told] == [
        ("malformed_seal", "broken_seal"),
        ("malformed_seal", "unknown_key"),
        ("unknown_shape", None),
    ]


def test_an_event_that_goes_on_is_told_each_hour(capsys: pytest.CaptureFixture[str]) -> None:
    """One that is noted in the first second of an hour, before the hour before was told, replaces none."""
    clock = Clock()
    hour_log = HourLog(clock)
    hour_log.note("unknown_shape")
    for _ in range(3):
        clock.move(hours=1)
        hour_log.note("unknown_shape")
        hour_log.tell()
        hour_log.note("unknown_shape")
    assert capsys.readouterr().err.count("unknown_shape") == 3


async def test_a_running_intake_tells_it(api: RunningApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert (await hand_in_json(api, report_json(hour="2031-01-01T00:00:00Z"))).status_code == 202
    api.clock.move(hours=1)
    said = ""
    async with asyncio.timeout(20):
        while "clock_ahead" not in said:
            await asyncio.sleep(0.05)
            said += capsys.readouterr().err

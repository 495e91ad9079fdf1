"""A stranger who tries keys fills neither the log nor the database."""

import json

import pytest

from intake_api.http.refusals import Refusals
from tests.intake_api.running_api import RunningApi, client


class _Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _lines(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["event"] for line in lines} <= {"access_refused"}
    return [(line["reason"], line["number"]) for line in lines]


def test_each_reason_is_told_at_once_and_then_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = _Seconds()
    refusals = Refusals(seconds)
    for _ in range(500):
        refusals.count("wrong_key")
    refusals.count("missing_key")
    assert _lines(capsys) == [("wrong_key", 1), ("missing_key", 1)]
    seconds.now += 59
    refusals.tell()
    assert _lines(capsys) == []
    seconds.now += 1
    refusals.tell()
    assert _lines(capsys) == [("wrong_key", 499)]
    assert refusals.without_key == 501


def test_the_key_of_another_role_is_told_and_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    refusals = Refusals()
    refusals.count("wrong_role")
    assert _lines(capsys) == [("wrong_role", 1)]
    assert refusals.without_key == 0


async def test_every_request_without_a_right_key_is_counted(api: RunningApi) -> None:
    for token in (None, "no-token", f"reportline-{'0' * 12}-{'0' * 64}"):
        async with client(api.app, token) as stranger:
            assert (await stranger.get("/v1/counts")).status_code == 401
    assert (await api.channel.get("/v1/counts")).status_code == 403
    assert api.intake.refusals.without_key == 3

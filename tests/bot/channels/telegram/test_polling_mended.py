"""Faults that end while a bot polls: a new token in its file, a webhook that is gone, a long silence."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from bot.channels.telegram.failures import Pace
from bot.channels.telegram.polling import TelegramPolling
from reportline.readiness import NotReady
from tests.bot.channels.telegram.transports import (
    HASTE,
    SENTENCES,
    TOKEN,
    Polling,
    World,
    stopped,
    until,
    world_of,
)

NEWER = "123456:Newer-canary_AAF0x1y2z3"
OF_ANOTHER = "654321:Other-canary_AAF0x1y2z3"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Start a server; the polling is the test's to start."""
    async with world_of(Polling()) as world:
        yield world


class TokenFile:
    """What the file of the bot's token holds now; None stands for a file that cannot be used."""

    def __init__(self) -> None:
        self.token: str | None = TOKEN
        self.reads = 0

    def read(self) -> str:
        """Read it."""
        self.reads += 1
        if self.token is None:
            raise NotReady("The file is missing.")
        return self.token

    async def is_read_again(self) -> bool:
        """Tell whether it was read twice since this was asked last."""
        if self.reads < 2:
            return False
        self.reads = 0
        return True


@asynccontextmanager
async def _serving(world: World, file: TokenFile, pace: Pace = HASTE) -> AsyncIterator[None]:
    polling = TelegramPolling(
        world.host,
        TOKEN,
        world.bot_api.api_url,
        presentations=(),
        sentences=SENTENCES,
        pace=pace,
        read_token=file.read,
    )
    task = asyncio.create_task(polling.run())
    try:
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        yield
    finally:
        await stopped(task)


def _events(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


async def test_a_new_token_in_the_file_is_taken_while_telegram_refuses_the_old_one(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody has to start the bot again, so the open talks stay."""
    file = TokenFile()
    async with _serving(world, file):
        await world.bot_api.api.revoke(NEWER)
        await world.reporter.say("two")
        await until(file.is_read_again, wanted=True)
        file.token = NEWER
        await world.reporter.sees("heard two")
        await until(world.waiting, 0)
    told = [line["event"] for line in _events(capsys)]
    assert {*told} == {"telegram_token_refused", "telegram_token_renewed"}
    assert told.count("telegram_token_renewed") == 1


@pytest.mark.parametrize(("held", "reason"), [(OF_ANOTHER, "other_bot"), (None, "unreadable")])
async def test_a_file_that_holds_no_token_of_this_bot_is_told_and_not_taken(
    world: World, capsys: pytest.CaptureFixture[str], held: str | None, reason: str
) -> None:
    """The open talks belong to this bot's id; the right token is still taken afterwards."""
    file = TokenFile()
    other = world.bot_api.add(OF_ANOTHER, "other_bot")
    async with _serving(world, file):
        await world.bot_api.api.revoke(NEWER)
        file.token = held
        file.reads = 0
        await until(file.is_read_again, wanted=True)
        file.token = NEWER
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    told = _events(capsys)
    assert {line["reason"] for line in told if line["event"] == "telegram_token_unusable"} == {reason}
    assert other.journal == []


async def test_a_token_that_telegram_takes_is_not_read_again(world: World) -> None:
    file = TokenFile()
    async with _serving(world, file):
        await world.control.fail("getUpdates", times=2, status=500)
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    assert file.reads == 0


async def test_a_webhook_that_is_there_at_the_start_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.bot_api.api.call(TOKEN, "setWebhook", {"url": "http://127.0.0.1:9/none"})
    async with _serving(world, TokenFile()):
        pass
    assert [line["event"] for line in _events(capsys)] == ["telegram_webhook_deleted"]


async def test_where_no_webhook_is_nothing_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    async with _serving(world, TokenFile()):
        pass
    assert _events(capsys) == []


class NotedPace(Pace):
    """A pace that notes after how many tries it was asked for a pause."""

    __slots__ = ()
    asked: ClassVar[list[int]] = []

    def pause(self, tries: int) -> float:
        """Give a short pause."""
        self.asked.append(tries)
        return 0.01


async def test_after_a_mended_fault_tries_are_counted_anew(world: World) -> None:
    """Otherwise the pause after a deleted webhook would be as long as an outage before had made it."""
    webhook = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete"
    NotedPace.asked.clear()
    async with _serving(world, TokenFile(), NotedPace(poll=5, answer=5, grace=5, cards_a_second=1000)):
        await world.control.fail("getUpdates", times=4, status=500)
        await world.control.fail("getUpdates", status=409, description=webhook)
        await world.control.fail("getUpdates", times=2, status=500)
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    assert NotedPace.asked == [1, 2, 3, 4, 1, 2, 3]


async def test_a_long_silence_is_told_as_an_error_and_then_rarely(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    pace = replace(HASTE, longest_pause=0.01, silence=0.2, silence_again=1000)
    async with _serving(world, TokenFile(), pace):
        await world.control.fail("getUpdates", times=100, status=500)
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
        first = _events(capsys)
        await world.control.fail("getUpdates", times=100, status=500)
        await world.reporter.say("three")
        await world.reporter.sees("heard three")
    for told in (first, _events(capsys)):
        silent = [line for line in told if line["event"] == "telegram_no_updates"]
        assert [line["level"] for line in silent] == ["error"]
        assert len(told) > len(silent) + 10, "each failed try has its own line still"


async def test_a_short_silence_is_no_error(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    async with _serving(world, TokenFile(), replace(HASTE, longest_pause=0.01)):
        await world.control.fail("getUpdates", times=20, status=500)
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    assert {line["level"] for line in _events(capsys)} == {"warning"}

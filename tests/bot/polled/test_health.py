"""A polled bot says on loopback how it is, and tells nobody of a single report."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.channels.telegram.calls import Call
from bot.channels.telegram.failures import TokenRefusedError
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.telegram.raw_updates import Update
from bot.fleet.numbers import BotState, FleetNumbers
from bot.polled.health import SECONDS_UNTIL_STUCK, TelegramWatch, state_of_bot
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
from tests.ports import next_port
from tests.reporter import BotApiControl, Reporter
from tests.system import System, set_up_system

HOUR = 3600.0
PARTS = ("telegram", "store", "intake", "outbox")


def _samples(scraped: bytes) -> dict[str, float]:
    """Give the values by name and label's value."""
    return {
        " ".join([sample.name.removeprefix("reportline_"), *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(scraped.decode())
        for sample in family.samples
    }


class Watched:
    """A watched bot in this process, its clocks in the test's hands."""

    def __init__(self, world: World, token: str = TOKEN) -> None:
        self.seconds = 0.0
        self.numbers = FleetNumbers(lambda: self.seconds, lambda: (0, 0), "polled")
        self.watch = TelegramWatch(self.numbers, lambda: self.seconds)
        self.polling = TelegramPolling(
            world.host,
            token,
            world.bot_api.api_url,
            presentations=(),
            sentences=SENTENCES,
            pace=replace(HASTE, poll=1),
            ended=self.watch.ended,
        )

    async def telegram(self) -> str:
        """Say how Telegram answers."""
        return self.watch.telegram()

    def count(self, name: str) -> float:
        """Give a number of the last full hour; none stands for fewer than five."""
        return _samples(self.numbers.exposition()).get(name, 0)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Start a Bot API server; the polling is the test's to start."""
    async with world_of(Polling()) as world:
        yield world


@pytest.fixture
async def watched(world: World) -> AsyncIterator[Watched]:
    """Poll."""
    watched = Watched(world)
    task = asyncio.create_task(watched.polling.run())
    yield watched
    await stopped(task)


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        ({"status": 500}, "away"),
        ({"status": 429, "retry_after": 1}, "slowed_down"),
        ({"status": 404, "raw": "<html>not found</html>"}, "odd_answer"),
    ],
)
async def test_how_telegram_answers_is_told_in_a_word(
    world: World, watched: Watched, failure: dict[str, Any], word: str
) -> None:
    await until(watched.telegram, "ok")
    await world.control.fail("getUpdates", times=2, **failure)
    await world.reporter.say("hola")
    await until(watched.telegram, word)
    await until(watched.telegram, "ok")


async def test_a_refused_token_is_told(world: World) -> None:
    watched = Watched(world, "123456:wrong")
    with pytest.raises(TokenRefusedError):
        await watched.polling.run()
    assert watched.watch.telegram() == "token_refused"


async def test_a_bot_that_asks_for_nothing_is_stuck(world: World) -> None:
    watched = Watched(world)
    watched.seconds = SECONDS_UNTIL_STUCK
    assert watched.watch.telegram() == "away"
    watched.seconds += 1
    assert watched.watch.telegram() == "stuck"
    task = asyncio.create_task(watched.polling.run())
    await until(watched.telegram, "ok")
    await stopped(task)


async def test_updates_and_troubles_are_counted_by_the_full_hour(world: World, watched: Watched) -> None:
    await world.control.fail("sendMessage", times=1, status=400)
    for number in range(6):
        await world.reporter.say(f"hola {number}")
    await until(world.waiting, 0)
    watched.seconds = HOUR - 1
    assert watched.count("polled_updates_last_hour taken") == 0
    watched.seconds = HOUR
    assert watched.count("polled_updates_last_hour taken") == 5
    assert watched.count("polled_calls_last_hour refused") == 0, "fewer than five"


async def test_an_update_that_telegram_gives_again_is_counted_once(watched: Watched) -> None:
    """An update that is still in hand stands in each answer to getUpdates."""
    await until(watched.telegram, "ok")
    for number in (5, 6, 7, 8):
        for _ in range(2):
            watched.watch.ended(Call("getUpdates"), [Update(5), Update(number), Update()])
    watched.watch.ended(Call("getUpdates"), [Update(5)])
    watched.watch.ended(Call("getUpdates"), [Update(9)])
    watched.seconds = HOUR
    assert watched.count("polled_updates_last_hour taken") == 5


@pytest.mark.parametrize(
    ("word", "paused", "state"),
    [
        ("ok", False, "serving"),
        ("ok", True, "paused"),
        ("away", False, "no_updates"),
        ("stuck", True, "no_updates"),
        ("other_poller", False, "no_updates"),
        ("token_refused", True, "refused"),
    ],
)
def test_a_bot_that_gets_no_updates_does_not_serve(word: str, paused: bool, state: str) -> None:  # noqa: FBT001 - a row of the table above
    assert state_of_bot(word, paused=paused) == state


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """Set a bot and an intake up; neither runs yet."""
    async with set_up_system(tmp_path, next_port()) as system:
        yield system


async def _url(system: System, log: str) -> str:
    """Wait until the bot says where its health is."""
    async with asyncio.timeout(60):
        while True:
            if found := re.search(r"http://127\.0\.0\.1:\d+", (system.data / log).read_text()):
                return found[0]
            await asyncio.sleep(0.05)


async def test_a_served_bot_tells_its_operator_and_nobody_else(system: System) -> None:
    """A report goes through meanwhile, and moves no number within the hour."""
    poll = ("bot", "poll", "--health-port", "0")
    async with system.running("intake", "serve"):
        await system.intake_answers()
        async with system.running(*poll) as process, BotApiControl(system.telegram.url) as control:
            url = await _url(system, f"{'-'.join(poll)}.log")
            async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
                token = (system.data / "bot/metrics.token").read_text().strip()
                key = {"Authorization": f"Bearer {token}"}
                first = _samples((await client.get("/metrics", headers=key)).content)
                assert first["healthy store"] == 1, "before anybody asked whether it is ready"

                async def ready() -> Any:
                    return (await client.get("/readyz")).json()

                await until(ready, dict.fromkeys(PARTS, "ok"))
                assert (await client.get("/healthz")).json() == {"status": "ok"}
                for path in ("/", "/metrics", "/v1/reports", "/telegram/x"):
                    assert (await client.get(path)).status_code == 404
                assert (await client.post("/telegram/x", json={"update_id": 1})).status_code == 404
                port = url.rpartition(":")[2]
                looked = await asyncio.to_thread(system.command, "doctor", "--health-port", port)
                assert "says that it is well" in " ".join(looked.stdout.split())
                assert looked.returncode == 0, looked.stdout
                client.headers.update(key)
                before = _samples((await client.get("/metrics")).content)
                reporter = Reporter(control, language="en")
                await reporter.say("https://forum.example/thread/1")
                await reporter.sees("Not sent yet")
                await reporter.tap("send")
                await reporter.sees("We have received it")
                assert _samples((await client.get("/metrics")).content) == before
            _require_loopback(int(url.rpartition(":")[2]))
            process.terminate()
            assert await asyncio.to_thread(process.wait, 30) == 0
    parts = {f"healthy {part}": 1 for part in PARTS}
    bots = {f"polled_bots {state}": int(state == "serving") for state in get_args(BotState)}
    assert before == {**bots, **parts, "talk_store_answers": 1, "outbox_waits_long": 0}


def _require_loopback(port: int) -> None:
    """See that the port is open at 127.0.0.1 and at no other address of this machine."""
    socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))


async def test_a_new_token_in_its_file_makes_a_refused_bot_well_again(system: System, tmp_path: Path) -> None:
    """Without a restart: what was in memory is there still."""
    file = tmp_path / "telegram.token"
    file.write_text(system.environment.pop("REPORTLINE_TELEGRAM_TOKEN"))
    file.chmod(0o600)
    system.environment["REPORTLINE_TELEGRAM_TOKEN_FILE"] = str(file)
    poll = ("bot", "poll", "--health-port", "0")
    async with system.running(*poll), httpx.AsyncClient(trust_env=False) as client:
        url = await _url(system, f"{'-'.join(poll)}.log")

        async def telegram() -> Any:
            return (await client.get(f"{url}/readyz")).json()["telegram"]

        await until(telegram, "ok")
        newer = system.telegram.api.token[:-1] + "x"
        await system.telegram.api.revoke(newer)
        async with BotApiControl(system.telegram.url) as control:
            await Reporter(control, language="en").say("hola")
        await until(telegram, "token_refused")
        file.write_text(newer)
        await until(telegram, "ok")


async def test_a_port_that_is_taken_is_told_in_a_sentence(system: System) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = await asyncio.to_thread(system.command, "bot", "poll", "--health-port", port)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_bot_whose_token_is_refused_ends_with_its_health(system: System) -> None:
    system.environment["REPORTLINE_TELEGRAM_TOKEN"] = "7001:" + "a" * 35
    done = await asyncio.to_thread(system.command, "bot", "poll", "--health-port", "0")
    assert done.returncode == 1
    assert "Telegram refuses the bot's token." in done.stderr
    assert "Traceback" not in done.stderr

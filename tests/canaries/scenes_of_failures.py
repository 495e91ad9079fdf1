"""What fails around a talk: the intake in every way, its database, the disk, Telegram in every way."""

import asyncio
import os
import time
from pathlib import Path

from tests.bot_api import Failure
from tests.canaries.bot_api_updates import Planter
from tests.canaries.evidence import Collection
from tests.canaries.exact_times import HOUR
from tests.canaries.markers import Kind
from tests.canaries.planted import PlantedReporter
from tests.canaries.script import Act
from tests.canaries.stage import LOUD, SECONDS, Stage, stage
from tests.canaries.wiretap import Way

# Another process, since the locks of one end when it closes any file of the database.
_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(3600)
"""
_WAYS = (Way.BROKEN, Way.REFUSING, Way.AWAY)


async def play_intake(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Play what fails between the bot and the database; gathered in the midst of it, and when all is well."""
    async with stage(template, folder, planter) as on, on.running("intake", *LOUD, "intake", "serve"):
        await on.house.intake_answers()
        async with on.running("bot", *LOUD, "bot", "poll"):
            midway = await _locked(on)
            await _send(on, "an answer is lost", Way.CUT)
            await _without_outbox(on)
            await _send(on, "all is well", Way.THROUGH)
            await on.delivered()
        return [midway, on.collect()]


async def _locked(on: Stage) -> Collection:
    """Lock the database until the intake gives up, and let all that needs no intake fail meanwhile."""
    async with on.running("lock", "-c", _LOCK, str(on.intake_folder / "reportline.db")):
        async with asyncio.timeout(SECONDS):
            while not (on.streams / "lock.out").read_bytes():
                await asyncio.sleep(0.02)
        await _send(on, "the database is locked", Way.THROUGH)
        for way in _WAYS:
            await _send(on, way, way)
        midway = on.collect()
        _spoil(on)
        await on.logs("intake", "DatabaseAway")
    return midway


async def _send(on: Stage, name: str, way: Way) -> PlantedReporter:
    """Let a reporter report, add an answer, ask about the receipt and write what may name somebody."""
    on.tap.way = way
    reporter = on.reporter(name)
    await reporter.do(Act(say=link(on, name)))
    for choice in ("send", "details", "search", "danger", "back"):
        await reporter.do(Act(tap=choice))
    await reporter.do(Act(say="/status"))
    return reporter


def link(on: Stage, name: str) -> str:
    """Give the link that a reporter reports."""
    return on.planter.mint.text(f"{name}, link.url", Kind.WORDS)


def _spoil(on: Stage) -> None:
    """Put an entry into the outbox that is none, with the times that the bot would give it."""
    entry = on.outbox / f"{'0' * 32}.1.json"
    entry.write_text("no entry")
    hour = time.time() // HOUR * HOUR
    for path in (entry, on.outbox):
        os.utime(path, (hour, hour))


async def _without_outbox(on: Stage) -> None:
    aside = on.outbox.with_name("moved")
    on.outbox.rename(aside)
    reporter = on.reporter("no outbox")
    await reporter.do(Act(say=link(on, "no outbox")))
    await reporter.do(Act(tap="send"))
    aside.rename(on.outbox)


async def play_telegram(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Play what fails between the bot and Telegram, whose words repeat what it knows of the reporter."""
    async with stage(template, folder, planter) as on, on.running("bot", *LOUD, "bot", "poll"):
        told = planter.mint.text("what Telegram says of a failure")
        await asyncio.gather(*(_fail(on, number, order) for number, order in enumerate(_orders(told))))
        await _block(on, told)
        await _fail_to_poll(on, told)
        return [on.collect()]


def _orders(told: str) -> list[Failure]:
    return [
        Failure(status=429, retry_after=1, description=f"Too Many Requests: {told}"),
        Failure(status=500, description=f"Internal Server Error: {told}", times=2),
        Failure(status=502, description=told),
        Failure(status=400, description=f"Bad Request: {told}"),
        Failure(drop=True),
        Failure(lose=True),
    ]


async def _fail(on: Stage, number: int, order: Failure) -> None:
    reporter = on.reporter(f"failure {number}")
    order.chat = reporter.chat
    order.method = "sendMessage"
    on.house.telegram.api.failures.append(order)
    # What Telegram refuses for good is not sent again; the next thing is.
    if order.status == 400:
        await reporter.push(reporter.say(link(on, reporter.name)))
        await on.logs("bot", "telegram_refused")
    await reporter.do(Act(say=link(on, reporter.name)))
    await reporter.do(Act(tap="send"))


async def _fail_to_poll(on: Stage, told: str) -> None:
    """Let the asking for updates fail in one way after another, in the last one for good."""
    reporter = on.reporter("while polling fails")
    for order in (*_orders(told), Failure(status=409, description=f"Conflict: {told}")):
        await _fail_once_to_poll(on, reporter, order)
        # A time of peace, since the pauses grow from one failure to the next.
        await reporter.do(Act(say="/help"))
    refusal = Failure("getUpdates", status=401, description=f"Unauthorized: {told}")
    await _fail_once_to_poll(on, reporter, refusal)
    await on.logs("bot", "telegram_token_refused")


async def _fail_once_to_poll(on: Stage, reporter: PlantedReporter, order: Failure) -> None:
    order.method, order.times = "getUpdates", 1
    on.house.telegram.api.failures.append(order)
    await reporter.push(reporter.say(link(on, reporter.name)))
    async with asyncio.timeout(SECONDS):
        while order.times:
            await asyncio.sleep(0.02)


async def _block(on: Stage, told: str) -> None:
    reporter = on.reporter("who blocks")
    await reporter.do(Act(say=link(on, "who blocks")))
    on.house.telegram.api.chat(reporter.chat).closed = f"bot was blocked by the user {told}"
    await reporter.push(reporter.say(link(on, "who blocks again")))
    await on.logs("bot", "reporter_gone")

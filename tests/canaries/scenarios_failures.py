"""The scenarios of failures: the intake in every way, its database, the disk, and Telegram in every way."""

import asyncio
import os
import time
from pathlib import Path

from tests.bot_api import Failure
from tests.canaries.bot_api_updates import Planter
from tests.canaries.evidence import Collection
from tests.canaries.exact_times import HOUR
from tests.canaries.markers import Kind
from tests.canaries.planted_reporter import PlantedReporter
from tests.canaries.recorded_system import ALL_LOGS, SECONDS, RecordedSystem, recorded_system
from tests.canaries.recording_proxy import Mode
from tests.canaries.script import Act

# Another process, since the locks of one end when it closes any file of the database.
_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(3600)
"""
_MODES = (Mode.BROKEN, Mode.REFUSING, Mode.AWAY)


async def run_intake(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Run the failures between bot and database; collect during them, and when all is well again."""
    async with (
        recorded_system(template, folder, planter) as system,
        system.running("intake", *ALL_LOGS, "intake", "serve"),
    ):
        await system.parts.intake_answers()
        async with system.running("bot", *ALL_LOGS, "bot", "poll"):
            midway = await _locked(system)
            await _send(system, "an answer is lost", Mode.CUT)
            await _without_outbox(system)
            await _send(system, "all is well", Mode.THROUGH)
            await system.delivered()
        return [midway, system.collect()]


async def _locked(system: RecordedSystem) -> Collection:
    """Lock the database until the intake gives up; meanwhile let the proxy fail in every way."""
    async with system.running("lock", "-c", _LOCK, str(system.intake_folder / "reportline.db")):
        async with asyncio.timeout(SECONDS):
            while not (system.streams / "lock.out").read_bytes():
                await asyncio.sleep(0.02)
        await _send(system, "the database is locked", Mode.THROUGH)
        for way in _MODES:
            await _send(system, way, way)
        midway = system.collect()
        _spoil(system)
        await system.logs("intake", "DatabaseAway")
    return midway


async def _send(system: RecordedSystem, name: str, way: Mode) -> PlantedReporter:
    """Let a reporter report, add an answer, say that a child is in danger, and ask about the receipt."""
    system.proxy.mode = way
    reporter = system.reporter(name)
    await reporter.do(Act(say=link(system, name)))
    for choice in ("send", "details", "search", "danger", "back"):
        await reporter.do(Act(tap=choice))
    await reporter.do(Act(say="/status"))
    return reporter


def link(system: RecordedSystem, name: str) -> str:
    """Return the link that a reporter reports."""
    return system.planter.mint.text(f"{name}, link.url", Kind.WORDS)


def _spoil(system: RecordedSystem) -> None:
    """Put a broken entry into the outbox, with the times that the bot would give it."""
    entry = system.outbox / f"{'0' * 32}.1.json"
    entry.write_text("no entry")
    hour = time.time() // HOUR * HOUR
    for path in (entry, system.outbox):
        os.utime(path, (hour, hour))


async def _without_outbox(system: RecordedSystem) -> None:
    aside = system.outbox.with_name("moved")
    system.outbox.rename(aside)
    reporter = system.reporter("no outbox")
    await reporter.do(Act(say=link(system, "no outbox")))
    await reporter.do(Act(tap="send"))
    aside.rename(system.outbox)


async def run_telegram(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Run the failures between bot and Telegram, whose error texts repeat what it knows of the reporter."""
    async with (
        recorded_system(template, folder, planter) as system,
        system.running("bot", *ALL_LOGS, "bot", "poll"),
    ):
        told = planter.mint.text("what Telegram says of a failure")
        await asyncio.gather(*(_fail(system, number, order) for number, order in enumerate(_orders(told))))
        await _block(system, told)
        await _fail_to_poll(system, told)
        return [system.collect()]


def _orders(told: str) -> list[Failure]:
    return [
        Failure(status=429, retry_after=1, description=f"Too Many Requests: {told}"),
        Failure(status=500, description=f"Internal Server Error: {told}", times=2),
        Failure(status=502, description=told),
        Failure(status=400, description=f"Bad Request: {told}"),
        Failure(drop=True),
        Failure(lose=True),
    ]


async def _fail(system: RecordedSystem, number: int, order: Failure) -> None:
    reporter = system.reporter(f"failure {number}")
    order.chat = reporter.chat
    order.method = "sendMessage"
    system.parts.telegram.api.failures.append(order)
    # What Telegram refuses for good is not sent again; the next thing is.
    if order.status == 400:
        await reporter.push(reporter.say(link(system, reporter.name)))
        await system.logs("bot", "telegram_refused")
    await reporter.do(Act(say=link(system, reporter.name)))
    await reporter.do(Act(tap="send"))


async def _fail_to_poll(system: RecordedSystem, told: str) -> None:
    """Let polling fail in one way after another, the last time for good."""
    reporter = system.reporter("while polling fails")
    for order in (*_orders(told), Failure(status=409, description=f"Conflict: {told}")):
        await _fail_once_to_poll(system, reporter, order)
        # A time of peace, since the pauses grow from one failure to the next.
        await reporter.do(Act(say="/help"))
    refusal = Failure("getUpdates", status=401, description=f"Unauthorized: {told}")
    await _fail_once_to_poll(system, reporter, refusal)
    await system.logs("bot", "telegram_token_refused")


async def _fail_once_to_poll(system: RecordedSystem, reporter: PlantedReporter, order: Failure) -> None:
    order.method, order.times = "getUpdates", 1
    system.parts.telegram.api.failures.append(order)
    await reporter.push(reporter.say(link(system, reporter.name)))
    async with asyncio.timeout(SECONDS):
        while order.times:
            await asyncio.sleep(0.02)


async def _block(system: RecordedSystem, told: str) -> None:
    reporter = system.reporter("who blocks")
    await reporter.do(Act(say=link(system, "who blocks")))
    system.parts.telegram.api.chat(reporter.chat).closed = f"bot was blocked by the user {told}"
    await reporter.push(reporter.say(link(system, "who blocks again")))
    await system.logs("bot", "reporter_gone")

"""The scenario of every step of the talk and every kind of update; at its end bot and intake crash."""

import asyncio
import signal
from dataclasses import replace
from itertools import islice
from pathlib import Path
from subprocess import Popen
from typing import Any

from telegram import Message

from bot.talks.portals import read_portals
from conversations.wire.report import write_receipt
from locales.catalogues import KNOWN_LANGUAGES
from tests.canaries import evidence
from tests.canaries.bot_api_updates import Planter, needed, update_of, updates
from tests.canaries.evidence import Collection, files
from tests.canaries.markers import Kind, Mint
from tests.canaries.planted_reporter import addressed, damaged, in_groups
from tests.canaries.recorded_system import ALL_LOGS, SECONDS, RecordedSystem, recorded_system
from tests.canaries.recording_proxy import Mode
from tests.canaries.script import Act, Script
from tests.canaries.search import Sink
from tests.valkeys import Line, Valkey, valkey

PORTAL = "international"
PAUSED = "closed"
NAMES = ("phone.spanish_number", "mail.email", "handle.username")
CHATTER = "chatter"


def texts(mint: Mint, talk: int) -> list[str]:
    """Return what the reporter of a talk says: names, links, a receipt, words."""

    def own(name: str, kind: Kind = Kind.OWN) -> str:
        return mint.text(f"talk {talk}, {name}", kind)

    word, sharer = own("a word", Kind.WORDS), own("the sharer of the link.id", Kind.IDENTITY)
    names = f"+{own(NAMES[0])}, {own(NAMES[1])} or @{own(NAMES[2])}"
    host = own("host.host", Kind.WORDS)
    return [
        f"{word}, or call {names}",
        f"https://{host}/thread/{word}?page=2&fbclid={sharer}#post-3",
        f"https://{host}/",
        f"https://www.google.com/search?q={word}",
        f"https://{host}/second/{word} {word}",
        f"it is on {host} there",
        f"I say {own(CHATTER)}",
        f"my uncle hits me, {own('a cry')}",
        f"her father hits her, {own('a cry for another')}",
        write_receipt(bytes(10)),
        "stop",
        f"/start {PAUSED}",
    ]


def planned(portals: Path, mint: Mint, most: int | None = None) -> list[list[Act]]:
    """Plan the talks, or the first of them; who a reporter says is not theirs is meant for the intake.

    So is what is no link.
    """
    script = Script(read_portals(portals, KNOWN_LANGUAGES), PORTAL, lambda talk: texts(mint, talk))
    talks = [*islice(script.talks(), most)]
    for number, acts in enumerate(talks):
        taps = {act.tap for act in acts}
        names = (*(NAMES if "theirs" in taps else ()), *((CHATTER,) if "take_partial" in taps else ()))
        meant = [mint.markers[f"talk {number}, {name}"] for name in names]
        mint.markers |= {marker.name: replace(marker, kind=Kind.WORDS) for marker in meant}
    return talks


async def run(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Run the scenario."""
    talks = planned(folder.parent / "portals", planter.mint)
    with valkey(folder / "valkey") as server:
        async with (
            Line(server.port) as line,
            recorded_system(
                template, folder, planter, REPORTLINE_VALKEY_URL=line.url.get_secret_value()
            ) as system,
        ):
            await _all_kinds(system)
            async with system.running("intake", *ALL_LOGS, "intake", "serve") as intake:
                await system.parts.intake_answers()
                async with system.running("bot", *ALL_LOGS, "bot", "poll") as bot:
                    await system.read()
                    await asyncio.gather(*(_hold(system, number, acts) for number, acts in enumerate(talks)))
                    await _store_goes_and_comes(system, server)
                    held = _held(server, line)
                    await _crash(system, bot, intake)
            return [system.collect(*held)]


async def _all_kinds(system: RecordedSystem) -> None:
    """Queue updates of every kind for the bot, each in a chat of its own, including unexpected ones."""
    planted = [*updates(system.planter)]
    small = {*needed(Message), "from_user", "text", "entities", "caption"}
    messages = [system.planter.some(Message, small) for _ in range(2)]
    markers = system.planter.mint.markers
    # A text is shown to its reporter again beside the links behind it, as is the address of a channel post.
    for shown in ("Message.text", "Chat.username", "MessageOriginChannel.message_id"):
        markers[shown] = replace(markers[shown], kind=Kind.OWN)
    # A picture goes, and its words stand beside the link as words alone would.
    markers["Message.caption"] = replace(markers["Message.caption"], kind=Kind.WORDS)
    first = {next(iter(update)): update for update in reversed(planted)}
    own = [
        update_of(kind, message)
        for kind, message in zip(("message", "edited_message"), messages, strict=True)
    ]
    served = [*own, first["callback_query"], first["my_chat_member"]]
    for update in (one for whole in served for one in damaged(whole)):
        system.parts.telegram.api.updates.append(_numbered(system, update))
    for update in [*in_groups(served), *planted]:
        await system.parts.telegram.api.push(_numbered(system, update))


def _numbered(system: RecordedSystem, update: dict[str, Any]) -> dict[str, Any]:
    mint = system.planter.mint
    count = len(system.parts.telegram.api.updates)
    number = mint.number("first update") + count
    mint.note(f"update {count}", number)
    return {**addressed(update, mint.number(f"chat of update {count}")), "update_id": number}


async def _hold(system: RecordedSystem, number: int, acts: list[Act]) -> None:
    await system.reporter(f"talk {number}").hold(acts)


async def _store_goes_and_comes(system: RecordedSystem, server: Valkey) -> None:
    reporter = system.reporter("talk without a store")
    with server.paused():
        payload = system.planter.mint.text("start link.payload")
        await reporter.push(reporter.say(f"/start {payload}"))
        await system.logs("bot", "store_away")
    await system.parts.telegram.api.look(reporter.chat, 0, SECONDS)
    await reporter.do(Act(say="/help"))


def _held(server: Valkey, line: Line) -> list[Sink]:
    server.client.save()
    return [*evidence.valkey(server.client, bytes(line.carried)), *files(server.folder, "Valkey")]


async def _crash(system: RecordedSystem, bot: Popen[bytes], intake: Popen[bytes]) -> None:
    """Crash bot and intake in the middle of a turn."""
    reporter = system.reporter("talk in a crash")
    await reporter.do(Act(say=texts(system.planter.mint, 0)[1]))
    system.proxy.mode = Mode.HELD
    await reporter.push(reporter.tap("send"))
    await system.proxy.holds()
    bot.send_signal(signal.SIGABRT)
    intake.send_signal(signal.SIGSEGV)
    await asyncio.gather(*(asyncio.to_thread(process.wait, SECONDS) for process in (bot, intake)))

"""Whole talks in a real Valkey cannot be read there, and two hosts of one chat lose nothing."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.delivery.intake import InMemoryIntake
from bot.sessions.store import Sessions, StoreAway
from bot.talks.stored import load
from conversations.events import Command, Commanded, Said
from conversations.wire.sealing import new_private_key
from tests.runner_host import CHAT, Host, tap
from tests.talk_stores import InValkey, content_of
from tests.valkeys import Line, Valkey, valkey

LINK = "https://forum.example/thread/4711"
RECEIPT = re.compile("[0-9A-Z]{4}(-[0-9A-Z]{1,4}){4,}")
SOON = 0.3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server that writes all that it is given to its disk, in a form that can be searched."""
    config = {"rdbcompression": "no", "appendonly": "yes", "slowlog-log-slower-than": "0"}
    with valkey(tmp_path_factory.mktemp("valkey"), config) as server:
        yield server


@pytest.fixture
async def store(server: Valkey, tmp_path: Path) -> AsyncIterator[InValkey]:
    """Make an empty store."""
    server.client.flushall()
    store = InValkey(server, tmp_path)
    async with store.sessions:
        yield store


@pytest.fixture
def key() -> bytes:
    """Make the intake's key."""
    return new_private_key()


@pytest.fixture
def intake(key: bytes) -> InMemoryIntake:
    """Make an intake."""
    return InMemoryIntake({"k1": key})


async def _whole_talk(host: Host, sessions: Sessions) -> set[str]:
    """Hold a talk to its end, and give every text that its state ever held."""
    answer = await host.happens(1, Said(LINK))
    held = _texts(msgspec.to_builtins(load(await content_of(sessions, CHAT) or b"")))
    for update, choice in enumerate(("send", "details", "search", "finish"), 2):
        answer = await host.happens(update, tap(answer, choice))
        held |= _texts(msgspec.to_builtins(load(await content_of(sessions, CHAT) or b"")))
    return held


def _texts(value: Any) -> set[str]:
    """Give every text in a stored talk."""
    match value:
        case list() | tuple():
            return set().union(*(_texts(one) for one in value)) if value else set()
        case str():
            return {value}
    return set()


def _shapes(text: str) -> set[bytes]:
    """Give what a text looks like in the forms in which it could be written by mistake."""
    plain = text.encode()
    shapes = {plain, plain[::-1], plain.hex().encode(), text.encode("utf-16-le")}
    shapes |= {base64.b64encode(b"-" * pad + plain)[4:-4] for pad in range(3)}
    if text.isdecimal():
        shapes |= {int(text).to_bytes(8, order) for order in ("big", "little")}
        for name in ("md5", "sha1", "sha256", "blake2b"):
            digest = hashlib.new(name, plain)
            shapes |= {digest.digest(), digest.hexdigest().encode()}
    # What is shorter is found in any random bytes.
    return {shape for shape in shapes if len(shape) > 5}


def _sinks(server: Valkey, line: Line) -> dict[str, bytes]:
    """Give all that the server has, has written, and was ever sent or asked."""
    server.client.save()
    keys = server.stored()
    files = {path.name: path.read_bytes() for path in server.folder.rglob("*") if path.is_file()}
    return {
        "keys": b" ".join(keys),
        "values": b" ".join(server.client.get(key) for key in keys),
        "dumps": b" ".join(server.client.dump(key) for key in keys),
        "slow commands": repr(server.client.slowlog_get(1000)).encode(),
        "line": bytes(line.carried),
        **files,
    }


def _found(texts: set[str], sinks: dict[str, bytes]) -> set[tuple[str, str]]:
    return {
        (text, sink)
        for text in texts
        for sink, content in sinks.items()
        if any(shape in content for shape in _shapes(text))
    }


async def test_nothing_of_a_talk_is_readable_in_the_store(
    store: InValkey, tmp_path: Path, intake: InMemoryIntake, key: bytes
) -> None:
    """Neither the chat nor anything that the talk held, in memory, on its disk, or on the way there."""
    async with Line(store.server.port) as line, store.of_another_process(line.url) as sessions:
        held = await _whole_talk(Host(sessions, tmp_path, intake, key), sessions)
        (report,) = intake.reports.values()
        assert {LINK, report.draft_id} <= held
        assert any(RECEIPT.fullmatch(text) for text in held)
        sinks = _sinks(store.server, line)
        assert min(len(content) for content in sinks.values()) > 0
        assert {"dump.rdb", "valkey.log"} <= sinks.keys()
        assert _found({CHAT.bot, CHAT.chat, *held}, sinks) == set()
        secrets = {secret.raw for secret in store.secrets.live()}
        assert not any(raw in content for raw in secrets for content in sinks.values())
        assert not any(raw.hex().encode() in content for raw in secrets for content in sinks.values())


async def test_the_search_finds_what_is_planted(store: InValkey) -> None:
    """In each place, and in each form; otherwise finding nothing would say nothing."""
    async with Line(store.server.port) as line, store.of_another_process(line.url) as sessions:
        await sessions._servers.call("SET", b"talk:planted", CHAT.chat)  # noqa: SLF001 - a leak past all that seals
        sinks = _sinks(store.server, line)
        found = {sink for _, sink in _found({CHAT.chat}, sinks)}
        assert {"values", "dumps", "slow commands", "line", "dump.rdb"} <= found
        assert any(sink.endswith(".aof") for sink in found)
    for shape in _shapes(CHAT.chat):
        assert _found({CHAT.chat}, {"place": b"before" + shape + b"after"})


async def test_two_hosts_of_one_chat_make_one_report(
    store: InValkey, tmp_path: Path, intake: InMemoryIntake, key: bytes
) -> None:
    """Whatever reaches which host at the same time, both see the same talk, and a Send is one report."""
    async with store.of_another_process(store.server.url) as sessions:
        hosts = [Host(one, tmp_path, intake, key) for one in (store.sessions, sessions)]
        answer = await hosts[0].happens(1, Said(LINK))
        send = tap(answer, "send")
        await asyncio.gather(*(hosts[update % 2].happens(update, send) for update in range(2, 12)))
    assert [report.revision for report in intake.reports.values()] == [1]


@pytest.mark.alone("calls have 0.3 seconds to be answered")
async def test_what_one_host_saved_and_did_not_hand_in_the_other_hands_in(
    store: InValkey, tmp_path: Path, intake: InMemoryIntake, key: bytes
) -> None:
    """A tap on Send is saved though its host never learns so; whatever comes next, it is handed in first."""
    async with Line(store.server.port) as line, store.of_another_process(line.url, SOON) as sessions:
        cut, other = Host(sessions, tmp_path, intake, key), Host(store.sessions, tmp_path, intake, key)
        answer = await cut.happens(1, Said(LINK))

        async def leave() -> None:
            line.cut = True

        line.loses_answer_to, line.meanwhile = b"IFEQ", leave
        with pytest.raises(StoreAway):
            await cut.happens(2, tap(answer, "send"))
        assert intake.reports == {}
        answer = await other.happens(3, Said("hm"))
        assert len(intake.reports) == 1
        assert "We have received it" in answer.card.text


async def test_a_talk_that_another_version_saved_is_an_old_talk(
    store: InValkey, tmp_path: Path, intake: InMemoryIntake, key: bytes
) -> None:
    """What this version cannot read does not stop the reporter: a new talk begins."""
    host = Host(store.sessions, tmp_path, intake, key)
    answer = await host.happens(1, Said(LINK))
    held = await store.sessions.load(CHAT)
    assert held
    assert await store.sessions.save(CHAT, b'{"state": "of another time"}', held.version)
    answer = await host.happens(2, tap(answer, "send"))
    assert "old talk" in answer.card.text


@pytest.mark.alone("calls have 0.3 seconds to be answered")
async def test_forgetting_that_failed_is_done_when_it_is_tried_again(
    store: InValkey, tmp_path: Path, intake: InMemoryIntake, key: bytes
) -> None:
    """The store was away when the reporter wanted to be forgotten: the same update forgets all the same."""
    async with Line(store.server.port) as line, store.of_another_process(line.url, SOON) as sessions:
        host = Host(sessions, tmp_path, intake, key)
        await host.happens(1, Said("hm"))
        line.loses_request = b"SET"
        with pytest.raises(StoreAway):
            await host.happens(2, Commanded(Command.FORGET))
        answer = await host.happens(2, Commanded(Command.FORGET))
        assert set(answer.erase) == {1, 2}
        assert b"hm" not in (await content_of(store.sessions, CHAT) or b"")

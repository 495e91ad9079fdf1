"""A Valkey that is away, late or refuses raises an OSError without details; the bot finds out what it did."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.exchange import TalkHandle
from bot.sessions.store import StoreAway, StoreRefuses
from bot.sessions.valkey import ValkeySessions
from tests.ports import next_port
from tests.talk_stores import InServers, InValkey, content_of, version_of
from tests.valkey_clusters import Cluster, cluster
from tests.valkeys import Line, Valkey, valkey

pytestmark = pytest.mark.alone("calls have 0.3 seconds to be answered")

CHAT = TalkHandle("telegram", "77001", "4242424242")
SOON = 0.3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server."""
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
async def store(server: Valkey, tmp_path: Path) -> AsyncIterator[InValkey]:
    """Make an empty store."""
    server.client.flushall()
    store = InValkey(server, tmp_path)
    async with store.sessions:
        yield store


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run a cluster."""
    with cluster(tmp_path_factory.mktemp("cluster")) as servers:
        yield servers


@pytest.fixture(params=["server", "servers"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InServers[Any]]:
    """Make an empty store on one server, and one on a cluster."""
    server: Valkey | Cluster = request.getfixturevalue(request.param)
    server.empty()
    store = InServers(server, tmp_path)
    async with store.sessions:
        yield store


@pytest.fixture
async def line(either: InServers[Any]) -> AsyncIterator[Line]:
    """Give a way to the server that has the talk, which loses what it is told to."""
    async with Line(either.server.has(either.key(CHAT)).port) as line:
        yield line


@pytest.fixture
async def far(either: InServers[Any], line: Line) -> AsyncIterator[ValkeySessions]:
    """Give the store of another process, which is at the end of that line and not patient."""
    async with either.of_another_process(line.url, SOON) as far:
        yield far


async def test_a_save_whose_answer_was_lost_is_a_save(
    either: InServers[Any], line: Line, far: ValkeySessions
) -> None:
    """Whoever reads back their own seal after a time-out has saved, the first time and later."""
    line.loses_answer_to = b"NX"
    assert await far.save(CHAT, b"one", None)
    line.loses_answer_to = b"IFEQ"
    assert await far.save(CHAT, b"two", await version_of(far, CHAT))
    assert line.loses_answer_to is None
    assert await content_of(either.sessions, CHAT) == b"two"


async def test_a_save_that_was_lost_is_an_error_and_changes_nothing(
    either: InServers[Any], line: Line, far: ValkeySessions
) -> None:
    """It may be done late, so it is neither saved nor lost to another; to try again is right."""
    line.loses_request = b"NX"
    with pytest.raises(StoreAway):
        await far.save(CHAT, b"one", None)
    assert await far.save(CHAT, b"one", None)
    version = await version_of(far, CHAT)
    line.loses_request = b"IFEQ"
    with pytest.raises(StoreAway):
        await far.save(CHAT, b"two", version)
    assert await content_of(either.sessions, CHAT) == b"one"
    assert await far.save(CHAT, b"two", version)


async def test_a_save_after_which_another_was_faster_has_lost(
    either: InServers[Any], line: Line, far: ValkeySessions
) -> None:
    """The answer is lost, and meanwhile another process went on from what was saved, or erased it."""
    sessions = either.sessions

    async def advance() -> None:
        assert await sessions.save(CHAT, b"three", await version_of(sessions, CHAT))

    async def erase() -> None:
        await sessions.erase(CHAT)

    assert await sessions.save(CHAT, b"one", None)
    for meanwhile, content in ((advance, b"three"), (erase, None)):
        line.loses_answer_to, line.meanwhile = b"IFEQ", meanwhile
        assert not await far.save(CHAT, b"two", await version_of(sessions, CHAT))
        assert await content_of(sessions, CHAT) == content


async def test_a_server_that_stands_still_is_away_within_the_time(either: InServers[Any]) -> None:
    """No call waits longer than it may, not even for a connection; afterwards all is as before."""
    async with either.of_another_process(either.server.url, SOON) as sessions:
        assert await sessions.save(CHAT, b"one", None)
        with either.server.has(either.key(CHAT)).paused():
            began = time.monotonic()
            loads = [sessions.load(CHAT) for _ in range(100)]
            troubles = await asyncio.gather(*loads, return_exceptions=True)
            assert time.monotonic() - began < SOON * 10
        assert {type(trouble) for trouble in troubles} == {StoreAway}
        assert await content_of(sessions, CHAT) == b"one"


async def test_a_server_that_started_again_is_found_at_once(tmp_path: Path) -> None:
    """What it held is there, and no call fails on a connection from before."""
    with valkey(tmp_path / "server") as server:
        store = InValkey(server, tmp_path)
        async with store.sessions as sessions:
            assert await sessions.save(CHAT, b"one", None)
            await asyncio.to_thread(server.stop)
            with pytest.raises(StoreAway):
                await sessions.load(CHAT)
            await asyncio.to_thread(server.start)
            assert await content_of(sessions, CHAT) == b"one"
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            assert await sessions.save(CHAT, b"two", await version_of(sessions, CHAT))


async def test_a_server_that_is_gone_is_an_os_error_and_tells_nothing(store: InValkey) -> None:
    """Each call says so, in words without place, name, password, key or cause."""
    port = next_port()
    url = SecretStr(f"valkey://canary-name:canary-password@127.0.0.1:{port}/0")
    version = store.secrets.live()[0].keys(CHAT).seal((500000).to_bytes(4, "big"))
    async with store.of_another_process(url) as sessions:
        for call in (
            lambda: sessions.load(CHAT),
            lambda: sessions.save(CHAT, b"", None),
            lambda: sessions.save(CHAT, b"", version),
            lambda: sessions.erase(CHAT),
            sessions.probe,
        ):
            with pytest.raises(OSError, match="Valkey does not answer") as away:
                await call()
            cause, context = away.value.__cause__, away.value.__context__
            assert cause is None
            assert context is None or isinstance(context, StoreAway)
            told = f"{away.value!r} {context!r} {sessions!r}"
            for telling in ("canary", "127.0.0.1", str(port), "4242", "talk:"):
                assert telling not in told


REFUSALS = {
    "wrong password": "valkey://:wrong@127.0.0.1:{port}",
    "unknown name": "valkey://nobody:wrong@127.0.0.1:{port}",
    "may only read": "valkey://reader:reader@127.0.0.1:{port}",
    "may use other keys only": "valkey://elsewhere:elsewhere@127.0.0.1:{port}",
}


@pytest.mark.parametrize("why", REFUSALS)
async def test_a_server_that_refuses(store: InValkey, why: str) -> None:
    """It is known beforehand, and an OSError too, so that no update is skipped while it is mended."""
    allow = store.server.client.acl_setuser
    allow("reader", enabled=True, passwords=["+reader"], commands=["+get"], keys=["*"])
    allow("elsewhere", enabled=True, passwords=["+elsewhere"], commands=["+@all"], keys=["other:*"])
    url = SecretStr(REFUSALS[why].format(port=store.server.port))
    async with store.of_another_process(url) as sessions:
        with pytest.raises(StoreRefuses, match="Valkey refuses") as refused:
            await sessions.probe()
        with pytest.raises(OSError, match="Valkey refuses"):
            await sessions.save(CHAT, b"", None)
    assert refused.value.__context__ is None


async def test_the_rights_that_the_advice_names_are_enough(store: InValkey) -> None:
    """GET, SET and DEL of the talks' keys, and nothing else."""
    rights = ["+get", "+set", "+del"]
    allow = store.server.client.acl_setuser
    allow("bot", enabled=True, passwords=["+bot"], commands=rights, keys=["talk:*"])
    async with store.of_another_process(
        SecretStr(f"valkey://bot:bot@127.0.0.1:{store.server.port}")
    ) as sessions:
        await sessions.probe()
        assert await sessions.save(CHAT, b"one", None)
        assert await content_of(sessions, CHAT) == b"one"
        await sessions.erase(CHAT)
        assert store.held() == 0


async def test_a_server_that_lacks_a_command_is_known_beforehand(tmp_path: Path) -> None:
    """As an older one lacks the comparison."""
    with valkey(tmp_path / "server", {"rename-command": 'SET ""'}) as server:
        async with InValkey(server, tmp_path).sessions as sessions:
            with pytest.raises(StoreRefuses):
                await sessions.probe()


async def test_what_is_there_before_the_memory_is_full_stays(store: InValkey) -> None:
    """A full server refuses, which is an OSError; the talk that it holds is read and erased."""
    sessions, client = store.sessions, store.server.client
    assert await sessions.save(CHAT, b"one", None)
    version = await version_of(sessions, CHAT)
    client.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreRefuses):
            await sessions.save(CHAT, b"two", version)
        assert await content_of(sessions, CHAT) == b"one"
        await sessions.erase(CHAT)
        assert store.held() == 0
    finally:
        client.config_set("maxmemory", 0)


async def test_looking_changes_nothing(store: InValkey) -> None:
    """A probe leaves no key, marks no change and makes no secret."""
    before = store.server.client.info("persistence")["rdb_changes_since_last_save"]
    await store.sessions.probe()
    assert store.held() == 0
    assert store.server.client.info("persistence")["rdb_changes_since_last_save"] == before
    assert not store.secrets_file.exists()

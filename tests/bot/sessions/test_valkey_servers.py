"""Every fault of Valkey is an OSError in time; the bot recovers by itself once Valkey does."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.exchange import TalkHandle
from bot.sessions.store import StoreAway
from bot.sessions.valkey import ValkeySessions
from bot.sessions.valkey_servers import MOST_CONNECTIONS
from tests.ports import next_port
from tests.talk_stores import InValkey, content_of, version_of
from tests.valkeys import Valkey, valkey

pytestmark = pytest.mark.alone("calls have 0.3 seconds to be answered")

CHATS = [TalkHandle("telegram", "77001", str(4242424242 + one)) for one in range(2 * MOST_CONNECTIONS)]
SOON = 0.3
ENOUGH = 10


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server that takes its time to load what it holds, and says so meanwhile."""
    slowly = {"key-load-delay": "10000", "loading-process-events-interval-bytes": "1024"}
    with valkey(tmp_path_factory.mktemp("valkey"), slowly) as server:
        yield server


@pytest.fixture
async def store(server: Valkey, tmp_path: Path) -> AsyncIterator[InValkey]:
    """Make an empty store."""
    server.empty()
    store = InValkey(server, tmp_path)
    async with store.sessions:
        yield store


@asynccontextmanager
async def _stopped(server: Valkey) -> AsyncIterator[None]:
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)


@asynccontextmanager
async def _loading(server: Valkey) -> AsyncIterator[None]:
    await asyncio.to_thread(server.stop)
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    async with asyncio.timeout(ENOUGH):
        while not await _listens(server):
            await asyncio.sleep(0.01)
    assert not starting.done()
    try:
        yield
    finally:
        await starting


async def _listens(server: Valkey) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def _paused(server: Valkey) -> AsyncIterator[None]:
    with server.paused():
        yield


@asynccontextmanager
async def _full(server: Valkey) -> AsyncIterator[None]:
    server.client.config_set("maxmemory", 1)
    try:
        yield
    finally:
        server.client.config_set("maxmemory", 0)


@asynccontextmanager
async def _replica(server: Valkey) -> AsyncIterator[None]:
    server.client.replicaof("127.0.0.1", next_port())
    try:
        yield
    finally:
        server.client.replicaof("NO", "ONE")


@asynccontextmanager
async def _new_password(server: Valkey) -> AsyncIterator[None]:
    server.client.config_set("requirepass", "another")
    server.client.execute_command("CLIENT KILL TYPE NORMAL")
    try:
        yield
    finally:
        server.client.config_set("requirepass", "")


@asynccontextmanager
async def _too_many_connections(server: Valkey) -> AsyncIterator[None]:
    most = server.client.config_get("maxclients")["maxclients"]
    server.client.execute_command("CLIENT KILL TYPE NORMAL")
    server.client.config_set("maxclients", 1)
    try:
        yield
    finally:
        server.client.config_set("maxclients", most)


TROUBLES: dict[Callable[[Valkey], AbstractAsyncContextManager[None]], str] = {
    _stopped: "store_away",
    _loading: "store_away",
    _paused: "store_away",
    _too_many_connections: "store_away",
    _full: "store_refuses",
    _replica: "store_refuses",
    _new_password: "store_refuses",
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_trouble_comes_and_goes(
    store: InValkey,
    trouble: Callable[[Valkey], AbstractAsyncContextManager[None]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody waits longer than they may, no connection is lost, and the log tells of it once, and its end."""
    async with store.of_another_process(store.server.url, SOON) as sessions:
        versions = await _begin(sessions)
        async with trouble(store.server):
            for _ in range(2):
                began = time.monotonic()
                tries = [sessions.save(chat, b"two", version) for chat, version in versions.items()]
                troubles = await asyncio.gather(*tries, return_exceptions=True)
                assert time.monotonic() - began < 4 * SOON
                assert all(isinstance(one, StoreAway) for one in troubles)
        await asyncio.wait_for(_begin(sessions), ENOUGH)
        assert len(store.server.client.client_list(_type="normal")) <= MOST_CONNECTIONS + 2
    *told, last = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert last == "store_back"
    # Those who were connected when the password changed were cut off first.
    assert told in ([TROUBLES[trouble]], ["store_away", TROUBLES[trouble]])


async def _begin(sessions: ValkeySessions) -> dict[TalkHandle, bytes]:
    """Erase and begin every talk at the same time, so that no connection may be missing; gives versions."""
    await asyncio.gather(*(sessions.erase(chat) for chat in CHATS))
    assert all(await asyncio.gather(*(sessions.save(chat, b"one", None) for chat in CHATS)))
    return {chat: await version_of(sessions, chat) for chat in CHATS}


async def test_a_store_that_starts_again_with_nothing_begins_anew(store: InValkey) -> None:
    """What it has lost is an old talk; a turn that began before is not saved over it."""
    sessions = store.sessions
    assert await sessions.save(CHATS[0], b"one", None)
    held = await sessions.load(CHATS[0])
    assert held
    store.server.kill()
    await asyncio.to_thread(store.server.start)
    assert store.held() == 0
    assert not await sessions.save(CHATS[0], b"two", held.version)
    assert await sessions.load(CHATS[0]) is None
    assert await sessions.save(CHATS[0], b"new", None)
    assert await content_of(sessions, CHATS[0]) == b"new"

"""Every store of open talks keeps one contract: talks are sealed, advance one at a time, and expire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.exchange import TalkHandle
from bot.sessions.sealing import SECONDS_BETWEEN_ROTATIONS, TalkSecret
from bot.sessions.store import SECONDS_OF_SILENCE, SECONDS_OF_TALK, Sessions, Stored
from tests.talk_stores import InMemory, InServers, Store, content_of, everything, version_of
from tests.valkey_clusters import Cluster, cluster
from tests.valkeys import Valkey, valkey

CHAT = TalkHandle("telegram", "77001", "4242424242")
OTHER = TalkHandle("telegram", "77001", "4242424243")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server."""
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run a cluster."""
    with cluster(tmp_path_factory.mktemp("cluster")) as servers:
        yield servers


@pytest.fixture(params=["memory", "server", "servers"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Give each store in turn, empty."""
    if request.param == "memory":
        yield InMemory()
        return
    server: Valkey | Cluster = request.getfixturevalue(request.param)
    server.empty()
    store = InServers(server, tmp_path)
    async with store.sessions:
        yield store


@pytest.fixture
def sessions(store: Store) -> Sessions:
    """Give the talks of a store."""
    return store.sessions


async def test_what_was_saved_is_loaded(sessions: Sessions) -> None:
    """A talk comes back as it was saved last, and another chat has none."""
    assert await sessions.load(CHAT) is None
    assert await sessions.save(CHAT, b"one", None)
    assert await sessions.save(CHAT, b"two", await version_of(sessions, CHAT))
    stored = await sessions.load(CHAT)
    assert stored is not None
    assert stored.content == b"two"
    assert await sessions.load(OTHER) is None


async def test_compare_and_set(sessions: Sessions) -> None:
    """Of many who loaded the same version, one saves; the others lose, and change nothing."""
    assert await sessions.save(CHAT, b"first", None)
    assert not await sessions.save(CHAT, b"also first", None)
    version = await version_of(sessions, CHAT)
    saved = await asyncio.gather(*(sessions.save(CHAT, bytes([number]), version) for number in range(9)))
    assert saved == [True] + [False] * 8
    assert await content_of(sessions, CHAT) == b"\0"
    assert not await sessions.save(OTHER, b"", version)
    assert await sessions.load(OTHER) is None


async def test_a_version_is_never_used_twice(sessions: Sessions) -> None:
    """A save that began before the talk was erased is lost, though a new talk has begun since."""
    assert await sessions.save(CHAT, b"old", None)
    version = await version_of(sessions, CHAT)
    await sessions.erase(CHAT)
    assert not await sessions.save(CHAT, b"old again", version)
    assert await sessions.save(CHAT, b"new", None)
    assert not await sessions.save(CHAT, b"old again", version)
    assert await content_of(sessions, CHAT) == b"new"


async def test_erase(sessions: Sessions) -> None:
    """What was erased is gone; erasing nothing is harmless."""
    await sessions.erase(CHAT)
    assert await sessions.save(CHAT, b"content", None)
    await sessions.erase(CHAT)
    await sessions.erase(CHAT)
    assert await sessions.load(CHAT) is None


async def test_expires_after_silence(store: Store) -> None:
    """Half an hour without a save ends a talk, and nothing of it stays; each save starts it anew."""
    sessions = store.sessions
    assert await sessions.save(CHAT, b"one", None)
    for _ in range(3):
        store.passes(SECONDS_OF_SILENCE - 10)
        assert await sessions.save(CHAT, b"more", await version_of(sessions, CHAT))
    version = await version_of(sessions, CHAT)
    store.passes(SECONDS_OF_SILENCE)
    sessions.expire()
    assert store.held() == 0
    assert await sessions.load(CHAT) is None
    assert not await sessions.save(CHAT, b"late", version)
    assert await sessions.save(CHAT, b"new", None)


async def test_ends_at_its_total_age(store: Store) -> None:
    """A talk that never falls silent ends all the same, before the secret that it was born under."""
    sessions = store.sessions
    assert SECONDS_OF_TALK < SECONDS_BETWEEN_ROTATIONS
    assert await sessions.save(CHAT, b"one", None)
    for _ in range(SECONDS_OF_TALK // 600 - 1):
        store.passes(600)
        assert await sessions.save(CHAT, b"more", await version_of(sessions, CHAT))
    version = await version_of(sessions, CHAT)
    store.passes(600)
    assert not await sessions.save(CHAT, b"late", version)
    assert await sessions.load(CHAT) is None
    assert store.held() == 0


async def test_a_talk_outlives_a_rotation(store: Store) -> None:
    """Born under the old secret, a talk goes on under it; there is no second one under the new."""
    sessions = store.sessions
    sessions.expire()  # the first secret is drawn now, at the latest
    store.passes(SECONDS_BETWEEN_ROTATIONS - 100)
    assert await sessions.save(CHAT, b"before", None)
    store.passes(200)
    assert await sessions.save(OTHER, b"after", None)
    assert await content_of(sessions, CHAT) == b"before"
    assert await sessions.save(CHAT, b"and after", await version_of(sessions, CHAT))
    assert await content_of(sessions, CHAT) == b"and after"
    assert store.held() == 2
    await sessions.erase(CHAT)
    assert await sessions.load(CHAT) is None
    assert store.held() == 1


async def test_in_memory_the_longest_silent_leaves_first() -> None:
    """When there is no room, the talk that was saved longest ago makes it."""
    store = InMemory()
    sessions = store.sessions
    chats = [TalkHandle("telegram", "77001", str(number)) for number in range(5)]
    for chat in chats[:4]:
        store.passes(1)
        assert await sessions.save(chat, b"content", None)
    assert await sessions.save(chats[0], b"content", await version_of(sessions, chats[0]))
    assert await sessions.save(chats[4], b"content", None)
    left = [number for number, chat in enumerate(chats) if await sessions.load(chat)]
    assert left == [0, 2, 3, 4]


async def test_nothing_readable_in_memory() -> None:
    """Neither what was said nor where is found in anything that the store holds."""
    sessions = InMemory().sessions
    async with sessions.lock(CHAT):
        assert await sessions.save(CHAT, b"https://example.com/marker", None)
        await sessions.load(CHAT)
    held = everything(sessions)
    assert sum(isinstance(one, bytes) for one in held) > 2
    for one in held:
        content = one if isinstance(one, bytes) else str(one).encode() if isinstance(one, str | int) else b""
        assert b"marker" not in content
        assert CHAT.chat.encode() not in content
        assert not isinstance(one, TalkHandle | asyncio.Lock)


async def test_expiring_drops_a_secret_that_nobody_asks_for() -> None:
    """A host without a reporter holds no secret that is too old."""
    store = InMemory()
    before = [one for one in everything(store.sessions) if isinstance(one, TalkSecret)]
    store.passes(2 * SECONDS_BETWEEN_ROTATIONS)
    store.sessions.expire()
    assert before
    assert not any(one in before for one in everything(store.sessions) if isinstance(one, TalkSecret))


async def test_one_at_a_time(sessions: Sessions) -> None:
    """Within a talk one waits for the other; another talk goes on meanwhile."""
    steps: list[str] = []

    async def turn(name: str, handle: TalkHandle) -> None:
        async with sessions.lock(handle):
            steps.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            steps.append(f"{name} ends")

    same = TalkHandle("telegram", "77001", "4242424242")
    await asyncio.gather(turn("first", CHAT), turn("second", same), turn("other", OTHER))
    assert steps.index("first ends") < steps.index("second begins")
    assert steps.index("other begins") < steps.index("first ends")


async def test_a_failed_turn_lets_go(sessions: Sessions) -> None:
    """A turn that fails or is stopped holds its talk no longer."""
    with pytest.raises(LookupError):
        async with sessions.lock(CHAT):
            raise LookupError
    async with asyncio.timeout(1), sessions.lock(CHAT):
        pass


def test_nothing_is_shown() -> None:
    """A stored talk's repr tells no content."""
    assert repr(Stored(b"marker", b"marker")) == "Stored()"

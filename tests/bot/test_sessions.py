"""Open talks in memory: sealed, one advance at a time, and gone when they should be."""

import asyncio
import gc
from typing import Any

import pytest

from bot.exchange import TalkHandle
from bot.privacy import SECONDS_BETWEEN_ROTATIONS, TalkSecrets
from bot.sessions import SECONDS_OF_SILENCE, SECONDS_OF_TALK, MemorySessions, Stored

CHAT = TalkHandle("telegram", "77001", "4242424242")
OTHER = TalkHandle("telegram", "77001", "4242424243")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """Make a clock."""
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> MemorySessions:
    """Make an empty store for four talks at most."""
    return MemorySessions(TalkSecrets(clock), clock, maximum_talks=4)


async def _version(sessions: MemorySessions, handle: TalkHandle) -> int:
    stored = await sessions.load(handle)
    assert stored is not None
    return stored.version


async def test_what_was_saved_is_loaded(sessions: MemorySessions) -> None:
    """A talk comes back as it was saved last, and another chat has none."""
    assert await sessions.load(CHAT) is None
    assert await sessions.save(CHAT, b"one", 0)
    assert await sessions.save(CHAT, b"two", await _version(sessions, CHAT))
    stored = await sessions.load(CHAT)
    assert stored is not None
    assert stored.content == b"two"
    assert await sessions.load(OTHER) is None


async def test_compare_and_set(sessions: MemorySessions) -> None:
    """Of many who loaded the same version, one saves; the others lose, and change nothing."""
    assert await sessions.save(CHAT, b"first", 0)
    assert not await sessions.save(CHAT, b"also first", 0)
    version = await _version(sessions, CHAT)
    saved = await asyncio.gather(*(sessions.save(CHAT, bytes([number]), version) for number in range(9)))
    assert saved == [True] + [False] * 8
    assert await _content(sessions) == b"\0"
    assert not await sessions.save(OTHER, b"", version)


async def test_a_version_is_never_used_twice(sessions: MemorySessions) -> None:
    """A save that began before the talk was erased is lost, though a new talk has begun since."""
    assert await sessions.save(CHAT, b"old", 0)
    version = await _version(sessions, CHAT)
    await sessions.erase(CHAT)
    assert not await sessions.save(CHAT, b"old again", version)
    assert await sessions.save(CHAT, b"new", 0)
    assert not await sessions.save(CHAT, b"old again", version)
    assert await _content(sessions) == b"new"


async def test_erase(sessions: MemorySessions) -> None:
    """What was erased is gone; erasing nothing is harmless."""
    await sessions.erase(CHAT)
    assert await sessions.save(CHAT, b"content", 0)
    await sessions.erase(CHAT)
    await sessions.erase(CHAT)
    assert await sessions.load(CHAT) is None


async def test_expires_after_silence(sessions: MemorySessions, clock: Clock) -> None:
    """Half an hour without a save ends a talk, and nothing of it stays; each save starts it anew."""
    assert await sessions.save(CHAT, b"one", 0)
    for _ in range(3):
        clock.seconds += SECONDS_OF_SILENCE - 1
        assert await sessions.save(CHAT, b"more", await _version(sessions, CHAT))
    version = await _version(sessions, CHAT)
    clock.seconds += SECONDS_OF_SILENCE
    sessions.expire()
    assert _sealed_talks(sessions) == 0
    assert await sessions.load(CHAT) is None
    assert not await sessions.save(CHAT, b"late", version)
    assert await sessions.save(CHAT, b"new", 0)


async def test_ends_at_its_total_age(sessions: MemorySessions, clock: Clock) -> None:
    """A talk that never falls silent ends all the same, before the secret that it was born under."""
    assert SECONDS_OF_TALK < SECONDS_BETWEEN_ROTATIONS
    assert await sessions.save(CHAT, b"one", 0)
    for _ in range(SECONDS_OF_TALK // 600 - 1):
        clock.seconds += 600
        assert await sessions.save(CHAT, b"more", await _version(sessions, CHAT))
    clock.seconds += 600
    assert await sessions.load(CHAT) is None
    assert _sealed_talks(sessions) == 0


async def test_a_talk_outlives_a_rotation(sessions: MemorySessions, clock: Clock) -> None:
    """Born under the old secret, a talk goes on under it; there is no second one under the new."""
    clock.seconds += SECONDS_BETWEEN_ROTATIONS - 100
    assert await sessions.save(CHAT, b"before", 0)
    clock.seconds += 200
    assert await sessions.save(OTHER, b"after", 0)
    assert await _content(sessions) == b"before"
    assert await sessions.save(CHAT, b"and after", await _version(sessions, CHAT))
    assert await _content(sessions) == b"and after"
    assert _sealed_talks(sessions) == 2
    await sessions.erase(CHAT)
    assert await sessions.load(CHAT) is None


async def test_the_longest_silent_leaves_first(sessions: MemorySessions, clock: Clock) -> None:
    """When there is no room, the talk that was saved longest ago makes it."""
    chats = [TalkHandle("telegram", "77001", str(number)) for number in range(5)]
    for chat in chats[:4]:
        clock.seconds += 1
        assert await sessions.save(chat, b"content", 0)
    assert await sessions.save(chats[0], b"content", await _version(sessions, chats[0]))
    assert await sessions.save(chats[4], b"content", 0)
    left = [number for number, chat in enumerate(chats) if await sessions.load(chat)]
    assert left == [0, 2, 3, 4]


async def test_nothing_readable_in_memory(sessions: MemorySessions) -> None:
    """Neither what was said nor where is found in anything that the store holds."""
    async with sessions.lock(CHAT):
        assert await sessions.save(CHAT, b"https://example.com/marker", 0)
        await sessions.load(CHAT)
    held = _everything(sessions)
    assert sum(isinstance(one, bytes) for one in held) > 2
    for one in held:
        content = one if isinstance(one, bytes) else str(one).encode() if isinstance(one, str | int) else b""
        assert b"marker" not in content
        assert CHAT.chat.encode() not in content
        assert not isinstance(one, TalkHandle | asyncio.Lock)


async def test_one_at_a_time(sessions: MemorySessions) -> None:
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


async def test_a_failed_turn_lets_go(sessions: MemorySessions) -> None:
    """A turn that fails or is stopped holds its talk no longer."""
    with pytest.raises(LookupError):
        async with sessions.lock(CHAT):
            raise LookupError
    async with asyncio.timeout(1), sessions.lock(CHAT):
        pass


def test_nothing_is_shown() -> None:
    """A stored talk's repr tells no content."""
    assert repr(Stored(b"marker", 3)) == "Stored(version=3)"


async def _content(sessions: MemorySessions) -> bytes | None:
    stored = await sessions.load(CHAT)
    return stored.content if stored else None


def _everything(sessions: MemorySessions) -> list[Any]:
    """Give every object that the store holds, however deep, but for code."""
    found: dict[int, Any] = {}
    ahead: list[Any] = [vars(sessions)]
    while ahead:
        one = ahead.pop()
        if id(one) not in found and not callable(one) and type(one).__name__ != "module":
            found[id(one)] = one
            ahead += gc.get_referents(one)
    return list(found.values())


def _sealed_talks(sessions: MemorySessions) -> int:
    return sum(type(one).__name__ == "_Kept" for one in _everything(sessions))

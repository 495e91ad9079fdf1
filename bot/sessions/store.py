"""The promises of every store of open talks, and the store in memory; silent talks end in half an hour."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

from bot.exchange import TalkHandle
from bot.sessions.sealing import Secrets, TalkKeys, TalkNotOpened

SECONDS_OF_SILENCE = 30 * 60
# Below the day for which a replaced secret lives on, so that no talk outlives the one it was born under.
SECONDS_OF_TALK = 6 * 60 * 60
MAXIMUM_TALKS = 10_000


class StoreAway(OSError):  # noqa: N818 - it names what happened, not an error
    """The store does not answer; whether it did what it was asked for is unknown. The message is advice."""


class StoreRefuses(StoreAway):
    """The store answers, but does not do what it is asked for. The message is advice."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A talk as it was saved last; `version` tells nothing and is never used twice, for compare-and-set."""

    content: bytes = field(repr=False)
    version: bytes = field(repr=False)


class Sessions(Protocol):
    """Keeps open talks; an expired talk is gone as if it had never been.

    Every method but `lock` raises OSError while the store is away. Then it is unknown whether a save or an
    erasure was done, and it should be repeated.
    """

    async def load(self, handle: TalkHandle) -> Stored | None:
        """Give the talk as it was saved last, or None if there is none any more."""
        ...

    async def save(self, handle: TalkHandle, content: bytes, version: bytes | None) -> bool:
        """Save the talk if it is still at `version`, as loaded (None if there was none); False if not."""
        ...

    async def erase(self, handle: TalkHandle) -> None:
        """Erase the talk, if there is one; a save that began before it is lost."""
        ...

    def lock(self, handle: TalkHandle) -> AbstractAsyncContextManager[None]:
        """Hold the talk, so that within this process it advances once at a time."""
        ...

    def expire(self) -> None:
        """Destroy expired talks and secrets; called every minute, also when nothing else happens."""
        ...

    async def probe(self) -> None:
        """Check that the store can do all that is needed; changes nothing."""
        ...


class TalkLocks:
    """One lock for each talk that is held now; other talks leave no trace."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[TalkHandle, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, handle: TalkHandle) -> AsyncIterator[None]:
        """Hold the talk; other callers wait."""
        # The dictionary holds the lock only as long as somebody else does: no chat stays in it.
        async with self._locks.setdefault(handle, asyncio.Lock()):
            yield


@dataclass(slots=True)
class _SealedTalk:
    sealed: bytes
    born: float
    saved: float


class MemorySessions:
    """Keeps open talks in memory, sealed; at most `maximum_talks`, the longest silent are dropped first.

    `clock` gives monotonic seconds.
    """

    def __init__(
        self, secrets: Secrets, clock: Callable[[], float], maximum_talks: int = MAXIMUM_TALKS
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._maximum_talks = maximum_talks
        self._talks: dict[bytes, _SealedTalk] = {}  # the longest silent first
        self._locks = TalkLocks()

    async def load(self, handle: TalkHandle) -> Stored | None:
        """Give the talk as it was saved last, or None if there is none any more."""
        keys, talk = self._find(handle)
        if talk is None:
            return None
        try:
            # No two seals are alike, so the seal is the version too.
            return Stored(keys.open(talk.sealed), talk.sealed)
        except TalkNotOpened:
            return None

    async def save(self, handle: TalkHandle, content: bytes, version: bytes | None) -> bool:
        """Save the talk if it is still at `version`, as loaded (None if there was none); False if not."""
        keys, talk = self._find(handle)
        if version != (talk.sealed if talk else None):
            return False
        now = self._clock()
        born = talk.born if talk else now
        self._talks.pop(keys.name, None)
        self._talks[keys.name] = _SealedTalk(keys.seal(content), born, now)
        if len(self._talks) > self._maximum_talks:
            del self._talks[next(iter(self._talks))]
        return True

    async def erase(self, handle: TalkHandle) -> None:
        """Erase the talk, if there is one; a save that began before it is lost."""
        keys, _ = self._find(handle)
        self._talks.pop(keys.name, None)

    def lock(self, handle: TalkHandle) -> AbstractAsyncContextManager[None]:
        """Hold the talk, so that within this process it advances once at a time."""
        return self._locks.hold(handle)

    def expire(self) -> None:
        """Drop every talk that is silent for too long, and too old secrets; each other call does so first."""
        self._secrets.live()
        self._drop_silent()

    def _drop_silent(self) -> None:
        now = self._clock()
        while self._talks:
            longest_silent = next(iter(self._talks))
            if now - self._talks[longest_silent].saved < SECONDS_OF_SILENCE:
                return
            del self._talks[longest_silent]

    async def probe(self) -> None:
        """Do nothing: memory is always there."""

    def _find(self, handle: TalkHandle) -> tuple[TalkKeys, _SealedTalk | None]:
        """Give the talk and its keys, or no talk and the keys for a new one."""
        self._drop_silent()
        each = [secret.keys(handle) for secret in self._secrets.live()]
        for keys in each:
            talk = self._talks.get(keys.name)
            if talk is not None and self._clock() - talk.born < SECONDS_OF_TALK:
                return keys, talk
            self._talks.pop(keys.name, None)
        return each[0], None

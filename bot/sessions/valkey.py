"""Open talks in Valkey: each sealed under a blind key, saved by compare-and-set, expired by Valkey.

Valkey never gets the secrets that open a talk.
"""

import secrets as random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Self

from pydantic import SecretStr

from bot.exchange import TalkHandle
from bot.sessions.sealing import SECRET_BYTES, Secrets, TalkKeys, TalkNotOpened
from bot.sessions.store import SECONDS_OF_SILENCE, SECONDS_OF_TALK, StoreAway, Stored, TalkLocks
from bot.sessions.valkey_servers import ValkeyServers

KEY_PREFIX: Final = b"talk:"
SECONDS_TO_ANSWER: Final = 5.0
_HOUR: Final = 3600
_BIRTH_BYTES: Final = 4


class ValkeySessions:
    """Keeps open talks in Valkey (8.1 or newer), one server or a cluster, at `url`; use it with `async with`.

    `clock` gives seconds since the epoch; of a talk's birth only the hour is kept, so it ends one hour early
    at most. `seconds_to_answer` bounds every command, the wait for a connection included. A server of a
    cluster may lead to `private_hosts` without TLS.
    """

    def __init__(
        self,
        url: SecretStr,
        secrets: Secrets,
        clock: Callable[[], float],
        seconds_to_answer: float = SECONDS_TO_ANSWER,
        private_hosts: Sequence[str] = (),
    ) -> None:
        self._servers = ValkeyServers(url, seconds_to_answer, private_hosts)
        self._secrets = secrets
        self._clock = clock
        self._locks = TalkLocks()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._servers.close()

    async def load(self, handle: TalkHandle) -> Stored | None:
        """Give the talk as it was saved last, or None if there is none any more; raises OSError."""
        for secret in self._secrets.live():
            keys = secret.keys(handle)
            sealed = await self._servers.call("GET", _key(keys))
            if sealed is not None:
                return await self._opened(keys, sealed)
        return None

    async def save(self, handle: TalkHandle, content: bytes, version: bytes | None) -> bool:
        """Save the talk if it is still at `version`, as loaded (None if there was none); raises OSError."""
        birth = self._birth(handle, version)
        if birth is None:
            return False
        keys, hour = birth
        left = hour * _HOUR + SECONDS_OF_TALK - self._clock()
        if left <= 0:
            return False
        sealed = keys.seal(hour.to_bytes(_BIRTH_BYTES, "big") + content)
        return await self._set(_key(keys), sealed, version, min(left, SECONDS_OF_SILENCE))

    async def erase(self, handle: TalkHandle) -> None:
        """Erase the talk, if there is one; a save that began before it is lost. Raises OSError."""
        for secret in self._secrets.live():
            await self._servers.call("DEL", _key(secret.keys(handle)))

    def lock(self, handle: TalkHandle) -> AbstractAsyncContextManager[None]:
        """Hold the talk, so that within this process it advances once at a time."""
        return self._locks.hold(handle)

    def expire(self) -> None:
        """Destroy too old secrets; raises OSError. The server drops silent talks."""
        self._secrets.live()

    async def probe(self) -> None:
        """Ask the server whether it can do all that is needed; changes nothing, raises StoreAway."""
        # Nothing is ever under this key, so nothing is set; but a server that cannot compare refuses.
        key = KEY_PREFIX + random.token_bytes(SECRET_BYTES)
        await self._servers.call("SET", key, b"", "IFEQ", b"", "PX", 1)
        await self._servers.call("GET", key)
        await self._servers.call("DEL", key)

    def _birth(self, handle: TalkHandle, version: bytes | None) -> tuple[TalkKeys, int] | None:
        """Give the talk's keys and the hour in which it began, or begins now; None if it was lost."""
        live = self._secrets.live()
        if version is None:
            return live[0].keys(handle), int(self._clock()) // _HOUR
        for keys in (secret.keys(handle) for secret in live):
            try:
                opened = keys.open(version)
            except TalkNotOpened:
                continue
            return keys, int.from_bytes(opened[:_BIRTH_BYTES], "big")
        return None

    async def _opened(self, keys: TalkKeys, sealed: bytes) -> Stored | None:
        try:
            opened = keys.open(sealed)
        except TalkNotOpened:
            opened = b""
        hour = int.from_bytes(opened[:_BIRTH_BYTES], "big")
        if self._clock() < hour * _HOUR + SECONDS_OF_TALK:
            return Stored(opened[_BIRTH_BYTES:], sealed)
        # Somebody changed it, or the server's clock stood still: it must not stand in a new talk's way.
        await self._servers.call("DEL", _key(keys))
        return None

    async def _set(self, key: bytes, sealed: bytes, version: bytes | None, seconds: float) -> bool:
        unchanged = ("NX",) if version is None else ("IFEQ", version)
        try:
            done = await self._servers.call("SET", key, sealed, *unchanged, "PX", max(1, int(seconds * 1000)))
        except StoreAway:
            there = await self._servers.call("GET", key)
            if there == version:
                # It may still be done a moment later, so it neither is saved nor has lost to another.
                raise
            return bool(there == sealed)
        return done is not None


def _key(keys: TalkKeys) -> bytes:
    return KEY_PREFIX + keys.name

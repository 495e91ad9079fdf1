"""Blind keys and seals of open talks; both the secret and the chat are needed to find or read one."""

import secrets
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Protocol, Self

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from bot.exchange import TalkHandle

SECONDS_BETWEEN_ROTATIONS = 24 * 60 * 60
SECRET_BYTES = 32
_NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
# A talk with one link of usual length fits into the first; each next length is that many times as long.
_SHORTEST = 512
# Ends the content, before the padding (ISO/IEC 7816-4).
_END = b"\x80"
_TIMES = 4


class TalkNotOpened(Exception):  # noqa: N818 - it names what happened, not an error
    """The sealed talk was changed, or belongs to another chat or secret."""


class TalkKeys:
    """What one secret makes of one chat: 32 bytes that name its talk in a store, and the key of its seal."""

    __slots__ = ("_key", "name")

    def __init__(self, name: bytes, key: bytes) -> None:
        self.name = name
        self._key = key

    def seal(self, content: bytes) -> bytes:
        """Seal a talk's content (XChaCha20-Poly1305), bound to its name; the nonce comes first.

        It is padded, so that its length tells little of how far the talk is.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        padded = (content + _END).ljust(_padded_length(len(content)), b"\0")
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(padded, self.name, nonce, self._key)

    def open(self, sealed: bytes) -> bytes:
        """Open what `seal` gave for the same chat; raises TalkNotOpened, without content."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            padded = crypto_aead_xchacha20poly1305_ietf_decrypt(rest, self.name, nonce, self._key)
        except (CryptoError, ValueError):
            raise TalkNotOpened("the talk was changed, or belongs to another chat or secret") from None
        return padded.rstrip(b"\0").removesuffix(_END)


def _padded_length(length: int) -> int:
    padded = _SHORTEST
    while padded <= length:
        padded *= _TIMES
    return padded


class TalkSecret:
    """One random secret of 32 bytes, which names and seals the talks that begin while it is the newest.

    `born` is in seconds, by the clock of its keeper (`Secrets`).
    """

    __slots__ = ("born", "raw")

    def __init__(self, born: float, raw: bytes) -> None:
        self.born = born
        self.raw = raw

    @classmethod
    def drawn(cls, born: float) -> Self:
        """Draw a new secret, which is derived from no other."""
        return cls(born, secrets.token_bytes(SECRET_BYTES))

    def keys(self, handle: TalkHandle) -> TalkKeys:
        """Give what this secret makes of a chat; both come from one hash, which costs a microsecond."""
        parts = (handle.channel, handle.bot, handle.chat)
        # Each part's length goes before it, or chats whose parts join to the same text would share a name.
        content = "".join([f"{len(part)}:{part}" for part in parts]).encode()
        made = blake2b(content, key=self.raw, person=b"talk").digest()
        return TalkKeys(made[:SECRET_BYTES], made[SECRET_BYTES:])

    def blind_key(self, handle: TalkHandle) -> bytes:
        """Give the 32 bytes under which a store keeps this talk; they tell nothing without the secret."""
        return self.keys(handle).name


class Secrets(Protocol):
    """Keeps the live secrets: a new one each day, the one before it for one more day, and no others."""

    def live(self) -> tuple[TalkSecret, ...]:
        """Give the secrets that may be used now, the newest first; destroys too old ones."""
        ...


def rotated(known: Iterable[TalkSecret], now: float) -> tuple[TalkSecret, ...]:
    """Give the secrets to use at `now`: the known ones that are not too old, and a new one if due."""
    live = tuple(secret for secret in known if now - secret.born < 2 * SECONDS_BETWEEN_ROTATIONS)
    if not live or now - live[0].born >= SECONDS_BETWEEN_ROTATIONS:
        return (TalkSecret.drawn(now), *live)
    return live


class TalkSecrets:
    """The secrets of one process, none of which ever leaves its memory. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._live = rotated((), clock())
        self._until = _changes_at(self._live)

    def live(self) -> tuple[TalkSecret, ...]:
        """Give the secrets that may be used now, the newest first; drops too old ones."""
        now = self._clock()
        if now >= self._until:
            self._live = rotated(self._live, now)
            self._until = _changes_at(self._live)
        return self._live


def _changes_at(live: tuple[TalkSecret, ...]) -> float:
    """Give when the newest of live secrets is to be replaced, or the oldest is too old."""
    return min(live[0].born + SECONDS_BETWEEN_ROTATIONS, live[-1].born + 2 * SECONDS_BETWEEN_ROTATIONS)

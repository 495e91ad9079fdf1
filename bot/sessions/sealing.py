"""Blind keys and seals of open talks; both the secret and the chat are needed to find or read one."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from typing import Protocol, Self

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    sodium_pad,
    sodium_unpad,
)
from nacl.exceptions import CryptoError

from bot.exchange import TalkHandle

SECONDS_BETWEEN_ROTATIONS = 24 * 60 * 60
SECRET_BYTES = 32
_PADDED_TO = 1024


class TalkNotOpened(Exception):  # noqa: N818 - it names what happened, not an error
    """The sealed talk was changed, or belongs to another chat or secret."""


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

    def blind_key(self, handle: TalkHandle) -> bytes:
        """Give the 32 bytes under which a store keeps this talk; they tell nothing without the secret."""
        return self._derive(b"blind key", handle)

    def seal_talk(self, handle: TalkHandle, content: bytes) -> bytes:
        """Seal a talk's content (XChaCha20-Poly1305), bound to its blind key; the nonce comes first.

        It is padded to whole KiB, so that its length tells little of how far the talk is.
        """
        nonce = secrets.token_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(
            sodium_pad(content, _PADDED_TO), self.blind_key(handle), nonce, self._derive(b"seal", handle)
        )

    def open_talk(self, handle: TalkHandle, sealed: bytes) -> bytes:
        """Open what `seal_talk` gave for the same chat; raises TalkNotOpened, without content."""
        size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
        try:
            padded = crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed[size:], self.blind_key(handle), sealed[:size], self._derive(b"seal", handle)
            )
            return sodium_unpad(padded, _PADDED_TO)
        except (CryptoError, ValueError):
            raise TalkNotOpened("the talk was changed, or belongs to another chat or secret") from None

    def _derive(self, purpose: bytes, handle: TalkHandle) -> bytes:
        parts = (part.encode() for part in (handle.channel, handle.bot, handle.chat))
        # Each part's length goes before it, or chats whose parts join to the same bytes would share a name.
        content = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.blake2b(content, key=self.raw, person=purpose, digest_size=32).digest()


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

    def live(self) -> tuple[TalkSecret, ...]:
        """Give the secrets that may be used now, the newest first; drops too old ones."""
        self._live = rotated(self._live, self._clock())
        return self._live

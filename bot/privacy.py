"""Names and seals of open talks: without the secret and the chat, a talk tells neither what nor whose."""

import hashlib
import secrets
from collections.abc import Callable

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from bot.exchange import TalkHandle

SECONDS_BETWEEN_ROTATIONS = 24 * 60 * 60
_SECRET_BYTES = 32


class TalkNotOpened(Exception):  # noqa: N818 - it names what happened, as the other errors of the house do
    """The sealed talk was changed, or belongs to another chat or secret."""


class TalkSecret:
    """One random secret, which names and seals the talks that are born while it is the newest."""

    __slots__ = ("_secret", "born")

    def __init__(self, born: float) -> None:
        self.born = born
        self._secret = secrets.token_bytes(_SECRET_BYTES)

    def blind_key(self, handle: TalkHandle) -> bytes:
        """Give the 32 bytes under which a store keeps this talk; they tell nothing without the secret."""
        return self._derive(b"blind key", handle)

    def seal_talk(self, handle: TalkHandle, content: bytes) -> bytes:
        """Seal a talk's content (XChaCha20-Poly1305), bound to its blind key; the nonce comes first."""
        nonce = secrets.token_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(
            content, self.blind_key(handle), nonce, self._derive(b"seal", handle)
        )

    def open_talk(self, handle: TalkHandle, sealed: bytes) -> bytes:
        """Open what `seal_talk` gave for the same chat; raises TalkNotOpened, without content."""
        size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed[size:], self.blind_key(handle), sealed[:size], self._derive(b"seal", handle)
            )
        except (CryptoError, ValueError):
            raise TalkNotOpened("the talk was changed, or belongs to another chat or secret") from None

    def _derive(self, purpose: bytes, handle: TalkHandle) -> bytes:
        parts = (part.encode() for part in (handle.channel, handle.bot, handle.chat))
        # Each part's length goes before it, or chats whose parts join to the same bytes would share a name.
        content = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.blake2b(content, key=self._secret, person=purpose, digest_size=32).digest()


class TalkSecrets:
    """The live secrets: a new one each day, the one before it for one more day, and no others.

    None is derived from another, and none leaves this process's memory. `clock` gives monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._live: tuple[TalkSecret, ...] = (TalkSecret(clock()),)

    def live(self) -> tuple[TalkSecret, ...]:
        """Give the secrets that may be used now, the newest first; drops what is too old."""
        now = self._clock()
        kept = tuple(secret for secret in self._live if now - secret.born < 2 * SECONDS_BETWEEN_ROTATIONS)
        if not kept or now - kept[0].born >= SECONDS_BETWEEN_ROTATIONS:
            kept = (TalkSecret(now), *kept)
        self._live = kept
        return kept

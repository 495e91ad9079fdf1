"""What must not be read by a thief is sealed before it is stored, and found again by keyed hashes only."""

import hashlib
from typing import NamedTuple

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from intake_api.keys import IntakeKeys, newest

HASH_BYTES = 32


class VaultClosed(Exception):  # noqa: N818 - it names what is the case, as the other errors of the house do
    """What is stored is of no known key, was changed, or was moved from another place."""


class Place(NamedTuple):
    """Where something sealed belongs; it opens nowhere else."""

    table: str
    row: str
    column: str


class Vault:
    """Seals text with XChaCha20-Poly1305, the place as associated data, and hashes it with keyed BLAKE2b."""

    def __init__(self, keys: IntakeKeys) -> None:
        self._keys = keys.vaults
        self._index = keys.index

    def seal(self, place: Place, text: str) -> bytes:
        """Seal a text for one place; the key's id stands in front, so that keys can rotate."""
        key_id = newest(self._keys)
        return key_id.encode() + b":" + bytes(Aead(self._keys[key_id]).encrypt(text.encode(), _bound(place)))

    def open(self, place: Place, sealed: bytes) -> str:
        """Open what was sealed for this place; raises VaultClosed, without content."""
        key_id, _, message = sealed.partition(b":")
        key = self._keys.get(key_id.decode("ascii", "replace"))
        if key is None:
            raise VaultClosed("sealed with a key that this intake does not have")
        try:
            return Aead(key).decrypt(message, _bound(place)).decode()
        except (CryptoError, ValueError):
            raise VaultClosed("changed, or moved from another place") from None

    def blind(self, purpose: str, text: str) -> bytes:
        """Give the keyed hash by which equal texts of one purpose (at most 16 ASCII characters) are found."""
        return hashlib.blake2b(
            text.encode(), key=self._index, person=purpose.encode(), digest_size=HASH_BYTES
        ).digest()


def _bound(place: Place) -> bytes:
    return "\x00".join(place).encode()

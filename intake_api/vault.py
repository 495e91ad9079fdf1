"""What must not be read by a thief is sealed before it is stored, and found again by keyed hashes only."""

import hashlib
from typing import NamedTuple

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from intake_api.keys import Keys, newest

HASH_BYTES = 32


class VaultClosed(Exception):  # noqa: N818 - it names what is the case, as the other errors of the house do
    """What is stored is of no known key, was changed, or was moved from another place."""


class Place(NamedTuple):
    """Where something sealed belongs; it opens nowhere else."""

    table: str
    row: str
    column: str


class Vault:
    """Seals text with XChaCha20-Poly1305, the place as associated data, and hashes it with keyed BLAKE2b.

    A newer vault key is used as soon as it is there. The index key stays: other hashes would find nothing.
    """

    def __init__(self, keys: Keys) -> None:
        self._source = keys
        self._keys = keys.current()
        self.index_key_id = newest(self._keys.indexes)

    def seal(self, place: Place, text: str) -> bytes:
        """Seal a text for one place, with the newest key, whose id stands in front."""
        self._keys = self._source.current()
        key_id = newest(self._keys.vaults)
        message = Aead(self._keys.vaults[key_id]).encrypt(text.encode(), _bound(place))
        return sealed_with(key_id) + bytes(message)

    def open(self, place: Place, sealed: bytes) -> str:
        """Open what was sealed for this place; raises VaultClosed, without content."""
        key_id = key_of(sealed)
        key = self._key(key_id)
        if key is None:
            raise VaultClosed("sealed with a key that this intake does not have")
        try:
            return Aead(key).decrypt(sealed[len(sealed_with(key_id)) :], _bound(place)).decode()
        except (CryptoError, ValueError):
            raise VaultClosed("changed, or moved from another place") from None

    def blind_address(self, canonical: str) -> bytes:
        """Give the keyed hash, under the index key, by which equal canonical addresses are found."""
        return _keyed_hash(self._index, "address", canonical)

    def blind_host(self, host: str) -> bytes:
        """Give the keyed hash, under the index key, by which the addresses of one host are found."""
        return _keyed_hash(self._index, "host", host)

    def blind_receipt(self, receipt: str) -> bytes:
        """Give the keyed hash, under a key that never changes, by which a receipt is found."""
        return _keyed_hash(self._keys.receipts, "receipt", receipt)

    @property
    def _index(self) -> bytes:
        return self._keys.indexes[self.index_key_id]

    def _key(self, key_id: str) -> bytes | None:
        if key_id not in self._keys.vaults:
            self._keys = self._source.current()
        return self._keys.vaults.get(key_id)


def sealed_with(key_id: str) -> bytes:
    """Give the beginning of everything that is sealed with this key."""
    return f"{key_id}:".encode()


def key_of(sealed: bytes) -> str:
    """Give the id of the key with which something says it is sealed."""
    return sealed.partition(b":")[0].decode("ascii", "replace")


def _bound(place: Place) -> bytes:
    return "\x00".join(place).encode()


def _keyed_hash(key: bytes, purpose: str, text: str) -> bytes:
    return hashlib.blake2b(text.encode(), key=key, person=purpose.encode(), digest_size=HASH_BYTES).digest()

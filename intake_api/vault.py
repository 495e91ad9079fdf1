"""Encrypts values before they are stored, and makes the keyed hashes by which they are found."""

import hashlib
from typing import NamedTuple

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from intake_api.key_ring import Keys
from intake_api.keys import newest, number_of

HASH_BYTES = 32


class VaultClosed(Exception):  # noqa: N818 - it names what is the case, as the intake's other errors do
    """A stored value cannot be decrypted: its key is unknown, or the value was changed or moved."""


class Place(NamedTuple):
    """The table, row and column of a sealed value; it can be decrypted for this place only."""

    table: str
    row: str
    column: str


class Vault:
    """Seals text with XChaCha20-Poly1305, the place as associated data, and hashes it with keyed BLAKE2b.

    The vault key is the one in use. The index key stays the same while the process runs, since hashes under
    another key would find nothing.
    """

    def __init__(self, keys: Keys) -> None:
        self._source = keys
        self._keys = keys.current()
        self._index = self._keys.indexes[newest(self._keys.indexes)]
        # Rows name an index key by its number alone: the database's check values say which key that is.
        self.index_key = f"k{number_of(newest(self._keys.indexes))}"

    def seal(self, place: Place, text: str) -> bytes:
        """Encrypt a text for one place, with the key in use; the key's id is put in front."""
        self._keys = self._source.current()
        key_id = self._keys.in_use("vault")
        message = Aead(self._keys.vaults[key_id]).encrypt(text.encode(), _bound(place))
        return sealed_with(key_id) + bytes(message)

    def open(self, place: Place, sealed: bytes) -> str:
        """Decrypt a value that was sealed for this place; raises VaultClosed, without the value."""
        key_id = key_of(sealed)
        key = self._key(key_id)
        if key is None:
            raise VaultClosed("sealed with a key that this intake does not have")
        try:
            return Aead(key).decrypt(sealed[len(sealed_with(key_id)) :], _bound(place)).decode()
        except (CryptoError, ValueError):
            raise VaultClosed("changed, or moved from another place") from None

    def blind_address(self, canonical: str) -> bytes:
        """Return the keyed hash of a canonical address, under the index key."""
        return _keyed_hash(self._index, "address", canonical)

    def blind_host(self, host: str) -> bytes:
        """Return the keyed hash of a host, under the index key, by which its addresses are found."""
        return _keyed_hash(self._index, "host", host)

    def blind_receipt(self, receipt: str) -> bytes:
        """Return the keyed hash of a receipt, under a key that never changes."""
        return _keyed_hash(self._keys.receipts, "receipt", receipt)

    def blind_word(self, word: str) -> bytes:
        """Return the keyed hash of something that a report says, under the key that never changes."""
        return _keyed_hash(self._keys.receipts, "word", word)

    def _key(self, key_id: str) -> bytes | None:
        if key_id not in self._keys.vaults:
            self._keys = self._source.current()
        return self._keys.vaults.get(key_id)


def sealed_with(key_id: str) -> bytes:
    """Return the prefix of all values sealed with this key."""
    return f"{key_id}:".encode()


def key_of(sealed: bytes) -> str:
    """Return the id of the key that a sealed value names."""
    return sealed.partition(b":")[0].decode("ascii", "replace")


def _bound(place: Place) -> bytes:
    return "\x00".join(place).encode()


def _keyed_hash(key: bytes, purpose: str, text: str) -> bytes:
    return hashlib.blake2b(text.encode(), key=key, person=purpose.encode(), digest_size=HASH_BYTES).digest()

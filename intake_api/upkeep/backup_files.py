"""Writes and reads the two files of a backup; a file that is incomplete or was changed is refused.

`contents.sealed` holds lines of JSON as libsodium's secret stream, in blocks whose order and end are sealed
too. `manifest.json` describes them; its second line is a keyed hash of the first. Both keys are derived from
the passphrase and the manifest's salt.
"""

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Literal

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake_api.keys import KEY_BYTES
from reportline.readiness import NotReady

MINIMUM_PASSPHRASE: Final = 16
_MANIFEST, _CONTENTS = "manifest.json", "contents.sealed"
# Part of format 1, so it can never change; libsodium calls this cost moderate. It takes about a second.
_OPERATIONS, _MEMORY = 3, 256 * 2**20
_BLOCK: Final = 64 * 1024
_SEALED_BLOCK: Final = _BLOCK + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_MORE: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
Write = Callable[[Any], None]


class Manifest(BaseModel):
    """The description of a backup; `revision` is that of the database."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: Literal[1] = 1
    backup_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    made_at: datetime
    revision: str
    salt: Annotated[str, Field(pattern=f"^[0-9a-f]{{{2 * argon2id.SALTBYTES}}}$")]


@dataclass(frozen=True, slots=True)
class BackupKeys:
    """Two keys derived from passphrase and salt: one authenticates the manifest, one seals the contents."""

    salt: bytes
    manifest: bytes = field(repr=False)
    contents: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was opened with its passphrase."""

    folder: Path
    manifest: Manifest
    keys: BackupKeys

    def records(self) -> Iterator[Any]:
        """Yield the records in order; raises NotReady if anything was changed, removed or added."""
        with _readable(self.folder), (self.folder / _CONTENTS).open("rb") as file:
            rest = b""
            for block in _blocks(file, self.keys.contents):
                *lines, rest = (rest + block).split(b"\n")
                yield from map(json.loads, lines)


def new_backup_keys(passphrase: str) -> BackupKeys:
    """Derive the keys of a new backup, slowly on purpose; raises NotReady if the passphrase is too short."""
    if len(_typed(passphrase)) < MINIMUM_PASSPHRASE:
        raise NotReady(f"This passphrase is too short. Take {MINIMUM_PASSPHRASE} characters or more.")
    return _backup_keys(passphrase, secrets.token_bytes(argon2id.SALTBYTES))


def keys_to(folder: Path, passphrase: str) -> BackupKeys:
    """Derive the keys of a backup, slowly on purpose; raises NotReady if it is missing or damaged."""
    line, _ = _manifest_lines(folder)
    return _backup_keys(passphrase, bytes.fromhex(_manifest(folder, line).salt))


def write_manifest(folder: Path, manifest: Manifest, keys: BackupKeys) -> None:
    """Write a backup's manifest; raises NotReady if the disk fails."""
    line = manifest.model_dump_json().encode()
    with _new_file(folder / _MANIFEST) as file:
        file.write(line + b"\n" + _hash(line, keys) + b"\n")


@contextmanager
def writing_records(folder: Path, keys: BackupKeys) -> Iterator[Write]:
    """Give the function that writes a record; all records are on disk when the block has ended.

    Raises NotReady if the disk fails.
    """
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    waiting = bytearray()

    def push(file: BinaryIO, size: int, tag: int) -> None:
        block = bytes(waiting[:size])
        file.write(bindings.crypto_secretstream_xchacha20poly1305_push(state, block, tag=tag))
        del waiting[:size]

    with _new_file(folder / _CONTENTS) as file:
        file.write(bindings.crypto_secretstream_xchacha20poly1305_init_push(state, keys.contents))

        def write(record: Any) -> None:
            waiting.extend(json.dumps(record, separators=(",", ":")).encode() + b"\n")
            while len(waiting) > _BLOCK:
                with _writable(folder):
                    push(file, _BLOCK, _MORE)

        yield write
        push(file, _BLOCK, _LAST)


def open_backup(folder: Path, keys: BackupKeys) -> Backup:
    """Open a backup; raises NotReady if its manifest was changed or the passphrase is wrong."""
    line, tag = _manifest_lines(folder)
    manifest = _manifest(folder, line)
    if not hmac.compare_digest(tag, _hash(line, keys) + b"\n"):
        raise NotReady(
            f"This passphrase does not open {folder}. If it is the right one, {_MANIFEST} there was changed."
        )
    return Backup(folder, manifest, keys)


def _typed(passphrase: str) -> str:
    # Normalised, since keyboards differ in how they compose a letter.
    return unicodedata.normalize("NFC", passphrase.strip())


def _backup_keys(passphrase: str, salt: bytes) -> BackupKeys:
    typed = _typed(passphrase).encode()
    try:
        made = argon2id.kdf(2 * KEY_BYTES, typed, salt, opslimit=_OPERATIONS, memlimit=_MEMORY)
    except CryptoError:
        raise NotReady("This machine has too little memory free: a passphrase takes 256 MiB.") from None
    return BackupKeys(salt, made[:KEY_BYTES], made[KEY_BYTES:])


def _manifest_lines(folder: Path) -> tuple[bytes, bytes]:
    with _readable(folder):
        line, _, tag = (folder / _MANIFEST).read_bytes().partition(b"\n")
    return line, tag


def _manifest(folder: Path, line: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(line)
    except ValidationError:
        raise NotReady(
            f"{folder / _MANIFEST} was changed or damaged, or another version of Reportline has made it."
        ) from None


def _hash(line: bytes, keys: BackupKeys) -> bytes:
    return hashlib.blake2b(line, key=keys.manifest, person=b"manifest", digest_size=32).hexdigest().encode()


def _blocks(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    state, tag = bindings.crypto_secretstream_xchacha20poly1305_state(), _MORE
    header = file.read(bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        while tag == _MORE:
            sealed = file.read(_SEALED_BLOCK)
            block, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed)
            yield block
    except CryptoError:
        raise NotReady(f"{file.name} was changed or damaged, or its end is missing.") from None
    if file.read(1):
        raise NotReady(f"{file.name} was changed: something was added to it.")


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with _writable(path.parent), os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise NotReady(f"Nothing can be written into {folder}: {fault.strerror}.") from None


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise NotReady(f"There is no backup to be read in {folder}: {fault.strerror}.") from None

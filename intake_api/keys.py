"""The intake's keys: files that only their owner can read, made whole or not at all, and never replaced."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from conversations.sealing import IntakePublicKey, new_private_key, public_half

KEY_BYTES = 32
_FIRST = "k1"


class NotReady(Exception):  # noqa: N818 - it names what is the case, as the other errors of the house do
    """The intake cannot keep its promises as things are; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class IntakeKeys:
    """All secrets of an intake, 32 bytes each.

    `seals` open reports and `vaults` the columns at rest, both by key id; `index` makes the keyed hashes,
    `audit` chains the audit log.
    """

    seals: Mapping[str, bytes] = field(repr=False)
    vaults: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    audit: bytes = field(repr=False)

    def public_key(self) -> IntakePublicKey:
        """Give the public key to which channels seal reports now."""
        key_id = newest(self.seals)
        return public_half(key_id, self.seals[key_id])


def newest(keys: Mapping[str, bytes]) -> str:
    """Give the id of the key in use: ids are k1, k2 and so on, and the highest is the newest."""
    return max(keys, key=lambda key_id: int(key_id[1:]))


def make_keys(folder: Path) -> None:
    """Make every key that is not there yet, in a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    fresh = {
        f"seal-{_FIRST}.key": new_private_key(),
        f"vault-{_FIRST}.key": secrets.token_bytes(KEY_BYTES),
        "index.key": secrets.token_bytes(KEY_BYTES),
        "audit.key": secrets.token_bytes(KEY_BYTES),
    }
    for name, key in fresh.items():
        with suppress(FileExistsError):
            write_once(folder / name, f"{key.hex()}\n")


def read_keys(folder: Path) -> IntakeKeys:
    """Read all keys; raises NotReady if one is missing, malformed or readable by others."""
    if not folder.is_dir():
        raise NotReady(f"There is no folder {folder}. `make run` makes it.")
    require_private(folder)
    return IntakeKeys(
        seals=_read_numbered(folder, "seal"),
        vaults=_read_numbered(folder, "vault"),
        index=_read_key(folder / "index.key"),
        audit=_read_key(folder / "audit.key"),
    )


def require_database(file: Path) -> None:
    """Raise NotReady unless the database's file is there and nobody else may read it."""
    if not file.is_file():
        raise NotReady(f"There is no database {file}. `make run` makes it, unless you have a backup.")
    require_private(file)


def require_private(path: Path) -> None:
    """Raise NotReady if anybody but the owner has any right to this file or folder."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        mode = "700" if path.is_dir() else "600"
        raise NotReady(f"{path} is open to others on this machine. Close it: `chmod {mode} {path}`.")


def write_once(path: Path, text: str) -> None:
    """Write a new file of mode 0600, whole or not at all; raises FileExistsError if there is one."""
    draft = _written_beside(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    _keep_names(path.parent)


def replace(path: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all, in the place of whatever was there."""
    _written_beside(path, text).replace(path)
    _keep_names(path.parent)


def _written_beside(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _keep_names(folder: Path) -> None:
    # Without this, a power cut may take back the name of a file whose content is safe on the disk.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_numbered(folder: Path, purpose: str) -> dict[str, bytes]:
    found = {
        match[1]: _read_key(path)
        for path in sorted(folder.iterdir())
        if (match := re.fullmatch(rf"{purpose}-(k[0-9]{{1,6}})\.key", path.name))
    }
    if not found:
        raise NotReady(_missing(folder / f"{purpose}-{_FIRST}.key"))
    return found


def _read_key(path: Path) -> bytes:
    if not path.is_file():
        raise NotReady(_missing(path))
    require_private(path)
    written = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", written):
        raise NotReady(f"The key file {path} is damaged. Put it back from your backup.")
    return bytes.fromhex(written)


def _missing(path: Path) -> str:
    return f"The key file {path} is missing. Put it back from your backup; it cannot be made again."

"""Makes and reads the intake's key files: readable by their owner only, written whole, and never replaced."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, Protocol, Self

from conversations.wire.sealing import IntakePublicKey, new_private_key, public_half
from reportline.logs import log_failure
from reportline.private_files import keep_names, require_private, write_once
from reportline.readiness import NotReady

KEY_BYTES = 32
Purpose = Literal["seal", "vault", "index"]
_PURPOSES: Final[tuple[Purpose, ...]] = ("seal", "vault", "index")
_FIRST = "k1"
_KEY_ID = "k[0-9]{1,6}"
# An earlier version had one key for all keyed hashes. Receipts are stored as hashes only, so their key can
# never change.
_EARLIER, _ADOPTED = "index.key", (f"index-{_FIRST}.key", "receipts.key")


@dataclass(frozen=True, slots=True)
class IntakeKeys:
    """All secrets of an intake, 32 bytes each.

    Those with key ids can be replaced: `seals` open reports, `vaults` open stored columns, `indexes` make the
    keyed hashes of addresses and hosts. The others never change: `receipts` makes the keyed hashes of
    receipts, `audit` chains the audit log.
    """

    seals: Mapping[str, bytes] = field(repr=False)
    vaults: Mapping[str, bytes] = field(repr=False)
    indexes: Mapping[str, bytes] = field(repr=False)
    receipts: bytes = field(repr=False)
    audit: bytes = field(repr=False)

    def current(self) -> Self:
        """Return these keys, which do not change."""
        return self

    def public_key(self) -> IntakePublicKey:
        """Return the public key to which channels seal reports now."""
        key_id = newest(self.seals)
        return public_half(key_id, self.seals[key_id])


class Keys(Protocol):
    """A source of keys, asked each time that keys are needed."""

    def current(self) -> IntakeKeys:
        """Return the current keys."""


class KeyRing:
    """The keys of a running process, which reads a new seal or vault key in the folder at once.

    A key that was read is kept until the process ends, even if its file is lost or damaged; that is logged
    once. The other keys stay as they were at the start: a new index key needs a restart.
    """

    def __init__(self, folder: Path) -> None:
        """Read the keys; raises NotReady as `read_keys` does."""
        self._folder = folder
        self._seen = _look(folder)
        self._keys = read_keys(folder)

    def current(self) -> IntakeKeys:
        """Return the current keys; never raises."""
        seen = _look(self._folder)
        if seen != self._seen:
            self._seen = seen
            self._take_up()
        return self._keys

    def _take_up(self) -> None:
        known = self._keys
        try:
            found = read_keys(self._folder)
        except (NotReady, OSError) as fault:
            log_failure("keys_unreadable", fault)
            return
        seals, vaults = {**found.seals, **known.seals}, {**found.vaults, **known.vaults}
        self._keys = replace(known, seals=seals, vaults=vaults)


def newest(keys: Mapping[str, bytes]) -> str:
    """Return the id of the newest key, which is the one in use: ids are k1, k2 and so on."""
    return max(keys, key=_number)


def make_keys(folder: Path) -> None:
    """Make every missing key, in a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    adopt_keys(folder)
    for purpose in _PURPOSES:
        _make(folder / f"{purpose}-{_FIRST}.key", purpose)
    for name in ("receipts.key", "audit.key"):
        _make(folder / name)


def adopt_keys(folder: Path) -> None:
    """Copy an earlier version's key into today's files; a call that was cut off is completed by the next one.

    Raises NotReady if the earlier key is damaged, or if the new files hold another key.
    """
    earlier = folder / _EARLIER
    if not earlier.exists():
        return
    key = _read_key(earlier)
    for name in _ADOPTED:
        with suppress(FileExistsError):
            write_once(folder / name, f"{key.hex()}\n")
        if _read_key(folder / name) != key:
            raise NotReady(f"{earlier} and {folder / name} differ. Put all keys of one backup back.")
    earlier.unlink(missing_ok=True)
    keep_names(folder)


def is_key_id(text: str) -> bool:
    """Return whether a text has the form of a key id."""
    return re.fullmatch(_KEY_ID, text) is not None


def next_key_id(keys: Mapping[str, bytes]) -> str:
    """Return the id of the key that follows the newest one."""
    return f"k{_number(newest(keys)) + 1}"


def make_key(folder: Path, purpose: Purpose, key_id: str) -> None:
    """Make a key, unless another process has just made it; it is used at once if its id is the newest."""
    _make(folder / f"{purpose}-{key_id}.key", purpose)


def read_keys(folder: Path) -> IntakeKeys:
    """Read all keys; raises NotReady if one is missing, malformed or readable by others."""
    if not folder.is_dir():
        raise NotReady(f"There is no folder {folder}. `reportline setup` makes it.")
    require_private(folder)
    if (folder / _EARLIER).exists():
        raise NotReady(f"{folder / _EARLIER} is of an earlier version. Run `reportline intake upgrade`.")
    return IntakeKeys(
        seals=_read_numbered(folder, "seal"),
        vaults=_read_numbered(folder, "vault"),
        indexes=_read_numbered(folder, "index"),
        receipts=_read_key(folder / "receipts.key"),
        audit=_read_key(folder / "audit.key"),
    )


def require_database_file(file: Path) -> None:
    """Raise NotReady unless the database's file exists and no other user may read it."""
    if not file.is_file():
        raise NotReady(f"There is no database {file}. `reportline setup` makes it, unless you have a backup.")
    require_private(file)


def _make(path: Path, purpose: Purpose | None = None) -> None:
    key = new_private_key() if purpose == "seal" else secrets.token_bytes(KEY_BYTES)
    with suppress(FileExistsError):
        write_once(path, f"{key.hex()}\n")


def _number(key_id: str) -> int:
    return int(key_id.removeprefix("k"))


def _look(folder: Path) -> frozenset[tuple[str, int]]:
    # Not the folder's own time: it is too coarse to change for each of two files made at once.
    try:
        with os.scandir(folder) as files:
            return frozenset(
                (file.name, file.stat().st_ctime_ns) for file in files if file.name.endswith(".key")
            )
    except OSError:
        return frozenset()


def _read_numbered(folder: Path, purpose: Purpose) -> dict[str, bytes]:
    found = {
        match[1]: _read_key(path)
        for path in sorted(folder.iterdir())
        if (match := re.fullmatch(rf"{purpose}-({_KEY_ID})\.key", path.name))
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

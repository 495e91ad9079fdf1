"""Makes and reads the intake's key files: readable by their owner only, written whole, and never replaced."""

import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal, Self

from conversations.wire.sealing import (
    FINGERPRINT_BYTES,
    IntakePublicKey,
    fingerprint,
    new_private_key,
    public_half,
)
from reportline.bounded_files import read_text
from reportline.private_files import keep_names, require_private, write_once
from reportline.readiness import NotReady

KEY_BYTES = 32
Purpose = Literal["seal", "vault", "index"]
PURPOSES: Final[tuple[Purpose, ...]] = ("seal", "vault", "index")
# Where a key file is to be had that is missing or wrong here.
FROM_ELSEWHERE: Final = "from another machine of this intake, or out of a backup (docs/operator.md, Backups)"
# Beside the folder of the keys, on a host that has the bot.
_BOTS_KEY: Final = Path("bot", "intake_public.key")
_KEY_ID = r"k[0-9]{1,6}(?:-[0-9a-f]{12})?"
# An earlier version had one key for all keyed hashes. Receipts are stored as hashes only, so their key can
# never change.
_EARLIER, _ADOPTED = "index.key", ("index-k1.key", "receipts.key")


@dataclass(frozen=True, slots=True)
class IntakeKeys:
    """All secrets of an intake, 32 bytes each.

    A key's id is its number and a fingerprint, such as "k2-3f9a1c0d77e1". One of an earlier version is its
    number alone. Those with key ids can be replaced: `seals` open reports, `vaults` open stored columns,
    `indexes` make the keyed hashes of addresses and hosts. The others never change: `receipts` makes the
    keyed hashes of receipts, `audit` chains the audit log. Of each kind the newest is in use that is not
    `pending`: those, given by the names of their files, only open, until the database has them in use.
    """

    seals: Mapping[str, bytes] = field(repr=False)
    vaults: Mapping[str, bytes] = field(repr=False)
    indexes: Mapping[str, bytes] = field(repr=False)
    receipts: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    pending: frozenset[str] = frozenset()

    def current(self) -> Self:
        """Return these keys, which do not change."""
        return self

    def public_key(self) -> IntakePublicKey:
        """Return the public key to which channels seal reports now."""
        key_id = self.in_use("seal")
        return public_half(key_id, self.seals[key_id])

    def in_use(self, purpose: Purpose) -> str:
        """Return the id of the key of this kind with which is sealed or hashed now."""
        key_ids = self.numbered()[purpose]
        return newest(key_id for key_id in key_ids if f"{purpose}-{key_id}" not in self.pending)

    def by_name(self) -> Mapping[str, bytes]:
        """Return every key by the name of its file, without the ending: "vault-k1", "audit"."""
        named = {
            f"{purpose}-{key_id}": key
            for purpose, keys in self.numbered().items()
            for key_id, key in keys.items()
        }
        return {**named, "receipts": self.receipts, "audit": self.audit}

    def numbered(self) -> Mapping[Purpose, Mapping[str, bytes]]:
        """Return the keys that have ids, of each kind."""
        return {"seal": self.seals, "vault": self.vaults, "index": self.indexes}


def newest(key_ids: Iterable[str]) -> str:
    """Return the id of the newest key; of two with one number, the greater one."""
    return max(key_ids, key=lambda key_id: (number_of(key_id), key_id))


def make_keys(folder: Path) -> None:
    """Make every missing key, in a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    adopt_keys(folder)
    for purpose in PURPOSES:
        if not any(folder.glob(f"{purpose}-k*.key")):
            _make_numbered(folder, purpose, 1)
    for name in ("receipts.key", "audit.key"):
        with suppress(FileExistsError):
            write_once(folder / name, f"{secrets.token_bytes(KEY_BYTES).hex()}\n")


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
        _require_same(folder / name, key)
    earlier.unlink(missing_ok=True)
    keep_names(folder)


def is_key_id(text: str) -> bool:
    """Return whether a text has the form of a key id."""
    return re.fullmatch(_KEY_ID, text) is not None


def make_key(folder: Path, purpose: Purpose) -> str:
    """Make the key that follows the newest one in the folder; returns its id.

    Of two that are made at the same time both are kept, and the one with the greater id is the newest.
    """
    return _make_numbered(folder, purpose, number_of(newest(_read_numbered(folder, purpose))) + 1)


def read_keys(folder: Path) -> IntakeKeys:
    """Read all keys; raises NotReady if one is missing, malformed or readable by others."""
    require_folder(folder)
    if (folder / _EARLIER).exists():
        raise NotReady(
            f"{folder / _EARLIER} is of an earlier version. Make a backup, then run "
            "`reportline intake upgrade`."
        )
    return IntakeKeys(
        seals=_read_numbered(folder, "seal"),
        vaults=_read_numbered(folder, "vault"),
        indexes=_read_numbered(folder, "index"),
        receipts=_read_key(folder / "receipts.key"),
        audit=_read_key(folder / "audit.key"),
    )


def read_keys_of_any_version(folder: Path) -> IntakeKeys:
    """Read all keys as `adopt_keys` would leave them, and change nothing; raises NotReady as both do."""
    require_folder(folder)
    earlier = folder / _EARLIER
    if not earlier.exists():
        return read_keys(folder)
    key = _read_key(earlier)
    for path in [folder / name for name in _ADOPTED]:
        if path.exists():
            _require_same(path, key)
    return IntakeKeys(
        seals=_read_numbered(folder, "seal"),
        vaults=_read_numbered(folder, "vault"),
        indexes={"k1": key},
        receipts=key,
        audit=_read_key(folder / "audit.key"),
    )


def number_of(key_id: str) -> int:
    """Return the number of a key id."""
    return int(key_id.removeprefix("k").partition("-")[0])


def require_folder(folder: Path) -> None:
    """Raise NotReady unless the folder of the keys exists and no other user may enter it."""
    if not folder.is_dir():
        bots_key = folder.parent / _BOTS_KEY
        if bots_key.exists():
            raise NotReady(bots_half(bots_key))
        raise NotReady(
            f"There is no folder {folder}. `reportline setup` makes it; on a further machine of an intake, "
            "copy it from one that has it."
        )
    require_private(folder)


def bots_half(public_key_file: Path) -> str:
    """Say that a host has an intake's public key, and no intake."""
    return (
        f"This host has the bot's half: {public_key_file} is the key of an intake that is not here. "
        "Set an intake up on its own machine. If this machine has lost that intake's folder of keys, copy it "
        "from one that has it, or restore a backup. To make another intake here, move that file away first."
    )


def _require_same(adopted: Path, key: bytes) -> None:
    if _read_key(adopted) != key:
        earlier = adopted.with_name(_EARLIER)
        raise NotReady(f"{earlier} and {adopted} differ. Put all keys of one backup back.")


def _make_numbered(folder: Path, purpose: Purpose, number: int) -> str:
    key = new_private_key() if purpose == "seal" else secrets.token_bytes(KEY_BYTES)
    key_id = f"k{number}-{_fingerprint(purpose, key)}"
    write_once(folder / f"{purpose}-{key_id}.key", f"{key.hex()}\n")
    return key_id


def _fingerprint(purpose: Purpose, key: bytes) -> str:
    """Give what an id tells of a key; of a seal key it is that of the public half, which a bot knows too."""
    if purpose == "seal":
        return fingerprint(public_half("", key).raw)
    return blake2b(b"fingerprint", key=key, digest_size=FINGERPRINT_BYTES).hexdigest()


def _read_numbered(folder: Path, purpose: Purpose) -> dict[str, bytes]:
    found = {
        match[1]: _read_key(path)
        for path in sorted(folder.iterdir())
        if (match := re.fullmatch(rf"{purpose}-({_KEY_ID})\.key", path.name))
    }
    if not found:
        raise NotReady(_missing(f"{purpose} key in {folder}"))
    for key_id, key in found.items():
        _, dash, told = key_id.partition("-")
        if dash and told != _fingerprint(purpose, key):
            file = folder / f"{purpose}-{key_id}.key"
            raise NotReady(f"{file} holds another key. Copy the right one {FROM_ELSEWHERE}.")
    return found


def _read_key(path: Path) -> bytes:
    if not path.is_file():
        raise NotReady(_missing(f"key file {path}"))
    require_private(path)
    written = read_text(path).strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", written):
        raise NotReady(f"The key file {path} is damaged. Copy it {FROM_ELSEWHERE}.")
    return bytes.fromhex(written)


def _missing(what: str) -> str:
    return f"The {what} is missing. Copy it {FROM_ELSEWHERE}; it cannot be made again."

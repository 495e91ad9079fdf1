"""A backup is read complete and unchanged, or refused."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from intake_api.upkeep.backup_files import (
    BackupKeys,
    Manifest,
    keys_to,
    new_backup_keys,
    open_backup,
    write_manifest,
    writing_records,
)
from reportline.readiness import NotReady
from tests.intake_api.running_api import NOON

BLOCK = 64 * 1024 + 17
HEADER = 24


@pytest.fixture
def sealing() -> BackupKeys:
    """Make keys as if of a passphrase, which would take a second."""
    return BackupKeys(secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(32))


def _small_backup(folder: Path, sealing: BackupKeys, records: int = 3) -> None:
    folder.mkdir()
    with writing_records(folder, sealing) as write:
        for number in range(records):
            write({"number": number, "text": "x" * 200})
    manifest = Manifest(backup_id="0" * 32, made_at=NOON, revision="0002", salt=sealing.salt.hex())
    write_manifest(folder, manifest, sealing)


def _read(folder: Path, sealing: BackupKeys) -> int:
    return len(list(open_backup(folder, sealing).records()))


@pytest.mark.parametrize("name", ["manifest.json", "contents.sealed"])
def test_one_flipped_byte_anywhere_is_noticed(tmp_path: Path, sealing: BackupKeys, name: str) -> None:
    _small_backup(tmp_path / "backup", sealing)
    file = tmp_path / "backup" / name
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(NotReady, match="changed"):
            _read(tmp_path / "backup", sealing)
    file.write_bytes(whole)
    assert _read(tmp_path / "backup", sealing) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda blocks: blocks[:-1],
        lambda blocks: [*blocks, b"x"],
        lambda blocks: [*blocks, blocks[-1]],
        lambda blocks: [blocks[0], blocks[2], blocks[1], *blocks[3:]],
        lambda blocks: [blocks[0], *blocks[2:]],
        lambda blocks: [*blocks[:-1], blocks[-1][:-1]],
        lambda _: [b""],
    ],
    ids=["no end", "one more byte", "last twice", "swapped", "one left out", "cut off", "empty"],
)
def test_blocks_that_are_missing_swapped_or_added_are_noticed(
    tmp_path: Path, sealing: BackupKeys, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    _small_backup(tmp_path / "backup", sealing, 1000)
    assert _read(tmp_path / "backup", sealing) == 1000
    file = tmp_path / "backup" / "contents.sealed"
    whole = file.read_bytes()
    blocks = [whole[:HEADER], *(whole[at : at + BLOCK] for at in range(HEADER, len(whole), BLOCK))]
    assert len(blocks) > 3
    file.write_bytes(b"".join(change(blocks)))
    with pytest.raises(NotReady, match="changed"):
        _read(tmp_path / "backup", sealing)


def test_what_follows_a_last_block_that_is_full_is_noticed(tmp_path: Path, sealing: BackupKeys) -> None:
    _small_backup(tmp_path / "backup", sealing)
    file = tmp_path / "backup" / "contents.sealed"
    file.unlink()
    with writing_records(tmp_path / "backup", sealing) as write:
        write("x" * (64 * 1024 - len('""\n')))
    assert file.stat().st_size == HEADER + BLOCK
    assert _read(tmp_path / "backup", sealing) == 1
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(NotReady, match="added"):
        _read(tmp_path / "backup", sealing)


def test_a_passphrase_counts_however_its_letters_are_composed(tmp_path: Path) -> None:
    _small_backup(tmp_path / "backup", new_backup_keys("se\u00f1al de los r\u00edos"))
    assert _read(tmp_path / "backup", keys_to(tmp_path / "backup", "sen\u0303al de los ri\u0301os\n")) == 3

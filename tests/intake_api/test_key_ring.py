"""A running process follows its keys' folder, and loses no key."""

import json
import shutil
from pathlib import Path

import pytest

from intake_api.key_ring import KeyRing
from intake_api.keys import make_key, make_keys, newest, read_keys
from intake_api.vault import Place, Vault, VaultClosed
from tests.intake_api.key_files import only_key_file

PLACE = Place("items", "7", "given")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make keys."""
    make_keys(tmp_path / "keys")
    return tmp_path / "keys"


def _logged(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]


def test_a_running_process_opens_what_another_sealed_with_a_newer_key(folder: Path) -> None:
    running = Vault(KeyRing(folder))
    newer = make_key(folder, "vault")
    sealed = Vault(read_keys(folder)).seal(PLACE, "text")
    assert sealed.startswith(f"{newer}:".encode())
    assert running.open(PLACE, sealed) == "text"


def test_a_running_process_seals_with_the_newest_key_in_use_and_opens_what_is_older(folder: Path) -> None:
    """A key that came into the folder waits until the database says that it is in use."""
    ring = KeyRing(folder)
    running = Vault(ring)
    older = running.seal(PLACE, "text")
    newer = make_key(folder, "vault")
    assert running.seal(PLACE, "text").startswith(older.partition(b":")[0])
    ring.use_all_but(frozenset())
    assert running.seal(PLACE, "text").startswith(f"{newer}:".encode())
    assert running.open(PLACE, older) == "text"


def test_a_running_process_opens_what_is_sealed_to_a_newer_key(folder: Path) -> None:
    running = KeyRing(folder)
    older = newest(running.current().seals)
    newer = make_key(folder, "seal")
    assert running.current().seals.keys() == {older, newer}
    assert running.current().public_key().key_id == older
    running.use_all_but(frozenset())
    assert running.current().public_key() == read_keys(folder).public_key()


def test_a_running_process_keeps_its_index_key(folder: Path) -> None:
    """With another one it would find nothing of what is there, until the items are reindexed."""
    running = Vault(KeyRing(folder))
    before = running.blind_address("text"), running.blind_host("text")
    make_key(folder, "index")
    make_key(folder, "vault")
    running.seal(PLACE, "text")
    assert (running.blind_address("text"), running.blind_host("text")) == before
    assert running.index_key == "k1"
    assert Vault(read_keys(folder)).index_key == "k2"


@pytest.mark.parametrize("name", ["vault", "seal", "audit", "receipts", "index"])
@pytest.mark.parametrize("how", ["lost", "damaged", "open to others"])
def test_a_lost_or_damaged_key_takes_no_running_process_down(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, how: str
) -> None:
    """It keeps the keys it has, and says so once for each change of the folder, not at each use."""
    ring = KeyRing(folder)
    running, before = Vault(ring), ring.current()
    sealed = running.seal(PLACE, "text")
    file = only_key_file(folder, name)
    if how == "lost":
        file.unlink()
    elif how == "damaged":
        file.write_text("damaged")
    else:
        file.chmod(0o644)
    for _ in range(3):
        assert running.open(PLACE, sealed) == "text"
        assert running.open(PLACE, running.seal(PLACE, "text")) == "text"
        assert ring.current() == before
    assert _logged(capsys) == ["keys_unreadable"]


def test_a_key_that_was_read_is_kept_until_the_process_ends(folder: Path) -> None:
    running = Vault(KeyRing(folder))
    sealed = running.seal(PLACE, "text")
    file = only_key_file(folder, "vault")
    make_key(folder, "vault")
    file.unlink()
    running.seal(PLACE, "text")
    assert running.open(PLACE, sealed) == "text"
    with pytest.raises(VaultClosed):
        Vault(KeyRing(folder)).open(PLACE, sealed)


def test_a_folder_that_is_gone_takes_no_running_process_down(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = Vault(KeyRing(folder))
    shutil.move(folder, folder.with_name("elsewhere"))
    for _ in range(3):
        assert running.open(PLACE, running.seal(PLACE, "text")) == "text"
    assert _logged(capsys) == ["keys_unreadable"]


def test_a_folder_that_was_mended_is_followed_again(folder: Path) -> None:
    running = KeyRing(folder)
    made = make_key(folder, "vault")
    newer = folder / f"vault-{made}.key"
    newer.chmod(0o644)
    assert made not in running.current().vaults
    newer.chmod(0o600)
    assert made in running.current().vaults


def test_no_key_is_in_what_is_printed(folder: Path) -> None:
    ring = KeyRing(folder)
    printed = repr((ring, ring.current(), Vault(ring)))
    for file in folder.iterdir():
        key = bytes.fromhex(file.read_text())
        assert key.hex() not in printed
        assert repr(key)[2:-1] not in printed

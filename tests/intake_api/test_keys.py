"""A running process follows its keys' folder and loses none; an earlier version's folder is adopted whole."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conversations.wire.sealing import fingerprint
from intake_api.keys import KeyRing, adopt_keys, make_key, make_keys, newest, read_keys
from intake_api.vault import Place, Vault, VaultClosed
from reportline.readiness import NotReady

PLACE = Place("items", "7", "given")
EARLIER_KEY = "0123456789abcdef" * 4
# Adopts folder after folder, killed one line of our code later in each, until nothing is left to cut off.
KILLED_AT_EACH_LINE = """
import os, shutil, signal, sys
from pathlib import Path
from intake_api import keys
from reportline import private_files
earlier, cut_off = Path(sys.argv[1]), Path(sys.argv[2])
def adopt(folder, lines_left):
    def trace(frame, event, _):
        nonlocal lines_left
        if frame.f_code.co_filename not in {keys.__file__, private_files.__file__}:
            return None
        lines_left -= event == "line"
        if lines_left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)
    keys.adopt_keys(folder)
    os._exit(0)
lines, killed = 0, True
while killed:
    folder = cut_off / str(lines)
    shutil.copytree(earlier, folder)
    child = os.fork() or adopt(folder, lines)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    lines += 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make keys."""
    make_keys(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def earlier(folder: Path) -> Path:
    """Make keys as an earlier version did: one key for all keyed hashes."""
    for purpose in ("seal", "vault"):
        _file(folder, purpose).rename(folder / f"{purpose}-k1.key")
    _file(folder, "index").unlink()
    (folder / "receipts.key").unlink()
    (folder / "index.key").write_text(f"{EARLIER_KEY}\n")
    (folder / "index.key").chmod(0o600)
    return folder


def _file(folder: Path, purpose: str) -> Path:
    """Give the file of a kind of key of which there is one."""
    [file] = folder.glob(f"{purpose}*.key")
    return file


def _logged(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]


def _hash_of_earlier(purpose: str, text: str) -> bytes:
    key = bytes.fromhex(EARLIER_KEY)
    return hashlib.blake2b(text.encode(), key=key, person=purpose.encode(), digest_size=32).digest()


def test_an_earlier_versions_hashes_are_still_found(earlier: Path) -> None:
    adopt_keys(earlier)
    vault = Vault(read_keys(earlier))
    assert vault.blind_receipt("text") == _hash_of_earlier("receipt", "text")
    assert vault.blind_address("text") == _hash_of_earlier("address", "text")
    assert vault.index_key == "k1"


def test_an_earlier_versions_folder_is_refused_with_advice_until_it_is_adopted(earlier: Path) -> None:
    with pytest.raises(NotReady, match="Make a backup, then run `reportline intake upgrade`"):
        read_keys(earlier)
    adopt_keys(earlier)
    assert read_keys(earlier)


def test_adopting_leaves_no_trace_of_the_earlier_file(earlier: Path) -> None:
    adopt_keys(earlier)
    adopt_keys(earlier)
    names = {"seal-k1.key", "vault-k1.key", "index-k1.key", "receipts.key", "audit.key"}
    assert {file.name for file in earlier.iterdir()} == names
    assert {file.stat().st_mode & 0o777 for file in earlier.iterdir()} == {0o600}


def test_adopting_is_cut_off_at_every_line_and_loses_no_key(earlier: Path, tmp_path: Path) -> None:
    cut_off = tmp_path / "cut_off"
    cut_off.mkdir()
    subprocess.run([sys.executable, "-c", KILLED_AT_EACH_LINE, earlier, cut_off], check=True)
    folders = list(cut_off.iterdir())
    assert len(folders) > 50
    for folder in folders:
        adopted = [file for file in ("index-k1.key", "receipts.key") if (folder / file).exists()]
        assert (folder / "index.key").exists() or len(adopted) == 2
        adopt_keys(folder)
        keys = read_keys(folder)
        assert keys.indexes == {"k1": bytes.fromhex(EARLIER_KEY)}
        assert keys.receipts == bytes.fromhex(EARLIER_KEY)


@pytest.mark.parametrize("name", ["index-k1.key", "receipts.key"])
def test_an_earlier_key_is_not_taken_for_another(earlier: Path, name: str) -> None:
    (earlier / name).write_text("f" * 64)
    (earlier / name).chmod(0o600)
    with pytest.raises(NotReady, match=r"differ\. Put all keys of one backup back"):
        adopt_keys(earlier)
    assert (earlier / "index.key").exists()


def test_a_damaged_earlier_key_is_not_adopted(earlier: Path) -> None:
    (earlier / "index.key").write_text("f" * 63)
    with pytest.raises(NotReady, match="damaged"):
        adopt_keys(earlier)
    assert not (earlier / "receipts.key").exists()


def test_setting_up_adopts(earlier: Path) -> None:
    make_keys(earlier)
    assert read_keys(earlier).receipts == bytes.fromhex(EARLIER_KEY)


def test_of_two_keys_that_are_made_at_once_both_are_kept(folder: Path) -> None:
    first = make_key(folder, "vault")
    (folder / f"vault-{first}.key").rename(folder / "elsewhere")
    second = make_key(folder, "vault")
    (folder / "elsewhere").rename(folder / f"vault-{first}.key")
    assert first[:3] == second[:3] == "k2-"
    assert newest(read_keys(folder).vaults) == max(first, second)


def test_the_tenth_key_is_newer_than_the_ninth() -> None:
    assert newest(["k10", "k9-0123456789ab", "k1"]) == "k10"


def test_an_id_tells_which_key_it_is(folder: Path) -> None:
    """That of a seal key is of the public half, so that a bot can compute it too."""
    public = read_keys(folder).public_key()
    assert public.key_id == f"k1-{fingerprint(public.raw)}"
    for purpose in ("seal", "vault", "index"):
        file = _file(folder, purpose)
        other = file.with_name(file.name.replace("-k1", "-k2"))
        shutil.copy(file, other)
        read_keys(folder)
        file.write_text("f" * 64)
        with pytest.raises(NotReady, match="holds another key"):
            read_keys(folder)
        other.replace(file)


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
    file = _file(folder, name)
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
    file = _file(folder, "vault")
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

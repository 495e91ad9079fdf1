"""Keys are made and read whole; an earlier version's folder is adopted whole."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conversations.wire.sealing import fingerprint
from intake_api.keys import adopt_keys, make_key, make_keys, newest, read_keys
from intake_api.vault import Place, Vault
from reportline.readiness import NotReady
from tests.intake_api.key_files import only_key_file

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
        only_key_file(folder, purpose).rename(folder / f"{purpose}-k1.key")
    only_key_file(folder, "index").unlink()
    (folder / "receipts.key").unlink()
    (folder / "index.key").write_text(f"{EARLIER_KEY}\n")
    (folder / "index.key").chmod(0o600)
    return folder


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


def test_adopting_leaves_no_trace_of_the_earlieronly_key_file(earlier: Path) -> None:
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
        file = only_key_file(folder, purpose)
        other = file.with_name(file.name.replace("-k1", "-k2"))
        shutil.copy(file, other)
        read_keys(folder)
        file.write_text("f" * 64)
        with pytest.raises(NotReady, match="holds another key"):
            read_keys(folder)
        other.replace(file)

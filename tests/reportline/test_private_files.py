"""A private file is complete or absent, readable by its owner only, and refused when others can read it."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportline.command_line import app
from reportline.private_files import (
    OPEN_TO_WRITE,
    replace,
    require_own,
    require_owner,
    require_private,
    write_once,
)
from reportline.readiness import NotReady


def test_a_file_is_never_written_twice(tmp_path: Path) -> None:
    write_once(tmp_path / "once", "first")
    with pytest.raises(FileExistsError):
        write_once(tmp_path / "once", "second")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["first"]
    assert (tmp_path / "once").stat().st_mode & 0o777 == 0o600


def test_a_file_is_replaced_by_one_that_only_its_owner_reads(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    replace(tmp_path / "file", "after")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["after"]
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_text_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_once(tmp_path / "file", "\ud800")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_is_open_to_others_is_refused_with_the_command_that_closes_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(mode)
    with pytest.raises(NotReady) as refused:
        require_private(path)
    assert str(refused.value) == (f"{path} is open to others on this machine. Close it: `chmod 600 {path}`.")
    path.chmod(0o600)
    require_private(path)


def test_a_folder_gets_the_command_for_a_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(NotReady, match=f"`chmod 700 {tmp_path}`"):
        require_private(tmp_path)


def test_a_file_may_be_read_by_others_where_only_writing_is_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o644)
    require_private(path, OPEN_TO_WRITE)
    path.chmod(0o664)
    with pytest.raises(NotReady):
        require_private(path, OPEN_TO_WRITE)


SOMEBODY = 12345
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
WRITES = (
    ("intake", "intake serve"),
    ("intake", "intake upgrade"),
    ("intake", "intake reindex"),
    ("intake", "intake backup backup"),
    ("intake", "intake restore backup"),
    ("intake", "intake key add lead x"),
    ("intake", "intake key revoke 0123456789ab"),
    ("intake", "intake key list"),
    ("intake", "intake rotate seal"),
    ("intake", "intake rotate vault"),
    ("intake", "setup"),
    ("bot", "setup"),
    ("bot", "run"),
    ("bot", "bot poll"),
    ("bot", "bot fleet"),
    ("bot", "bot talk"),
    ("bot", "outbox flush"),
    ("bot", "fleet sync"),
)


@as_root
@pytest.mark.parametrize(("half", "command"), WRITES)
@pytest.mark.parametrize("is_made", [True, False])
def test_no_command_writes_into_a_folder_of_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: str, command: str, *, is_made: bool
) -> None:
    """Neither in its own half of the data, nor to make that half."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    theirs = data / half if is_made else data
    theirs.mkdir(parents=True, mode=0o700)
    os.chown(theirs, SOMEBODY, SOMEBODY)
    done = CliRunner().invoke(app, command.split(), env={"REPORTLINE_DATA_DIR": str(data)})
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"{theirs} belongs to {SOMEBODY}, and this runs as root: {SOMEBODY} could not use what it writes "
        f"there. Nothing was done: run it as {SOMEBODY}, from root with `runuser -u {SOMEBODY} --` before "
        "it.\n"
    )
    assert [*theirs.iterdir()] == []


@as_root
def test_a_file_of_another_user_than_its_folders_is_named(tmp_path: Path) -> None:
    file = tmp_path / "audit.head"
    file.touch()
    require_owner(file, tmp_path)
    require_own(tmp_path)
    os.chown(file, SOMEBODY, SOMEBODY)
    with pytest.raises(NotReady, match=rf"audit\.head belongs to {SOMEBODY}, .*`chown root {file}`"):
        require_owner(file, tmp_path)

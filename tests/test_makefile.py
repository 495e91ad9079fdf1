"""`make` does not take the environment away from what runs in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.system import ROOT


def _make(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run `make setup` without a Python that could make an environment."""
    program = shutil.which("make")
    assert program
    return subprocess.run(
        [program, "setup", "PYTHON=false"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_environment_in_use_is_not_replaced(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "development.txt").touch()
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    waits = [str(binaries / "python"), "-c", "print(flush=True); input()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as service:
        assert service.stdout
        service.stdout.readline()
        refused = _make(tmp_path)
        service.communicate(b"\n")
    assert refused.returncode != 0
    assert f"something still runs from {tmp_path}/.venv: stop it, then run make again" in refused.stdout
    assert (binaries / "python").exists()
    assert _make(tmp_path).returncode != 0
    assert not binaries.exists()

"""A test that runs alone says why."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import ROOT


@pytest.mark.parametrize("mark", ["", '(" ")'])
def test_without_a_reason_nothing_runs(tmp_path: Path, mark: str) -> None:
    done = _run(tmp_path, mark)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "must give its reason" in done.stderr


def test_with_a_reason_it_runs(tmp_path: Path) -> None:
    done = _run(tmp_path, '("measures time")')
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


def _run(folder: Path, mark: str) -> "subprocess.CompletedProcess[str]":
    file = folder / "test_marked.py"
    file.write_text(f"import pytest\n\n\n@pytest.mark.alone{mark}\ndef test_marked() -> None:\n    pass\n")
    options = ("-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

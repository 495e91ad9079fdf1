"""A test that runs apart from the others says why and where, and what a test tells is printed."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.system import ROOT


@pytest.mark.parametrize("mark", ["alone", "busy", 'alone(" ")'])
def test_without_a_reason_nothing_runs(tmp_path: Path, mark: str) -> None:
    done = _run(tmp_path, f"pytest.mark.{mark}")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "must give its reason" in done.stderr


@pytest.mark.parametrize("mark", ["alone", "busy"])
def test_with_a_reason_it_runs_where_its_mark_is_asked_for(tmp_path: Path, mark: str) -> None:
    """Files that do not name the mark are not even imported."""
    (tmp_path / "test_other.py").write_text("raise AssertionError\n")
    done = _run(tmp_path, f'pytest.mark.{mark}("measures time")', "-m", mark)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_mark_that_is_written_elsewhere_is_refused(tmp_path: Path) -> None:
    """Where only its mark is asked for, its file would not be found."""
    done = _run(tmp_path, 'getattr(pytest.mark, "alone")("measures time")')
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "must say pytest.mark.alone itself" in done.stderr


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_what_a_test_tells_is_printed(tmp_path: Path, options: Sequence[str]) -> None:
    done = _run(tmp_path, 'pytest.mark.busy("measures time")', *options)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert "\nfound 7 of 7\n" in done.stdout


def test_what_shares_a_run_is_run_by_one_process(tmp_path: Path) -> None:
    (tmp_path / "canaries").mkdir()
    for file in ("canaries/test_a.py", "canaries/test_b.py"):
        written = f"import os\n\n\ndef test_tells(tell):\n    tell(f'{file} by {{os.getpid()}}')\n"
        (tmp_path / file).write_text(written)
    done = _run(tmp_path, "pytest.mark.usefixtures()", "-n", "2", "--dist", "loadscope")
    by = dict(re.findall(r"^(\S+) by (\d+)$", done.stdout, re.MULTILINE))
    assert by["canaries/test_a.py"] == by["canaries/test_b.py"]


def _run(folder: Path, mark: str, *more: str) -> "subprocess.CompletedProcess[str]":
    file = folder / "test_marked.py"
    file.write_text(f"import pytest\n\n\n@{mark}\ndef test_marked(tell) -> None:\n    tell('found 7 of 7')\n")
    plugins = ("xdist", "pytest_asyncio.plugin", "pytest_timeout", "tests.conftest", "no:cacheprovider")
    options = ("-c", str(ROOT / "pyproject.toml"), *(f"-p{plugin}" for plugin in plugins), *more)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=ROOT,
        # The plugins that these tests need not are most of a start.
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

"""`make` gives developers and operators an environment each, and takes neither away from what runs in it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system import ROOT

REQUIREMENTS = ("build", "development", "runtime")
DEVELOPING, RUNNING = ".venv", ".runtime"


def _make(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run `make` without a Python that could make an environment."""
    program = shutil.which("make")
    assert program
    return subprocess.run(
        [program, *words, "PYTHON=false"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a folder with the Makefile, and two environments that are older than the requirements."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for environment in (DEVELOPING, RUNNING):
        binaries = tmp_path / environment / "bin"
        binaries.mkdir(parents=True)
        (binaries / "python").symlink_to(sys.executable)
    (tmp_path / "requirements").mkdir()
    for name in REQUIREMENTS:
        (tmp_path / "requirements" / f"{name}.txt").touch()
    return tmp_path


@contextmanager
def _running(environment: Path) -> Iterator[None]:
    waits = [str(environment / "bin" / "python"), "-c", "print(flush=True); input()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as service:
        assert service.stdout
        service.stdout.readline()
        yield
        service.communicate(b"\n")


@pytest.mark.parametrize(
    ("target", "environment"), [("setup", DEVELOPING), ("install", RUNNING), ("run", RUNNING)]
)
def test_an_environment_in_use_is_not_replaced(checkout: Path, target: str, environment: str) -> None:
    """The other one is left alone in any case."""
    with _running(checkout / environment):
        refused = _make(checkout, target)
    assert refused.returncode != 0
    assert f"something still runs from {checkout}/{environment}: stop it, then run" in refused.stdout
    assert (checkout / environment / "bin" / "python").exists()
    assert _make(checkout, target).returncode != 0
    assert {path.name for path in checkout.iterdir()} & {DEVELOPING, RUNNING} == {
        DEVELOPING,
        RUNNING,
    } - {environment}


@pytest.mark.parametrize("environment", [DEVELOPING, RUNNING])
def test_cleaning_takes_nothing_from_what_runs(checkout: Path, environment: str) -> None:
    with _running(checkout / environment):
        refused = _make(checkout, "clean")
        assert refused.returncode != 0
        assert f"something still runs from {checkout}/{environment}" in refused.stdout
        assert (checkout / DEVELOPING).exists()
        assert (checkout / RUNNING).exists()
    assert _make(checkout, "clean").returncode == 0
    assert not (checkout / RUNNING).exists()


@pytest.mark.parametrize("target", ["install", "run"])
def test_an_operator_gets_nothing_of_development(checkout: Path, target: str) -> None:
    """Only what runs, and what makes a wheel."""
    would = _make(checkout, "--dry-run", target).stdout
    assert {*re.findall(r"requirements/(\w+)\.txt", would)} == {"build", "runtime"}
    assert DEVELOPING not in would


def test_the_parts_of_the_lock_agree() -> None:
    """Each package has one version, whichever environment it is in."""
    pinned = [
        {*re.findall(r"^([\w-]+==\S+)", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE)}
        for name in REQUIREMENTS
    ]
    build, development, runtime = pinned
    assert build
    assert runtime
    assert build | runtime <= development


@pytest.mark.parametrize("page", ["README.md", "docs/operator.md", "docs/running.md", "docs/monitoring.md"])
def test_no_page_sends_an_operator_into_the_developers_environment(page: str) -> None:
    told = re.findall(r"^.*\.venv/.*$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert [line for line in told if "benchmarks" not in line] == []

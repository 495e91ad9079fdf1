"""The client can be installed alone, and is part of the whole program's wheel."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import a_report, prepare
from tests.intake_api.served_api import ServedApi, serving

ROOT = Path(__file__).parents[2]
OURS = {"bot", "conversations", "intake_api", "locales", "reportline", "reportline_queue"}
NEEDED = ("httpx", "rich", "typer")
# What Python has on Linux and macOS, and not on Windows; without the two that start Python and processes.
POSIX_ONLY = frozenset(
    {"crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "pty", "pwd", "readline", "resource", "spwd"}
    | {"syslog", "termios", "tty"}
)
# typer needs it, to read what was typed; the client itself does not.
OF_TYPER = frozenset({"annotated_types", "pydantic", "pydantic_core", "typing_inspection"})
# Everything that is not named to it is as if it were not installed, but the file of how Python was built.
ALONE = """
import sys
installed, places, *sys.argv[1:] = sys.argv[1:]

class NothingElse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in installed.split(",") and not name.startswith("_sysconfigdata_"):
            raise ModuleNotFoundError(f"{name} is not installed", name=name)

sys.meta_path.insert(0, NothingElse())
sys.path += places.split(",")
"""
RUN = "from reportline_queue.__main__ import main; sys.argv[0] = 'reportline-queue'; main()"

EVERY_MODULE = """
import importlib, pkgutil, httpx, reportline_queue
for module in pkgutil.walk_packages(reportline_queue.__path__, "reportline_queue."):
    print(importlib.import_module(module.name).__name__)
"""


@dataclass(frozen=True)
class Installed:
    """A folder with the client's wheel in it, and an intake that is served elsewhere."""

    folder: Path
    work: Path

    def run(
        self,
        *arguments: str,
        code: str = RUN,
        without: frozenset[str] = frozenset(),
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """Run the client where only typer, rich, httpx and what they need are installed."""
        importable = ",".join(_importable() - without)
        places = f"{self.folder},{sysconfig.get_path('purelib')}"
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-P", "-S", "-c", ALONE + code, importable, places, *arguments],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            cwd=self.work,
            env=kept
            | {"COLUMNS": "100", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
            | dict(environment or {}),
        )

    def told(self, *arguments: str, **environment: str) -> str:
        """Run a command that does what it is asked; gives what it prints."""
        ended = self.run(*arguments, environment=environment)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout


def _importable() -> set[str]:
    """Name what may be imported: Python as on Windows, the client, and what its three libraries need."""
    needed = _closure()
    libraries = {
        name
        for name, owners in packages_distributions().items()
        if needed & {canonicalize_name(owner) for owner in owners}
    }
    return (set(sys.stdlib_module_names) - POSIX_ONLY) | {"reportline_queue"} | libraries


def _closure() -> set[str]:
    known: set[str] = set()
    new = set(NEEDED)
    while new:
        known |= new
        wanted = [Requirement(line) for name in new for line in requires(name) or ()]
        there = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
        new = {str(canonicalize_name(one.name)) for one in there} - known
    return known


def _wheel(source: Path, folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def _project(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    return read


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the client's wheel, and unpack it as an installer does."""
    wheel = _wheel(ROOT / "packaging" / "queue", tmp_path_factory.mktemp("wheel"))
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return Installed(folder, tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """Serve one intake for the tests of this file."""
    folder = tmp_path_factory.mktemp("served")
    prepare(IntakeSettings(data_dir=folder))
    with serving(folder) as process:
        yield process


@pytest.mark.parametrize(
    "name", [*sorted(OURS - {"reportline_queue"}), "fastapi", "sqlalchemy", "fcntl", "termios"]
)
def test_what_is_to_be_missing_is_missing(installed: Installed, name: str) -> None:
    ended = installed.run(code=f"import {name}")
    assert f"{name} is not installed" in ended.stderr


def test_the_client_itself_imports_no_pydantic(installed: Installed) -> None:
    ended = installed.run(code=EVERY_MODULE, without=OF_TYPER)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "reportline_queue.address.finding.links" in ended.stdout.split()
    helped = installed.run("--help", without=OF_TYPER)
    assert (helped.returncode, helped.stderr) == (0, "")


def test_the_help_and_the_words_need_nothing_else(installed: Installed) -> None:
    assert "Work on the queue, as an analyst." in installed.told("--help")
    assert "not_assessable" in installed.told("words", "outcome")
    for command in ("work", "next", "show", "assess", "search", "export", "audit", "lift", "stats"):
        assert f"reportline-queue {command}" in installed.told(command, "--help")


def test_a_report_is_taken_shown_and_assessed_by_the_client_alone(
    installed: Installed, served: ServedApi
) -> None:
    """The note's bare host is told from a sentence by the list of public suffixes that comes along."""
    there = {"REPORTLINE_INTAKE_URL": served.url, "REPORTLINE_ANALYST_TOKEN": served.token("analyst")}
    report = a_report("https://example.com/1?a=b#c", note="3.5 pages on, as on example.co.uk")
    assert served.hand_in(report).status_code == 202
    while "example[.]com" not in installed.told("next", **there):
        pass
    shown = installed.told("show", **there)
    assert "hxxps://example[.]com/1?a=b[#]c" in shown
    assert "3.5 pages on, as on example[.]co[.]uk" in shown
    # On Windows, output into a file is in the system's own encoding.
    file = there | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    found = installed.told("search", "see https://EXAMPLE.com/1?a=b&fbclid=1#c", **file)
    assert found.startswith("?hxxps://EXAMPLE[.]com/1?a=b[#]c?\nPaths are withheld here: ")
    assert "\nitem " in found
    assert "waiting" in installed.told("stats", **there)
    decision = ("--outcome", "national", "--hosting-country", "NL", "--flag", "virtual")
    assert installed.told("assess", *decision, **there).startswith("Recorded: national, for claim 1, ")


def test_what_fails_is_a_sentence_there_too(installed: Installed, served: ServedApi) -> None:
    for environment, sentence in (
        ({}, f"You need an access key, and {installed.work}/data/analyst.token is missing."),
        ({"REPORTLINE_INTAKE_URL": "http://intake.example"}, "REPORTLINE_INTAKE_URL: use https"),
        ({"REPORTLINE_INTAKE_URL": served.url, "REPORTLINE_ANALYST_TOKEN": "wrong"}, "Your access key opens"),
    ):
        ended = installed.run("mine", environment=environment)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert sentence in ended.stderr
        assert "Traceback" not in ended.stderr


def test_only_the_three_libraries_are_asked_for_within_the_programs_bounds(installed: Installed) -> None:
    client, whole = (
        _project(ROOT / "packaging" / "queue" / "pyproject.toml"),
        _project(ROOT / "pyproject.toml"),
    )
    assert [Requirement(line).name for line in client["dependencies"]] == list(NEEDED)
    assert set(client["dependencies"]) <= set(whole["dependencies"])
    for field in ("version", "requires-python", "license"):
        assert client[field] == whole[field]
    [info] = installed.folder.glob("*.dist-info")
    assert "reportline-queue = reportline_queue.__main__:main" in (info / "entry_points.txt").read_text()
    assert {path.name for path in installed.folder.iterdir()} == {"reportline_queue", info.name}


def test_the_whole_programs_wheel_adds_six_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(_wheel(ROOT, tmp_path)) as packed:
        names = packed.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == OURS
    for file in ("vocabulary/newest.toml", "address/suffixes.txt", "address/finding/links.py"):
        assert f"reportline_queue/{file}" in names

"""The operator's guide leads from an empty folder to a claimed report on each database, as it is written."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests import forked
from tests.ports import next_port
from tests.postgresql import postgresql
from tests.system import ROOT

GUIDE = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
SECONDS_TO_START = 60


def _blocks(part: str) -> list[tuple[str, str]]:
    """Give the blocks of one part of the guide: what each is, and its lines."""
    text = GUIDE.split(f"\n## {part}\n")[1].split("\n## ")[0]
    return re.findall(r"^```(\w+(?: \w+)?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class Operator:
    """Somebody with an empty folder, who types what the guide says."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = folder
        self._port = next_port()
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "REPORTLINE_INTAKE_PORT": str(self._port),
            "COLUMNS": "100",
        }

    def exports(self, lines: str) -> None:
        """Keep what the lines export, as a terminal does."""
        self._environment |= dict(re.findall(r"^export (\w+)=(.*)$", lines, re.MULTILINE))

    def runs(self, lines: str, typed: str = "") -> str:
        """Run a block to its end, and type what it asks for."""
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", lines],
            input=typed,
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_START,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.exports(lines)
        return done.stdout

    def serves(self, lines: str) -> None:
        """Run a block beside the others, until the end."""
        self._stack.enter_context(self._serving(lines.strip().split()))
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._is_ready():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self._port}/readyz", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    @contextmanager
    def _serving(self, command: list[str]) -> Iterator[None]:
        with subprocess.Popen(command, env=self._environment, cwd=self._folder) as process:
            yield
            process.terminate()


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """Let somebody begin."""
    with ExitStack() as stack:
        yield Operator(tmp_path, stack)


def _follow(operator: Operator, blocks: list[tuple[str, str]]) -> str:
    said = typed = ""
    for kind, lines in blocks:
        if kind == "text":
            typed = lines
        elif kind == "sh serves":
            operator.serves(lines)
        else:
            said, typed = said + operator.runs(lines, typed), ""
    return said


def test_with_a_file(operator: Operator) -> None:
    said = _follow(operator, _blocks("With a file (SQLite)"))
    assert "hxxps://example[.]com/page" in said
    assert "Recorded" in said


def test_with_postgresql(operator: Operator) -> None:
    """Of what is written, only the server's port is another."""
    (kind, statements), *blocks = _blocks("With PostgreSQL")
    assert kind == "sql"
    with postgresql() as server:
        server.run(*statements.strip().splitlines())
        here = [(kind, lines.replace(":5432/", f":{server.port}/")) for kind, lines in blocks]
        said = _follow(operator, here)
        assert "hxxps://example[.]com/page" in said
        assert "Back in the queue" in said


def test_every_command_that_is_named_is_there() -> None:
    named = set(re.findall(r"reportline ((?:intake |queue |bot )?(?:key |rotate )?[a-z]+)", GUIDE))
    assert len(named) > 12
    for command in sorted(named):
        done = forked.run(
            *command.split(), "--help", env={"PATH": os.environ["PATH"]}, timeout=SECONDS_TO_START
        )
        assert done.returncode == 0, command


def test_no_secret_is_typed_into_a_command() -> None:
    """It would stand in the shell's history."""
    for page in ("README.md", "docs/operator.md", "docs/fleet.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        commands = "\n".join(re.findall(r"^```(?:sh.*)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
        assert not re.search(r"(TOKEN|DATABASE_URL|VALKEY_URL)=|://\w+:\w", commands), page

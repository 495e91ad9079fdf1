"""A forked process behaves in a test like one that was started."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from intake_api.settings import IntakeSettings
from tests import forked
from tests.forked import Forked
from tests.intake_api.running_api import prepare
from tests.system import ROOT

PATH = {"PATH": os.environ["PATH"]}
SECONDS = 60


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[Forked, str]]:
    """Run an intake; gives its process and the line that it says."""
    prepare(IntakeSettings(data_dir=folder))
    env = {**PATH, "REPORTLINE_DATA_DIR": str(folder), "REPORTLINE_INTAKE_PORT": "0"}
    reading, writing = os.pipe()
    with os.fdopen(reading) as said:
        process = forked.start("intake", "serve", env=env, stdout=writing)
        os.close(writing)
        try:
            yield process, said.readline()
        finally:
            process.kill()
            process.wait(SECONDS)


@pytest.mark.parametrize(("told", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0), (signal.SIGINT, 0)])
def test_a_signal_reaches_it_and_it_ends_as_it_does(
    tmp_path: Path, told: signal.Signals, status: int
) -> None:
    with _serving(tmp_path) as (process, said):
        assert httpx.get(f"{said.split()[-1]}/healthz", trust_env=False).is_success
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.send_signal(told)
        assert process.wait(SECONDS) == process.poll() == process.returncode == status
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)


def test_it_has_a_group_and_a_folder_and_files_of_its_own(tmp_path: Path) -> None:
    """It holds the pipe that it was given as its output, and no other."""
    with _serving(tmp_path) as (process, _):
        assert os.getpgid(process.pid) == process.pid
        if Path("/proc").is_dir():
            proc = Path(f"/proc/{process.pid}")
            held = [str(one.readlink()) for one in (proc / "fd").iterdir()]
            assert sum(one.startswith("pipe:") for one in held) == 1
            assert (proc / "cwd").readlink() == ROOT


def test_ctrl_c_ends_it_though_the_fork_server_ignores_it() -> None:
    reading, writing = os.pipe()
    process = forked.start("queue", "search", env=PATH, stdin=reading)
    until = time.monotonic() + SECONDS
    while process.poll() is None:
        assert time.monotonic() < until
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    os.close(reading)
    os.close(writing)
    assert process.returncode not in {None, 0}


@pytest.mark.parametrize(
    ("words", "status", "said", "complained"),
    [
        (("--help",), 0, "Usage: python -m reportline", ""),
        (("no-such-command",), 2, "", "No such command"),
        (("intake", "serve"), 1, "", "`reportline setup` makes it"),
    ],
)
def test_it_ends_and_says_what_a_started_one_does(
    tmp_path: Path, words: tuple[str, ...], status: int, said: str, complained: str
) -> None:
    done = forked.run(*words, env={**PATH, "REPORTLINE_DATA_DIR": str(tmp_path)}, timeout=SECONDS)
    assert done.returncode == status
    assert said in done.stdout
    assert complained in done.stderr
    assert bool(done.stderr) == bool(complained)


def test_its_variables_are_read_anew() -> None:
    for port in ("4711", "4712"):
        listed = forked.run("settings", env={**PATH, "REPORTLINE_INTAKE_PORT": port}, timeout=SECONDS)
        assert f"REPORTLINE_INTAKE_PORT = {port}" in listed.stdout
    assert "REPORTLINE_INTAKE_PORT = 4712" not in forked.run("settings", env=PATH, timeout=SECONDS).stdout

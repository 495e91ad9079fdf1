"""`run` says truly whether the bot is served, and intake and bot go on when the talk ends."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.ports import next_port
from tests.system import ROOT, TOKEN, System, set_up_system

SECONDS = 90


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    async with set_up_system(tmp_path / "data", next_port()) as ready:
        yield ready


@asynccontextmanager
async def _run(system: System) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "reportline", "run"),
        cwd=ROOT,
        env={**system.environment, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _read_until(process: Process, text: str) -> str:
    assert process.stdout
    seen = b""
    while text.encode() not in seen:
        more = await process.stdout.read(4096)
        assert more, seen.decode()
        seen += more
    return seen.decode()


def _end_talk(process: Process) -> None:
    assert process.stdin
    process.stdin.close()


async def test_the_intake_goes_on_when_the_talk_ends_until_ctrl_c(system: System) -> None:
    del system.environment["REPORTLINE_TELEGRAM_TOKEN"]
    async with _run(system) as process:
        await _read_until(process, "No Telegram bot is served")
        _end_talk(process)
        await _read_until(process, "goes on; Ctrl-C ends it.")
        assert await system.is_answered()
        process.send_signal(signal.SIGINT)
        assert process.stdout
        assert await process.stdout.read() == b""
        assert await process.wait() == 0
        assert not await system.is_answered()


@pytest.mark.parametrize("token", ["bad", TOKEN[:-1] + "x"])
async def test_a_bot_that_cannot_be_served_is_not_said_to_be(system: System, token: str) -> None:
    """Neither one whose token is none, nor one whose token Telegram refuses."""
    system.environment["REPORTLINE_TELEGRAM_TOKEN"] = token
    async with _run(system) as process:
        told = await _read_until(process, "Ctrl-D ends the talk")
        assert "The Telegram bot is not served" in told
        assert "is served too" not in told
        _end_talk(process)
        await _read_until(process, "goes on; Ctrl-C ends it.")
        assert await system.is_answered()


async def test_a_bot_that_a_fleet_serves_is_not_said_to_be_served_here(system: System) -> None:
    """Telegram takes its token, and yet its process has ended."""
    bots = system.data / "bots.toml"
    bots.write_text('[[bots]]\nportal = "ar"\nusername = "reports_bot"\ntoken_environment = "A_TOKEN"\n')
    system.environment.update({"REPORTLINE_BOTS_FILE": str(bots), "A_TOKEN": TOKEN})
    async with _run(system) as process:
        told = await _read_until(process, "Ctrl-D ends the talk")
        assert f"The Telegram bot is not served; {system.data / 'run.log'} says why." in told


async def test_a_bot_is_not_said_to_be_served_while_telegram_does_not_answer(system: System) -> None:
    system.environment["REPORTLINE_TELEGRAM_API_URL"] = "http://127.0.0.1:1"
    async with _run(system) as process:
        told = await _read_until(process, "Ctrl-D ends the talk")
        assert "The Telegram bot is not served now. Telegram does not answer. See the network." in told


def test_a_signal_while_a_process_is_started_leaves_no_process() -> None:
    """It comes while Popen has not returned yet; the process would go on, and hold the terminal."""
    program = (
        "import os, signal, subprocess, sys\n"
        "from reportline import running\n"
        "class Popen(subprocess.Popen):\n"
        "    def __init__(self, *arguments, **options):\n"
        "        super().__init__(*arguments, **options)\n"
        "        print(self.pid, flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "subprocess.Popen = Popen\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        "running.REPORTLINE = ('sleep',)\n"
        "with running._ended('60', stdout=subprocess.DEVNULL) as process: process.wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 143, done.stderr
    assert not Path(f"/proc/{done.stdout.strip()}").exists()


async def test_a_bot_that_ends_later_is_told_and_the_intake_stays(system: System) -> None:
    async with _run(system) as process:
        assert "The Telegram bot is served too." in await _read_until(process, "Ctrl-D ends the talk")
        _end_talk(process)
        await _read_until(process, "goes on; Ctrl-C ends it.")
        _end_child(process.pid, "poll")
        told = await _read_until(process, "The intake goes on.")
        assert "The Telegram bot has ended" in told
        assert str(system.data / "run.log") in told
        assert await system.is_answered()


async def test_an_intake_that_ends_ends_it_all_with_a_sentence(system: System) -> None:
    del system.environment["REPORTLINE_TELEGRAM_TOKEN"]
    async with _run(system) as process:
        _end_talk(process)
        await _read_until(process, "goes on; Ctrl-C ends it.")
        _end_child(process.pid, "serve")
        await _read_until(process, "The intake has ended")
        assert await process.wait() == 1


async def test_a_bot_that_is_killed_during_the_talk_is_told_with_its_signal(system: System) -> None:
    """It was killed, so the log says nothing of it."""
    async with _run(system) as process:
        await _read_until(process, "Ctrl-D ends the talk")
        _end_child(process.pid, "poll", signal.SIGKILL)
        _end_talk(process)
        told = await _read_until(process, "goes on; Ctrl-C ends it.")
        assert "The Telegram bot was killed (signal 9)." in told
        assert "says why" not in told


async def test_an_intake_that_is_killed_during_the_talk_is_not_said_to_go_on(system: System) -> None:
    async with _run(system) as process:
        await _read_until(process, "Ctrl-D ends the talk")
        _end_child(process.pid, "serve", signal.SIGKILL)
        _end_talk(process)
        told = await _read_until(process, "The intake was killed (signal 9).")
        assert "goes on" not in told
        assert await process.wait() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell a process that its parent is gone")
async def test_whoever_is_killed_leaves_nothing_running(system: System) -> None:
    async with _run(system) as process:
        await _read_until(process, "Ctrl-D ends the talk")
        process.kill()
        await process.wait()
        async with asyncio.timeout(SECONDS):
            while await system.is_answered():
                await asyncio.sleep(0.05)


def _end_child(parent: int, word: str, told: signal.Signals = signal.SIGTERM) -> None:
    """End the child of this process whose command has this word."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_child = (folder / "stat").read_text().rpartition(")")[2].split()[1] == str(parent)
            if is_child and word in (folder / "cmdline").read_text().split("\0"):
                os.kill(int(folder.name), told)
                return
    raise AssertionError(f"no {word} runs")

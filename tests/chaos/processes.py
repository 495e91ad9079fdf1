"""Runs our own processes, which a run kills and restarts as often as it likes, and measures their cost."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.system import ROOT, SECONDS_TO_END, SECONDS_TO_START

_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """One command of ours, again and again; all that it ever writes goes to one file."""

    def __init__(
        self, name: str, command: tuple[str, ...], environment: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.log = name, log
        self.kills = 0
        self.spent = 0.0
        self._command, self._environment = command, environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it is not waited for."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "reportline", *self._command],
                env=dict(self._environment),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    async def kill(self) -> None:
        """End it in the midst of whatever it does, its start included."""
        self.kills += 1
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Tell it to stop; gives its exit status, or 0 when it does not run."""
        return await self._end(signal.SIGTERM) if self._process else 0

    def has_ended(self) -> bool:
        """Tell whether it has ended by itself."""
        return self._process is not None and _is_dead(self._process.pid)

    async def _end(self, told: signal.Signals) -> int:
        assert self._process
        process, self._process = self._process, None
        process.send_signal(told)
        try:
            async with asyncio.timeout(SECONDS_TO_END):
                while not _is_dead(process.pid):
                    await asyncio.sleep(0.01)
        finally:
            self.spent += cpu_seconds(process.pid)
            process.kill()
            status = process.wait()
        return status


def _is_dead(process: int) -> bool:
    """Tell whether it has ended; until it is waited for, what it has cost can be read."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


async def answers(port: int) -> None:
    """Wait until something listens on a port of this machine."""
    async with asyncio.timeout(SECONDS_TO_START):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def cpu_seconds(root: int) -> float:
    """Give the processor's time that a process and all that it started have had until now."""
    parents: dict[int, int] = {}
    times: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            number = int(folder.name)
            parents[number] = int(fields[1])
            times[number] = sum(map(int, fields[11:15])) / _TICKS
    return sum(seconds for number, seconds in times.items() if _descends(number, root, parents))


def _descends(number: int, root: int, parents: Mapping[int, int]) -> bool:
    while number > 1:
        if number == root:
            return True
        number = parents.get(number, 0)
    return False

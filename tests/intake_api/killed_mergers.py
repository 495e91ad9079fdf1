"""Stops a merger at a chosen line: by an exception in this process, or by a process that kills itself.

    python -m tests.intake_api.killed_mergers      forks for each order on its input, and prints how it ended

A point is a line of the traced files, executed for the n-th time.
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from pydantic import SecretStr

from intake_api.items.merger import Merger
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings

ROOT = Path(__file__).parents[2]
TRACED = {
    str(ROOT / "intake_api" / "items" / f"{name}.py"): name
    for name in ("merger", "merging", "making", "reopening", "totals", "queue_places", "words")
}


class Point(NamedTuple):
    """A line of a traced file, at its n-th execution."""

    file: str
    line: int
    time: int


class SimulatedKill(BaseException):
    """An error that no handler catches; the transaction is rolled back, as when the process is killed."""


def _raise() -> NoReturn:
    raise SimulatedKill


@dataclass
class Tracer:
    """Counts the executed lines, and calls `die` at a point."""

    dies_at: Point | None = None
    passed: Counter[tuple[str, int]] = field(default_factory=Counter)
    die: Callable[[], None] = _raise

    def __call__(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        """Trace the frames of the traced files, and no other."""
        return self._line if frame.f_code.co_filename in TRACED else None

    def _line(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            here = (TRACED[frame.f_code.co_filename], frame.f_lineno)
            self.passed[here] += 1
            if self.dies_at == (*here, self.passed[here]):
                self.die()
        return self._line

    def points(self) -> list[Point]:
        """Return each line at its last execution, when the most work is half done."""
        return sorted(Point(*here, last) for here, last in self.passed.items())


@contextmanager
def traced(tracer: Tracer) -> Iterator[None]:
    """Trace the code of the block, then restore the tracer from before."""
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


class MergerProcesses:
    """Starts processes that merge all waiting reports and kill themselves at a point."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def merge(self, settings: IntakeSettings, dies_at: Point) -> int:
        """Run one process; returns its exit code."""
        url = settings.database_url
        told = [str(settings.data_dir), url and url.get_secret_value(), settings.reopen_after_days]
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(f"{json.dumps([*told, dies_at])}\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


@contextmanager
def merger_processes() -> Iterator[MergerProcesses]:
    """Run the server that forks the processes, after it has imported everything."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.intake_api.killed_mergers"], cwd=ROOT, **pipes
    ) as server:
        yield MergerProcesses(server)


def _merge(settings: IntakeSettings, dies_at: Point) -> NoReturn:
    sys.settrace(Tracer(dies_at, die=lambda: os.kill(os.getpid(), signal.SIGKILL)))
    intake = assemble(settings)
    # A point at the end of a round is passed when the next round begins: soon, and not after a second.
    merger = Merger(intake.database, intake.vault, settings.reopen_after, intake.now, tick_seconds=0.05)
    asyncio.run(merger.run())
    os._exit(0)


def _main() -> None:
    gc.freeze()
    for line in sys.stdin:
        folder, url, days, dies_at = json.loads(line)
        if (process := os.fork()) == 0:
            secret = url and SecretStr(url)
            settings = IntakeSettings(data_dir=Path(folder), database_url=secret, reopen_after_days=days)
            _merge(settings, Point(*dies_at))
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    _main()

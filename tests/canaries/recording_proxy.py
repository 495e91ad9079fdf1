"""A proxy between bot and intake that records all traffic, and fails in every way when told to."""

import asyncio
from contextlib import suppress
from enum import StrEnum
from typing import Self


class Mode(StrEnum):
    """What the proxy does with a request."""

    THROUGH = "through"
    AWAY = "the intake is away"
    BROKEN = "the intake answers 500"
    REFUSING = "the intake answers 401"
    CUT = "the intake commits, and its answer is lost"
    HELD = "the request is on its way for ever"


_SHORT_ANSWERS = {
    Mode.BROKEN: b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
    Mode.REFUSING: b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
}


class RecordingProxy:
    """Listens on loopback and forwards to the intake at `port`; `recorded` is all that passed."""

    def __init__(self, port: int) -> None:
        self.mode = Mode.THROUGH
        self.recorded = bytearray()
        self._port = port
        self._holding = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The URL that the bot takes for the intake's."""
        assert self._server
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def holds(self) -> None:
        """Wait until a request is held."""
        await self._holding.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while (answer := await self._answer(await self._read(reader))) is not None:
                    writer.write(answer)
                    await writer.drain()
        finally:
            writer.close()

    async def _answer(self, request: bytes) -> bytes | None:
        match self.mode:
            case Mode.AWAY:
                return None
            case Mode.HELD:
                self._holding.set()
                return await asyncio.Future()
            case Mode.THROUGH:
                return await self._passed_on(request)
            case Mode.CUT:
                await self._passed_on(request)
                return None
            case _:
                return _SHORT_ANSWERS[self.mode]

    async def _passed_on(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request)
        try:
            return await self._read(reader)
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
        self.recorded += head + body
        return head + body

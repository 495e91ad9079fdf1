"""A client of a server under load: a process of its own, which sends over several connections at once."""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ACCEPTED: Final = b"HTTP/1.1 202 "
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class HttpClient:
    """A process that sends requests."""

    process: "subprocess.Popen[str]"

    def seconds_for(self, port: int, connections: int, requests: Sequence[str]) -> float:
        """Send requests to a port of this machine; gives the seconds until all were accepted."""
        told, heard = self.process.stdin, self.process.stdout
        if told is None or heard is None:
            raise RuntimeError("the client has no pipes")
        print(json.dumps([port, connections, requests]), file=told, flush=True)
        return float(heard.readline())


@contextmanager
def http_client() -> Iterator[HttpClient]:
    """Start a process that sends requests, and end it."""
    command, pipe = [sys.executable, "-m", __name__], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=_ROOT) as process:  # noqa: S603 - ours
        yield HttpClient(process)


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], ended: "asyncio.Future[None]") -> None:
        self._requests, self._ended, self._read = requests, ended, b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, _, body = self._read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return
        if not head.startswith(ACCEPTED):
            self._ended.set_exception(RuntimeError(self._read.decode()))
            return
        self._read = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_exception(exc or RuntimeError("the server hung up"))

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        else:
            self._ended.set_result(None)
            self._transport.close()


async def _send_all(port: int, connections: int, requests: Sequence[str]) -> float:
    loop, left = asyncio.get_running_loop(), iter([request.encode() for request in requests])
    begun = time.perf_counter()
    ended = [loop.create_future() for _ in range(connections)]
    for one in ended:
        await loop.create_connection(lambda one=one: _Connection(left, one), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ended)
    return time.perf_counter() - begun


if __name__ == "__main__":
    for line in sys.stdin:
        print(asyncio.run(_send_all(*json.loads(line))), flush=True)  # noqa: T201 - whoever started it reads this

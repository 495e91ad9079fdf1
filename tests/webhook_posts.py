"""POSTs to a webhook over kept connections, through a balancer that skips servers which refuse."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

Address = tuple[str, int]
# Of a webhook's URL, the addresses of the processes that may take the update, the first choice first.
Balancer = Callable[[str], Sequence[Address]]


class Reply(NamedTuple):
    """What a webhook answered; `retry_after` is 0 when it did not say."""

    status: int
    retry_after: int
    body: bytes


@dataclass(frozen=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


def straight(url: str) -> Sequence[Address]:
    """Lead to the one address that the URL names."""
    parts = urlsplit(url)
    return [(parts.hostname or "", parts.port or 443)]


class Posts:
    """One webhook's connections, as many as there are posts at once; over TLS where `tls` is given."""

    def __init__(self, url: str, balancer: Balancer, tls: ssl.SSLContext | None = None) -> None:
        self._url, self._balancer, self._tls = url, balancer, tls
        self._path = urlsplit(url).path or "/"
        self._idle: defaultdict[Address, list[_Connection]] = defaultdict(list)

    async def post(self, body: bytes, secret: str) -> Reply:
        """Send a body of JSON; raises OSError or EOFError when nobody takes or answers it."""
        address, connection = await self._connected()
        try:
            connection.writer.write(self._head(body, secret) + body)
            reply, keep = await _read_reply(connection.reader)
        except BaseException:
            connection.writer.transport.abort()
            raise
        if keep:
            self._idle[address].append(connection)
        else:
            connection.writer.close()
        return reply

    def close(self) -> None:
        """Close the connections that nothing is sent over."""
        for connection in (one for idle in self._idle.values() for one in idle):
            connection.writer.close()
        self._idle.clear()

    async def _connected(self) -> tuple[Address, _Connection]:
        for address in self._balancer(self._url):
            idle = self._idle[address]
            while idle:
                connection = idle.pop()
                if not connection.reader.at_eof() and not connection.writer.is_closing():
                    return address, connection
                connection.writer.close()
            try:
                return address, _Connection(*await asyncio.open_connection(*address, ssl=self._tls))
            except ConnectionRefusedError:
                continue
        raise ConnectionRefusedError

    def _head(self, body: bytes, secret: str) -> bytes:
        named = f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" if secret else ""
        host = urlsplit(self._url).netloc
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"POST {self._path} HTTP/1.1\r\nHost: {host}\r\n{named}{kind}\r\n".encode()


async def _read_reply(reader: asyncio.StreamReader) -> tuple[Reply, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    wait = fields.get("retry-after", "0")
    reply = Reply(int(head[0].split(" ")[1]), min(int(wait), 3600) if wait.isdecimal() else 0, body)
    return reply, fields.get("connection") != "close"

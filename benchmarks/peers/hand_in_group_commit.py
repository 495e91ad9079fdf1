"""The limit of a hand-in: whoever waits is committed together, and nothing is looked at but HTTP's lengths.

DATABASE_URL=reports.db python -m benchmarks.peers.hand_in_group_commit
"""

import asyncio
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable

import asyncpg

TABLE = "CREATE TABLE reports (draft_id TEXT PRIMARY KEY, content TEXT NOT NULL)"
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Rows = list[tuple[str, str]]
waiting: list[tuple[tuple[str, str], asyncio.Transport]] = []
somebody_waits = asyncio.Event()


class Connection(asyncio.Protocol):
    """Reads requests, one after another."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        self.transport, self.read = transport, b""

    def data_received(self, data: bytes) -> None:
        """Let a report wait for its commit once it is whole."""
        self.read += data
        head, _, body = self.read.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length and len(body) == int(length[1]):
            draft_id = head.split(b" ", 2)[1].rpartition(b"/")[2]
            waiting.append(((draft_id.decode(), body.decode()), self.transport))
            self.read = b""
            somebody_waits.set()


async def commit_groups(commit: Callable[[Rows], Awaitable[None]]) -> None:
    """Commit all that wait, again and again, and answer them."""
    while await somebody_waits.wait():
        somebody_waits.clear()
        group = waiting.copy()
        waiting.clear()
        await commit([row for row, _ in group])
        for _, transport in group:
            transport.write(ACCEPTED)


async def sqlite(file: str) -> Callable[[Rows], Awaitable[None]]:
    """Open a file of SQLite; a commit is synced."""
    connection = sqlite3.connect(file, check_same_thread=False)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
        connection.execute(statement)

    def commit(rows: Rows) -> None:
        with connection:
            connection.executemany("INSERT INTO reports VALUES (?, ?)", rows)

    return lambda rows: asyncio.to_thread(commit, rows)


async def postgresql(url: str) -> Callable[[Rows], Awaitable[None]]:
    """Open a database of PostgreSQL."""
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    return lambda rows: connection.executemany("INSERT INTO reports VALUES ($1, $2)", rows)


async def main(url: str) -> None:
    """Serve until killed."""
    commit = await (postgresql(url) if url.startswith("postgresql://") else sqlite(url))
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started it reads the port
    await commit_groups(commit)


if __name__ == "__main__":
    asyncio.run(main(os.environ["DATABASE_URL"]))

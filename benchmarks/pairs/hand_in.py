"""A hand-in over HTTP, on both databases, beside FastAPI with SQLAlchemy and beside a group commit."""

import asyncio
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from benchmarks.http_client import HttpClient, http_client
from benchmarks.measuring import Effort, Pair, Row, in_turn
from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import a_report, prepare
from tests.intake_api.served_api import ServedApi, serving
from tests.postgresql import postgresql

CONNECTIONS: Final = 32
# The limit is so much faster that it needs more requests for a round that can be timed.
TIMES_FOR_THE_LIMIT: Final = 40
PEERS: Final = ("FastAPI and SQLAlchemy, a commit a request", "group commit, the limit")
UNMERGED: Final = "SELECT count(*) FROM reports WHERE merged_revision < revision"
_ROOT: Final = Path(__file__).parents[2]
_CHANNEL_TOKEN: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class DatabasePair:
    """A database for each side of the comparison, and a function that queries ours."""

    name: str
    ours: IntakeSettings
    fastapi: str
    limit: str
    ask: Callable[[str], str]


def _request(draft_id: str, token: str, content: Mapping[str, str]) -> str:
    body = "{" + ",".join(f'"{name}":"{value}"' for name, value in content.items()) + "}"
    return (
        f"PUT /v1/reports/{draft_id} HTTP/1.1\r\nHost: intake.example\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


async def _rate(client: HttpClient, port: int, requests: Sequence[str]) -> float:
    seconds = await asyncio.to_thread(client.seconds_for, port, CONNECTIONS, requests)
    return len(requests) / seconds


async def _ours(client: HttpClient, served: ServedApi, ask: Callable[[str], str], count: int) -> float:
    token, reports = served.token("channel"), [a_report() for _ in range(count)]
    requests = [_request(report.draft_id, token, served.sealed(report)) for report in reports]
    rate = await _rate(client, served.port, requests)
    # What is still being merged shall not slow the peers.
    while await asyncio.to_thread(ask, UNMERGED) != "0":  # noqa: ASYNC110 - another process merges
        await asyncio.sleep(0.05)
    return rate


async def _peer(client: HttpClient, port: int, content: Mapping[str, str], count: int) -> float:
    requests = [_request(secrets.token_hex(16), _CHANNEL_TOKEN, content) for _ in range(count)]
    return await _rate(client, port, requests)


@contextmanager
def _serving_peer(module: str, database_url: str) -> Iterator[int]:
    """Serve a peer as a process of its own; gives its port."""
    process = subprocess.Popen(  # noqa: S603 - a module of ours
        [sys.executable, "-m", f"benchmarks.peers.{module}"],
        env={**os.environ, "DATABASE_URL": database_url, "CHANNEL_TOKEN": _CHANNEL_TOKEN},
        stdout=subprocess.PIPE,
        cwd=_ROOT,
    )
    try:
        yield int(process.stdout.readline() if process.stdout else b"")
    finally:
        process.kill()
        process.communicate()


async def _beside(place: DatabasePair, effort: Effort) -> Sequence[Row]:
    with ExitStack() as stack:
        await asyncio.to_thread(prepare, place.ours)
        served, fastapi, limit = await asyncio.gather(
            asyncio.to_thread(stack.enter_context, serving(place.ours.data_dir, place.ours.database_url)),
            asyncio.to_thread(stack.enter_context, _serving_peer("hand_in_fastapi", place.fastapi)),
            asyncio.to_thread(stack.enter_context, _serving_peer("hand_in_group_commit", place.limit)),
        )
        client, content = stack.enter_context(http_client()), served.sealed(a_report())
        sides = (
            partial(_ours, client, served, place.ask, effort.size),
            partial(_peer, client, fastapi, content, effort.size),
            partial(_peer, client, limit, content, effort.size * TIMES_FOR_THE_LIMIT),
        )
        ours, *theirs = await in_turn(sides, effort.rounds)
    what = f"a hand-in on {place.name}"
    return [Row(what, peer, ours, rates) for peer, rates in zip(PEERS, theirs, strict=True)]


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[DatabasePair]:
    settings = IntakeSettings(data_dir=folder / "ours")
    file = settings.database_place()

    def ask(statement: str) -> str:
        with closing(sqlite3.connect(file)) as connection:
            return str(connection.execute(statement).fetchone()[0])

    yield DatabasePair(
        "SQLite", settings, f"sqlite+aiosqlite:///{folder}/fastapi.db", f"{folder}/limit.db", ask
    )


@contextmanager
def _on_postgresql(folder: Path) -> Iterator[DatabasePair]:
    with postgresql() as server:
        for name in ("ours", "fastapi", "peer_limit"):
            server.run(f"CREATE DATABASE {name}")
        settings = IntakeSettings(data_dir=folder / "ours", database_url=SecretStr(server.url("ours")))
        fastapi = server.url("fastapi").replace("postgresql:", "postgresql+asyncpg:")
        yield DatabasePair(
            "PostgreSQL", settings, fastapi, server.url("peer_limit"), partial(server.run, database="ours")
        )


async def measure(effort: Effort) -> Sequence[Row]:
    """Measure on both databases."""
    rows: list[Row] = []
    for on_database in (_on_sqlite, _on_postgresql):
        with tempfile.TemporaryDirectory() as folder, on_database(Path(folder)) as place:
            rows += await _beside(place, effort)
    return rows


ABOUT: Final = f"""\
Sealed reports of one new address each, over {CONNECTIONS} connections at once, until each is committed
and accepted. The server is a process of its own, and so is the client, on the same machine as the
database. Ours checks the key, opens the seal, checks the report, seals it for the database, and merges
reports into items beside that. The first peer checks the key and the shape, and commits the sealed report
as a row of its own. The second looks at nothing, and commits all that wait together: the limit of one
process. Every commit is synced.
"""
PAIR = Pair(
    name="hand-in",
    title="A hand-in over HTTP",
    about=ABOUT,
    unit="hand-ins a second",
    packages=("fastapi", "sqlalchemy", "uvicorn", "aiosqlite", "asyncpg"),
    effort=Effort(rounds=5, size=192),
    quick=Effort(rounds=1, size=32),
    measure=measure,
)

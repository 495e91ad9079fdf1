"""What the queue's depth costs a claim, and an address's earlier reports a merge, as ratios in one run.

    .venv/bin/python benchmarks/queue_depth.py      takes minutes, and gigabytes until it ends

Each database is filled by SQL to each depth; then items are claimed one at a time, each in its transaction,
by anybody, and by who takes only a rare language or a rare kind. A figure comes from the median; a ratio is
to the first row of its series. Figures differ between machines and days, ratios should not.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.claims import claim, end_claim
from intake_api.clock import utc_now
from intake_api.hand_in.reports import keep
from intake_api.items.merging import merge
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.server.assembly import Intake, assemble
from intake_api.settings import IntakeSettings
from intake_api.store.models import Item, State
from tests.intake_api.running_api import a_report, prepare
from tests.postgresql import postgresql

DEPTHS: Final = (10_000, 100_000, 1_000_000)
EARLIER_REPORTS: Final = (10, 1_000, 10_000)
CLAIMS: Final = 200
MERGES: Final = 50
# As many at each depth: the deeper the queue, the rarer they are in it.
RARE: Final = 300
LEASE: Final = timedelta(hours=1)
WANTED: Final[Mapping[str, Mapping[str, str]]] = {
    "any": {},
    "rare language": {"language": "wo"},
    "rare kind": {"kind": "magnet"},
}
ADDRESS: Final = "https://example.com/reported-often"


@dataclass(frozen=True)
class Dialect:
    """How a database makes many rows, and random bytes."""

    numbers: str
    random_id: str
    random_bytes: str
    settle: tuple[str, ...]


SQLITE: Final = Dialect(
    "WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})",
    "lower(hex(randomblob(16)))",
    "randomblob(32)",
    ("PRAGMA wal_checkpoint(TRUNCATE)",),
)
POSTGRESQL: Final = Dialect(
    "WITH numbers(n) AS (SELECT generate_series({first}, {last}))",
    "md5(random()::text)",
    "decode(md5(random()::text) || md5(random()::text), 'hex')",
    ("VACUUM ANALYZE", "CHECKPOINT"),
)
# `index_key` holds the batch and the language until the other tables are filled.
ITEMS: Final = """
INSERT INTO items (item_id, address_hash, index_key, canonicaliser, given, canonical, kind, reports,
    first_hour, last_hour, open_since, due_hour, began_hour, state)
{numbers} SELECT {random_id}, {random_bytes}, '{batch}' ||
    CASE WHEN n % {step} = 0 THEN 'wo' WHEN n % 3 = 0 THEN 'en' ELSE 'es' END, 1, {random_bytes},
    {random_bytes}, CASE WHEN n % {step} = 1 THEN 'magnet' ELSE 'web' END, 1, 490000, 490000, 0,
    490000 + n % 2000, 489988 + n % 2000, 'waiting' FROM numbers
"""
PLACES: Final = """
INSERT INTO queue_places (language, due_hour, began_hour, item_id, kind)
SELECT {language}, due_hour, began_hour, item_id, kind FROM items WHERE substr(index_key, 1, 1) = '{batch}'
"""
SOURCES: Final = """
INSERT INTO sources (item_id, portal, channel, language, hour, due_hour, arrival_hour, circumstances, reports)
SELECT item_id, 'ar', 'telegram', substr(index_key, 2, 2), 490000, due_hour, began_hour, 0, 1
FROM items WHERE substr(index_key, 1, 1) = '{batch}'
"""
# Many reports of one item, through two portals over at most a hundred hours.
FLOOD: Final = (
    """
INSERT INTO reports (draft_id, revision, merged_revision, receipt_hash, portal, channel, language, hour,
    arrival_hour, advice_version, withdrawn)
{numbers} SELECT {random_id}, 1, 1, {random_bytes}, 'flood' || (n % 2), 'telegram', 'es',
    490000 + n / 2 % 100, 490000 + n / 2 % 100, 1, {false} FROM numbers
""",
    """
INSERT INTO mentions (item_id, draft_id, portal, channel, language, hour, due_hour, arrival_hour)
SELECT '{item_id}', draft_id, portal, channel, language, hour, hour + 12, arrival_hour FROM reports
WHERE portal LIKE 'flood%' AND draft_id NOT IN (SELECT draft_id FROM mentions)
""",
    """
INSERT INTO sources (item_id, portal, channel, language, hour, due_hour, arrival_hour, circumstances, reports)
SELECT item_id, portal, channel, language, hour, due_hour, arrival_hour, circumstances, count(*) FROM mentions
WHERE item_id = '{item_id}' AND portal LIKE 'flood%' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
""",
)


@dataclass(frozen=True)
class Bench:
    """One database: an intake on it, an analyst, and a way to run SQL beside it."""

    name: str
    dialect: Dialect
    run: Callable[..., object]
    intake: Intake
    analyst: str

    def fill(self, first: int, last: int, batch: int) -> None:
        """Put items number `first` to `last` into the queue."""
        step = (last - first + 1) // RARE
        self._each(ITEMS, first=first, last=last, batch=batch, step=step)
        for language in ("''", "substr(index_key, 2, 2)"):
            self._each(PLACES, batch=batch, language=language)
        self._each(SOURCES, batch=batch)
        self.run(*self.dialect.settle)

    def flood(self, item_id: str, reports: int) -> None:
        """Let an item have so many reports more."""
        false = "FALSE" if self.dialect is POSTGRESQL else "0"
        for statement in FLOOD:
            self._each(statement, first=1, last=reports, item_id=item_id, false=false)
        self.run(*self.dialect.settle)

    async def claim(self, wanted: Mapping[str, str]) -> float:
        """Claim one item; gives the seconds. Afterwards it is out of the queue, and out of the hands."""
        begun = time.perf_counter()
        async with self.intake.database.writing() as session:
            request = AnalystRequest(session, self.intake.vault, self.intake.audit, self.analyst, utc_now())
            [item] = await claim(request, 1, LEASE, **wanted)
        seconds = time.perf_counter() - begun
        async with self.intake.database.writing() as session:
            await end_claim(session, await session.get_one(Item, item.item_id), State.ASSESSED)
        return seconds

    async def merge(self, address: str) -> float:
        """Take a report of an address in; gives the seconds of its merge."""
        report = a_report(address)
        async with self.intake.database.writing() as session:
            await keep(session, self.intake.vault, report, utc_now())
        begun = time.perf_counter()
        async with self.intake.database.writing() as session:
            await merge(session, self.intake.vault, report.draft_id, utc_now())
        return time.perf_counter() - begun

    def _each(self, statement: str, **values: object) -> None:
        numbers = self.dialect.numbers.format(**values) if "first" in values else ""
        bytes_and_id = {"random_id": self.dialect.random_id, "random_bytes": self.dialect.random_bytes}
        self.run(statement.format(numbers=numbers, **bytes_and_id, **values))


@dataclass(frozen=True)
class Figures:
    """What was measured, as rows; each series' first row is what its ratios are to."""

    table: Table
    first: dict[str, float]

    async def typical(self, series: str, at: str, times: int, once: Callable[[], Awaitable[float]]) -> None:
        """Do something so many times, and note the median of its seconds; the first few only warm up."""
        seconds = [await once() for _ in range(times)]
        usual = median(seconds[times // 10 :])
        ratio = usual / self.first.setdefault(series, usual)
        self.table.add_row(series, at, f"{1 / usual:,.0f}", f"{ratio:.2f}")


async def _claims(bench: Bench, figures: Figures) -> None:
    filled = 0
    for batch, depth in enumerate(DEPTHS):
        bench.fill(filled, depth - 1, batch)
        filled = depth
        for name, wanted in WANTED.items():
            series = f"{bench.name}: claim, {name}"
            await figures.typical(series, f"{depth:,} wait", CLAIMS, partial(bench.claim, wanted))


async def _merges(bench: Bench, figures: Figures) -> None:
    for _ in range(MERGES):
        await bench.merge(f"{ADDRESS}/to-warm-up")
    for reports in EARLIER_REPORTS:
        address = f"{ADDRESS}/{reports}"
        await bench.merge(address)
        async with bench.intake.database.reading() as session:
            found = select(Item.item_id).where(Item.address_hash == bench.intake.vault.blind_address(address))
            item_id = (await session.scalars(found)).one()
        bench.flood(item_id, reports - 1)
        series = f"{bench.name}: merge of one address"
        await figures.typical(series, f"{reports:,} reports", MERGES, partial(bench.merge, address))


async def _measure(
    name: str, dialect: Dialect, run: Callable[..., object], settings: IntakeSettings, figures: Figures
) -> None:
    intake = assemble(settings)
    async with intake.database.writing() as session:
        token = await add_key(session, intake.audit, Role.ANALYST, "bench", utc_now())
    bench = Bench(name, dialect, run, intake, token.split("-")[1])
    await _merges(bench, figures)
    await _claims(bench, figures)
    await intake.database.close()


def _run_on_sqlite(settings: IntakeSettings, *statements: str) -> None:
    with closing(sqlite3.connect(settings.database_file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def _main() -> None:
    table = Table("what", "at", "a second", "ratio", title="Medians of one run")
    figures = Figures(table, {})
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        on_sqlite = IntakeSettings(data_dir=Path(folder) / "sqlite")
        prepare(on_sqlite)
        asyncio.run(_measure("SQLite", SQLITE, partial(_run_on_sqlite, on_sqlite), on_sqlite, figures))
        server.run("CREATE DATABASE bench")
        url = SecretStr(server.url("bench"))
        elsewhere = IntakeSettings(data_dir=Path(folder) / "postgresql", database_url=url)
        prepare(elsewhere)
        run = partial(server.run, database="bench")
        asyncio.run(_measure("PostgreSQL", POSTGRESQL, run, elsewhere, figures))
    Console().print(table)


if __name__ == "__main__":
    _main()

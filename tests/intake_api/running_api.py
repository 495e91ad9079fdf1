"""Runs an intake in this process on a folder of its own, with clients for a channel and an analyst."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Report, write_receipt
from conversations.wire.sealing import seal
from intake_api.commands.set_up import set_up
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.server.app import running
from intake_api.server.assembly import Intake, assemble
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.models import StoredReport
from tests.intake_api import compiled_statements  # noqa: F401 - it listens once it is imported

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    moment: datetime = field(default=NOON + timedelta(minutes=34, seconds=56))

    def __call__(self) -> datetime:
        """Return the time."""
        return self.moment

    def move(self, **by: float) -> None:
        """Advance by the arguments of timedelta."""
        self.moment += timedelta(**by)


@dataclass
class RunningApi:
    """A running intake, with the clients of a channel and an analyst."""

    intake: Intake
    clock: Clock
    app: FastAPI
    stack: AsyncExitStack
    channel: httpx.AsyncClient
    analyst: httpx.AsyncClient

    async def hand_in(self, report: Report) -> httpx.Response:
        """Hand a report in, as a channel."""
        content = seal(report, self.intake.keys.current().public_key()).model_dump()
        return await self.channel.put(f"/v1/reports/{report.draft_id}", json=content)

    async def take_in(self, *reports: Report) -> None:
        """Hand reports in, and wait until they are merged."""
        for report in reports:
            assert (await self.hand_in(report)).status_code == 202
        await self.merged()

    async def merged(self) -> None:
        """Wait until no report waits to be merged."""
        waiting = select(func.count()).where(StoredReport.merged_revision < StoredReport.revision)
        for _ in range(4000):
            # Not at the next tick, but now; unless the test has stopped the merger.
            await self.intake.merger.merge_waiting(again=False)
            if not await self.scalar(waiting):
                return
            await asyncio.sleep(0.005)
        raise AssertionError("reports wait unmerged")

    async def scalar(self, statement: Any) -> Any:
        """Read one value from the database."""
        async with self.intake.database.reading() as session:
            return await session.scalar(statement)

    async def claim(self, count: int = 1) -> list[dict[str, Any]]:
        """Claim items, as the analyst."""
        answer = await self.analyst.post("/v1/queue/claims", json={"count": count})
        assert answer.status_code == 200
        claims: list[dict[str, Any]] = answer.json()["claims"]
        return claims

    async def show(self, claim_id: str) -> dict[str, Any]:
        """Show a claim, as the analyst."""
        answer = await self.analyst.get(f"/v1/queue/claims/{claim_id}")
        assert answer.status_code == 200
        shown: dict[str, Any] = answer.json()
        return shown

    async def queue(self) -> list[str]:
        """Claim all waiting items, and return their addresses as given, in order."""
        return [(await self.show(claim["claim_id"]))["address_given"] for claim in await self.claim(20)]

    async def counts(self) -> dict[str, Any]:
        """Return the counts."""
        counted: dict[str, Any] = (await self.analyst.get("/v1/counts")).json()
        return counted

    async def another_analyst(self) -> httpx.AsyncClient:
        """Return the client of another analyst, with a key of their own."""
        async with self.intake.database.writing() as session:
            token = await add_key(session, self.intake.audit, Role.ANALYST, "another", self.clock())
        return await self.stack.enter_async_context(client(self.app, token))


def client(app: FastAPI, token: str | None = None) -> httpx.AsyncClient:
    """Make a client of an app, with an access key or without."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://intake.example", headers=headers
    )


def prepare(settings: IntakeSettings) -> None:
    """Set an intake up in the settings' folder."""
    folder = settings.data_dir
    set_up(
        settings,
        channel_token_file=folder / "channel.token",
        analyst_token_file=folder / "analyst.token",
        public_key_file=folder / "public.key",
    )


@asynccontextmanager
async def opened(settings: IntakeSettings, intake: Intake | None = None) -> AsyncIterator[RunningApi]:
    """Run an intake that was set up, or that is assembled already."""
    clock = Clock()
    intake = intake or assemble(settings, clock)
    tokens = [(settings.data_dir / f"{role}.token").read_text().strip() for role in ("channel", "analyst")]
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(running(intake))
        channel, analyst = [await stack.enter_async_context(client(app, token)) for token in tokens]
        yield RunningApi(intake, clock, app, stack, channel, analyst)


class _UndoneError(Exception):
    """Ends a transaction that is not to be committed."""


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[AsyncSession]:
    """Open a transaction that writes, and that is rolled back at its end."""
    with suppress(_UndoneError):
        async with database.writing() as session:
            yield session
            raise _UndoneError


def a_report(*addresses: str | dict[str, Any], **changes: Any) -> Report:
    """Make a report of these addresses; `changes` are of its fields."""
    given = [one if isinstance(one, dict) else {"given": one} for one in addresses]
    fields: dict[str, Any] = {
        "draft_id": secrets.token_hex(16),
        "revision": 1,
        "receipt": write_receipt(secrets.token_bytes(10)),
        "portal": "ar",
        "channel": "telegram",
        "language": "es",
        "hour": NOON,
        "advice_version": 1,
        "addresses": given or [{"given": f"https://example.com/{secrets.token_hex(4)}"}],
    }
    return Report.model_validate(fields | changes)


class _NewerReport(Report):
    mood: str = ""


def a_newer_report() -> Report:
    """Make a report with a field that this version does not know."""
    return _NewerReport.model_validate(a_report().model_dump() | {"mood": "calm"})


def revised(report: Report, *addresses: str, **changes: Any) -> Report:
    """Make the next revision of a report."""
    changes |= {"addresses": [{"given": one} for one in addresses]} if addresses else {}
    return Report.model_validate(report.model_dump() | {"revision": report.revision + 1} | changes)


def withdrawn(report: Report) -> Report:
    """Make the revision that withdraws a report."""
    return revised(report, withdrawn=True, addresses=[], note=None)


def environment(settings: IntakeSettings) -> dict[str, str]:
    """Return the environment variables that give another process these settings."""
    url = settings.database_url
    return {"REPORTLINE_DATA_DIR": str(settings.data_dir)} | (
        {} if url is None else {"REPORTLINE_DATABASE_URL": url.get_secret_value()}
    )


async def plan_of(api: RunningApi, part: str, work: Awaitable[object], *, scans: bool = True) -> list[str]:
    """Return the database's plan for the statement of `work` that contains `part`.

    Without `scans`, PostgreSQL plans as for a table that is too long to be read whole.
    """
    done: list[tuple[str, tuple[object, ...]]] = []
    engine = api.intake.database.engine.sync_engine

    def note(*seen: Any) -> None:
        done.append((seen[2], seen[3]))

    event.listen(engine, "before_cursor_execute", note)
    await work
    event.remove(engine, "before_cursor_execute", note)
    statement, values = next(one for one in done if part in one[0])
    explain = "EXPLAIN" if api.intake.database.is_postgresql else "EXPLAIN QUERY PLAN"
    async with api.intake.database.engine.connect() as connection:
        if not scans and api.intake.database.is_postgresql:
            for how in ("seqscan", "bitmapscan"):
                await connection.exec_driver_sql(f"SET LOCAL enable_{how} = off")
        plan = await connection.exec_driver_sql(f"{explain} {statement}", values)
    return [str(step[-1]) for step in plan]

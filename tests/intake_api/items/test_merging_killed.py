"""A merge may be killed at any line: afterwards every item is as if nothing had happened.

Most kills here are simulated by an exception that no handler catches: a merge is one transaction, which is
rolled back as it is when the process is killed. Some kills are real.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Report
from intake_api.items.merger import Merger
from intake_api.items.merging import merge
from intake_api.server.assembly import Intake, assemble
from intake_api.settings import IntakeSettings
from intake_api.store.models import Base
from tests.intake_api.api_users import ApiUser, new_user
from tests.intake_api.killed_mergers import (
    MergerProcesses,
    Point,
    SimulatedKill,
    Tracer,
    merger_processes,
    traced,
)
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened, revised, withdrawn
from tests.sweeps import Sample

KNOWN, CLAIMED, ASSESSED, LONG_AGO, OWN, LEFT = (f"https://example.com/{name}" for name in range(6))
NEW, OTHER_NEW = "https://example.org/new", "https://example.net/new"
NAMES = ("reports", "items", "mentions", "sources", "queue_places", "item_words")
TABLES = [Base.metadata.tables[name] for name in NAMES]
ASSESSMENTS = Base.metadata.tables["assessments"]
Rows = Mapping[Table, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def dying() -> Iterator[MergerProcesses]:
    """Start the server of processes that kill themselves."""
    with merger_processes() as server:
        yield server


@pytest.fixture
async def api(settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake with items of each kind, where reports of each kind wait and are not merged."""
    async with opened(settings.model_copy(update={"reopen_after_days": 5})) as running_api:
        await _fill(running_api)
        yield running_api


async def _fill(api: RunningApi) -> None:
    analyst, hour = await new_user(api), timedelta(hours=1)
    await api.take_in(a_report(LONG_AGO))
    await _assess_all(analyst)
    api.clock.move(days=5, hours=1)
    to_withdraw = a_report(KNOWN, CLAIMED, ASSESSED, draft_id="4" * 32, hour=NOON + hour)
    leaves = a_report(LEFT, CLAIMED, draft_id="5" * 32, position="third")
    comes_back = a_report(CLAIMED, draft_id="6" * 32, portal="international", language="en")
    await api.take_in(a_report(ASSESSED), to_withdraw, leaves, comes_back)
    claims = await analyst.claim(20)
    by_reports = {claim["reports"]: claim["claim_id"] for claim in claims}
    await analyst.assess(by_reports[2])
    for claim in claims:
        if claim["reports"] == 1:
            await analyst.client.delete(f"/v1/queue/claims/{claim['claim_id']}")
    mistaken = a_report(KNOWN, OWN, draft_id="3" * 32)
    gone = revised(comes_back, KNOWN)
    await api.take_in(mistaken, gone)
    api.intake.merger.stop()
    await asyncio.sleep(0)
    for report in _waiting(to_withdraw, leaves, gone, mistaken):
        assert (await api.hand_in(report)).status_code == 202


def _waiting(to_withdraw: Report, leaves: Report, gone: Report, mistaken: Report) -> list[Report]:
    everywhere = (KNOWN, CLAIMED, ASSESSED, LONG_AGO, NEW, OTHER_NEW)
    return [
        a_report(*everywhere, draft_id="9" * 32, portal="international", seen="today", note="a word"),
        withdrawn(a_report(NEW, draft_id="2" * 32)),
        revised(mistaken, CLAIMED, OTHER_NEW, live="yes"),
        withdrawn(to_withdraw),
        revised(leaves, ASSESSED, LEFT, position="fourth"),
        revised(gone, CLAIMED, KNOWN),
    ]


async def _assess_all(analyst: ApiUser) -> None:
    for claim in await analyst.claim(20):
        assert (await analyst.assess(claim["claim_id"])).status_code == 201


async def _rows(intake: Intake) -> Rows:
    async with intake.database.reading() as session:
        return {table: await _rows_of(session, table) for table in TABLES}


async def _rows_of(session: AsyncSession, table: Table) -> list[dict[str, Any]]:
    found = await session.execute(select(table).order_by(*table.primary_key))
    return [dict(row) for row in found.mappings()]


async def _put_back(intake: Intake, rows: Rows) -> None:
    async with intake.database.writing() as session:
        assessments = await _rows_of(session, ASSESSMENTS)
        for table in (ASSESSMENTS, *reversed(TABLES)):
            await session.execute(delete(table))
        for table in TABLES:
            if rows[table]:
                await session.execute(insert(table), rows[table])
        await session.execute(insert(ASSESSMENTS), assessments)


def _told(rows: Rows) -> Mapping[str, Any]:
    """Tell what the rows say, by the addresses' hashes: ids of new items and places in pages are random."""
    reports, items, *others = (rows[table] for table in TABLES)
    hashes = {item["item_id"]: item["address_hash"] for item in items}
    sealed = {"item_id", "given", "canonical"}
    return {
        "reports": sorted((row["draft_id"], row["merged_revision"]) for row in reports),
        "items": sorted(
            str({name: value for name, value in row.items() if name not in sealed}) for row in items
        ),
        "others": [
            sorted(
                str(
                    {name: value for name, value in row.items() if name not in {"page_key", "word"}}
                    | {"item_id": hashes[row["item_id"]]}
                )
                for row in of
            )
            for of in others
        ],
    }


async def _merged(intake: Intake) -> Mapping[str, Any]:
    """Merge all that waits; gives what has become of it."""
    for draft_id in await _drafts(intake):
        await _merge(intake, draft_id)
    return _told(await _rows(intake))


async def _drafts(intake: Intake) -> list[str]:
    return [row["draft_id"] for row in (await _rows(intake))[TABLES[0]]]


async def _merge(intake: Intake, draft_id: str) -> None:
    async with intake.database.writing() as session:
        await merge(session, intake.vault, draft_id, intake.now(), intake.settings.reopen_after)


async def _points(intake: Intake, draft_id: str) -> list[Point]:
    """List the points that a report's merge passes, and undo it."""
    tracer = Tracer()
    with suppress(SimulatedKill):
        async with intake.database.writing() as session:
            with traced(tracer):
                await merge(session, intake.vault, draft_id, intake.now(), intake.settings.reopen_after)
            raise SimulatedKill
    return tracer.points()


async def test_a_merge_that_dies_at_any_line_leaves_nothing_behind(api: RunningApi, sample: Sample) -> None:
    """It dies at each line of the sample, when the first report that needs it executes it the last time."""
    intake = api.intake
    before = await _rows(intake)
    undisturbed = await _merged(intake)
    await _put_back(intake, before)
    passed: set[tuple[str, int]] = set()
    for draft_id in await _drafts(intake):
        rows = await _rows(intake)
        new = [point for point in await _points(intake, draft_id) if point[:2] not in passed]
        for point in sample.of(new):
            with pytest.raises(SimulatedKill), traced(Tracer(point)):
                await _merge(intake, draft_id)
            assert await _rows(intake) == rows, point
        passed |= {point[:2] for point in new}
        await _merge(intake, draft_id)
    assert len(passed) > 100
    assert _told(await _rows(intake)) == undisturbed


async def test_a_process_that_is_killed_while_merging_loses_and_doubles_nothing(
    api: RunningApi, dying: MergerProcesses
) -> None:
    """Killed between two transactions too; the intake that starts afterwards merges what was left."""
    intake, settings = api.intake, api.intake.settings
    before = await _rows(intake)
    points = await _points_of_merger(intake)
    undisturbed = _told(await _rows(intake))
    for point in points[:: len(points) // 5]:
        await _put_back(intake, before)
        assert await asyncio.to_thread(dying.merge, settings, point) == -signal.SIGKILL
        again = assemble(settings, intake.now)
        await again.merger.merge_waiting(again=True)
        assert _told(await _rows(again)) == undisturbed, point
        await again.database.close()


async def _points_of_merger(intake: Intake) -> list[Point]:
    """List the points that a merger passes from its start until nothing waits."""
    tracer = Tracer()
    merger = Merger(intake.database, intake.vault, intake.settings.reopen_after, intake.now)
    with traced(tracer):
        merging = asyncio.create_task(merger.run())
        while any(row["merged_revision"] < row["revision"] for row in (await _rows(intake))[TABLES[0]]):
            await asyncio.sleep(0)
        merger.stop()
        await merging
    return tracer.points()

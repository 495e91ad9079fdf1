"""Reports of any kind become items: one for each address, in the order of urgency."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Circumstance, Live, ReportedAddress, Seen
from intake_api.hand_in.reports import Content
from intake_api.items.merger import TICK_SECONDS, Merger
from intake_api.items.urgency import ALLOWANCE_HOURS, Urgency, due_hour, urgency_of
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database
from intake_api.store.models import Item, Mention, State, StoredReport
from tests.intake_api.running_api import (
    NOON,
    RunningApi,
    a_report,
    opened,
    plan_of,
    revised,
    withdrawn,
)

_SPOILT_ID = "5" * 32
_SPOILT = StoredReport.draft_id == _SPOILT_ID


async def _only_claim(api: RunningApi) -> dict[str, Any]:
    [claim] = await api.claim(20)
    return claim


async def test_one_item_gathers_all_reports_of_an_address(api: RunningApi) -> None:
    earlier = NOON - timedelta(hours=5)
    await api.take_in(
        a_report("https://example.com/1", portal="ar", language="es"),
        a_report("HTTPS://EXAMPLE.com/1", portal="international", language="en", hour=earlier),
        a_report("https://example.com/1", portal="ar", language="es", hour=earlier),
    )
    claim = await _only_claim(api)
    assert claim["reports"] == 3
    assert claim["portals"] == ["ar", "international"]
    assert claim["languages"] == ["en", "es"]
    assert claim["first_hour"] == "2026-03-01T07:00:00Z"
    assert claim["last_hour"] == "2026-03-01T12:00:00Z"


async def test_a_report_of_many_addresses_is_many_items(api: RunningApi) -> None:
    addresses = [f"https://example.com/{number}" for number in range(20)]
    await api.take_in(a_report(*addresses))
    assert sorted(await api.queue()) == sorted(addresses)


async def test_an_address_twice_in_one_report_counts_once(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1", "https://EXAMPLE.com/1"))
    assert (await _only_claim(api))["reports"] == 1


@pytest.mark.parametrize("given", ["the page with the blue banner", "\u200b", "http://[", "a" * 2048, "\n"])
async def test_what_cannot_be_read_still_becomes_an_item(api: RunningApi, given: str) -> None:
    await api.take_in(a_report({"given": given, "complete": False}, "https://example.com/1"))
    assert sorted(await api.queue()) == sorted([given, "https://example.com/1"])


async def _spoil(api: RunningApi) -> None:
    """One report's content is spoilt on the disk; what comes after it is not."""
    await api.take_in(a_report(draft_id=_SPOILT_ID))
    async with api.intake.database.writing() as session:
        await session.execute(update(StoredReport).values(content=b"k1:spoilt", merged_revision=0))


async def _merged(api: RunningApi, number: int) -> None:
    merged = select(func.count()).where(StoredReport.merged_revision == StoredReport.revision)
    for _ in range(2000):
        if await api.scalar(merged) == number:
            return
    raise AssertionError("reports wait unmerged")


async def test_a_report_that_cannot_be_merged_blocks_no_other(api: RunningApi) -> None:
    await _spoil(api)
    for digit in "19":
        await api.hand_in(a_report(draft_id=digit * 32))
    await _merged(api, 2)


async def test_a_merge_that_fails_tells_no_reports_time(
    api: RunningApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told an hour later at the earliest, and once an hour, whatever comes in meanwhile."""
    intake = api.intake
    await _spoil(api)
    intake.merger.stop()
    await _merged(api, 0)
    merger = Merger(intake.database, intake.vault, intake.settings.reopen_after, intake.now)
    told = []
    for number, hours in enumerate((0, 0, 1, 0, 1), start=1):
        api.clock.move(hours=hours)
        await api.hand_in(a_report())
        await merger.merge_waiting(again=False)
        await merger.merge_waiting(again=True)
        await _merged(api, number)
        told.append(capsys.readouterr().err.count("merge_failed"))
    assert told == [0, 0, 1, 0, 1]


async def test_a_database_that_is_away_is_told_once_a_minute(
    api: RunningApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """However long it lasts, it is nobody's report that fails."""
    asked, moment = [0], [NOON]

    def now() -> datetime:
        asked[0] += 1
        return moment[0]

    database = Database("postgresql+asyncpg://nobody:none@127.0.0.1:1/none")
    merger = Merger(database, api.intake.vault, None, now, tick_seconds=0.001)
    running = asyncio.create_task(merger.run())
    written = []
    async with asyncio.timeout(20):
        for _ in range(3):
            enough = asked[0] + 50
            while asked[0] < enough:
                await asyncio.sleep(0)
            written.append(capsys.readouterr().err)
            moment[0] += timedelta(minutes=1)
    merger.stop()
    await running
    await database.close()
    assert [lines.count("database_away") for lines in written] == [1, 1, 1]
    assert "merge_failed" not in "".join(written)


class GoneForAWhile(Database):
    """A database that writes nothing while it is `away`."""

    away = False

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction, unless the database is away."""
        if self.away:
            raise DatabaseAway("test")
        async with super().writing() as session:
            yield session


async def test_an_outage_is_no_failure_of_the_reports_that_it_kept_waiting(
    api: RunningApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fails by itself after it is told an hour later, as always: at once would tell its time."""
    intake = api.intake
    await _spoil(api)
    intake.merger.stop()
    database = GoneForAWhile(intake.settings.database_place())
    merger = Merger(database, intake.vault, None, intake.now)
    told = []
    for away in (True, False, False):
        database.away = away
        await merger.merge_waiting(again=True)
        told.append(capsys.readouterr().err.count("merge_failed"))
        api.clock.move(hours=1)
    await database.close()
    assert told == [0, 0, 1]


async def test_what_has_failed_is_tried_again_however_many_come_meanwhile(api: RunningApi) -> None:
    """It is retried even if reports are handed in all the time."""
    intake = api.intake
    await _spoil(api)
    merger = Merger(intake.database, intake.vault, intake.settings.reopen_after, intake.now, 0.01)
    await merger.merge_waiting(again=True)
    async with intake.database.writing() as session:
        await session.execute(update(StoredReport).values(content=None, withdrawn=True))
    intake.merger.stop()
    running = asyncio.create_task(merger.run())
    async with asyncio.timeout(20):
        while await api.scalar(select(StoredReport.merged_revision).where(_SPOILT)) == 0:
            await api.hand_in(a_report())
    merger.stop()
    await running


@asynccontextmanager
async def _ticking(settings: IntakeSettings, tick_seconds: float) -> AsyncIterator[RunningApi]:
    """Run an intake with ticks of its own, when it has merged a report that a crash had left."""
    async with opened(settings) as api:
        api.intake.merger.stop()
        await api.hand_in(a_report("https://example.com/left"))
    intake = assemble(settings)
    merger = Merger(intake.database, intake.vault, None, intake.now, tick_seconds)
    async with opened(settings, replace(intake, merger=merger)) as api:
        await _items(api, 1)
        yield api


async def test_no_arrival_starts_a_merge(settings: IntakeSettings) -> None:
    """What comes between two ticks waits for the next, so the next request's time tells nothing of it."""
    async with _ticking(settings, 3600) as api:
        report = a_report("https://example.com/2")
        for _ in range(20):
            assert (await api.hand_in(report)).status_code == 202
            merged = select(StoredReport.merged_revision).where(StoredReport.draft_id == report.draft_id)
            assert await api.scalar(merged) == 0


async def test_what_comes_between_two_ticks_is_merged_in_the_next(settings: IntakeSettings) -> None:
    async with _ticking(settings, 0.02) as api:
        await api.hand_in(a_report("https://example.com/2"))
        await _items(api, 2)


async def _items(api: RunningApi, number: int) -> None:
    """Wait until there are so many items."""
    async with asyncio.timeout(20):
        while await api.scalar(select(func.count()).select_from(Item)) != number:
            pass


def test_a_tick_is_a_second() -> None:
    """So an analyst sees a new item within two."""
    assert TICK_SECONDS == 1


async def test_what_left_an_item_is_found_by_its_index(api: RunningApi) -> None:
    """Else each merge reads every report of its item, and a flood costs its square."""
    draft_id = "1" * 32
    await api.take_in(a_report("https://example.com/1", draft_id=draft_id))
    item_id = await api.scalar(select(Item.item_id))
    reports, mentions = [], []
    async with api.intake.database.writing() as session:
        report = await session.get_one(StoredReport, draft_id)
        mention = await session.get_one(Mention, (item_id, draft_id))
        for number in range(3000):
            more = {"draft_id": f"{number + 2:032x}"}
            reports.append(_columns(report) | more)
            mentions.append(_columns(mention) | more)
        await session.execute(insert(StoredReport), reports)
        await session.execute(insert(Mention), mentions)
        await session.execute(text("ANALYZE"))
    steps = await plan_of(api, "GROUP BY mentions.portal", api.take_in(a_report("https://example.com/1")))
    assert [step for step in steps if "mentions_that_left" in step]


def _columns(row: StoredReport | Mention) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__mapper__.column_attrs.keys()}  # noqa: SIM118 - no mapping


async def test_a_revision_moves_a_report_to_other_items(api: RunningApi) -> None:
    report = a_report("https://example.com/1", "https://example.com/2")
    await api.take_in(report, revised(report, "https://example.com/2", "https://example.com/3"))
    assert sorted(await api.queue()) == ["https://example.com/2", "https://example.com/3"]


async def test_a_withdrawal_takes_the_report_out_of_its_items(api: RunningApi) -> None:
    shared, own = "https://example.com/shared", "https://example.com/own"
    mistaken = a_report(shared, own)
    await api.take_in(mistaken, a_report(shared), withdrawn(mistaken))
    claim = await _only_claim(api)
    assert claim["reports"] == 1
    assert (await api.show(claim["claim_id"]))["address_given"] == shared


@pytest.mark.parametrize("assessed", [False, True])
async def test_a_claimed_or_assessed_item_outlives_the_withdrawal(api: RunningApi, *, assessed: bool) -> None:
    report = a_report("https://example.com/1", note="a note")
    await api.take_in(report)
    claim = await _only_claim(api)
    if assessed:
        path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
        await api.analyst.post(path, json={"outcome": "ignore"})
    await api.take_in(withdrawn(report))
    assert await api.scalar(select(Item.reports)) == 1
    assert await api.scalar(select(Item.state)) == (State.ASSESSED if assessed else State.CLAIMED)


async def test_a_withdrawn_report_of_a_claimed_item_shows_nothing_of_what_it_said(api: RunningApi) -> None:
    report = a_report("https://example.com/1", note="a note", seen="today")
    await api.take_in(report)
    claim = await _only_claim(api)
    await api.take_in(withdrawn(report))
    [detail] = (await api.show(claim["claim_id"]))["details"]
    assert detail["withdrawn"]
    assert (detail["note"], detail["seen"]) == (None, None)


async def test_an_assessed_item_counts_further_reports_and_does_not_come_back(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    claim = await _only_claim(api)
    path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
    await api.analyst.post(path, json={"outcome": "ignore"})
    await api.take_in(a_report("https://example.com/1"))
    assert await api.claim() == []
    assert await api.scalar(select(Item.reports)) == 2


async def test_merging_again_changes_nothing(api: RunningApi) -> None:
    """A merge that a crash cut off after its commit is done again from the start."""
    await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/1"))
    async with api.intake.database.writing() as session:
        await session.execute(update(StoredReport).values(merged_revision=0))
    await api.merged()
    assert await api.scalar(select(Item.reports)) == 2
    assert await api.scalar(select(func.count()).select_from(Mention)) == 2


def _class_of(
    given: str, *tapped: Circumstance, seen: Seen | None = None, live: Live | None = None, **more: Any
) -> Urgency:
    content = Content(circumstances=tapped, seen=seen, live=live)
    return urgency_of(content, ReportedAddress(given=given, **more))


def test_what_a_reporter_said_puts_an_address_into_its_class() -> None:
    page, home = "https://example.com/1", "https://example.com/"
    assert _class_of(page) is Urgency.ORDINARY
    assert _class_of(page, seen=Seen.TODAY) is Urgency.TODAY
    assert _class_of(page, seen=Seen.TODAY, live=Live.YES) is Urgency.LIVE
    assert _class_of(home, live=Live.YES) is Urgency.UNSURE_HOME
    assert _class_of(home, whole_site=True) is Urgency.ORDINARY
    assert _class_of(page, complete=False, live=Live.YES) is Urgency.PARTIAL
    assert _class_of("somewhere on a blog") is Urgency.PARTIAL


@pytest.mark.parametrize("given", ["https://example.com/1", "https://example.com/", "somewhere on a blog"])
def test_a_circumstance_puts_every_address_of_its_report_into_its_class(given: str) -> None:
    """The words beside an address may help where the address does not."""
    near = (Circumstance.DANGER_NOW, Circumstance.KNOWS_CHILD)
    own = (Circumstance.OWN_PICTURES, Circumstance.THREATENED)
    assert {_class_of(given, one, live=Live.YES) for one in near} == {Urgency.CHILD_NEAR}
    assert {_class_of(given, one, live=Live.YES) for one in own} == {Urgency.OWN_CASE}
    assert _class_of(given, *own, *near) is Urgency.CHILD_NEAR


def test_more_urgent_classes_are_due_earlier() -> None:
    dues = [due_hour(NOON, urgency) for urgency in Urgency]
    assert all(earlier < later for earlier, later in itertools.pairwise(dues))


async def test_the_urgent_is_first_and_the_partial_last(api: RunningApi) -> None:
    await api.take_in(
        a_report({"given": "a blog about cars", "complete": False}),
        a_report("https://example.org/"),
        a_report("https://example.com/earlier"),
        a_report("https://example.com/today", seen="today"),
        a_report("https://example.com/live", live="yes"),
    )
    assert await api.queue() == [
        "https://example.com/live",
        "https://example.com/today",
        "https://example.com/earlier",
        "https://example.org/",
        "a blog about cars",
    ]


async def test_nothing_starves(api: RunningApi) -> None:
    """The least urgent report is ahead of the most urgent one that comes once its allowance is over."""
    await api.take_in(a_report({"given": "a blog about cars", "complete": False}))
    api.clock.move(hours=max(ALLOWANCE_HOURS.values()) + 1)
    await api.take_in(a_report("https://example.com/live", live="yes"))
    assert (await api.queue())[0] == "a blog about cars"


async def test_a_more_urgent_report_brings_its_item_forward(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2", seen="today"))
    await api.take_in(a_report("https://example.com/1", live="yes"))
    assert (await api.queue())[0] == "https://example.com/1"


async def test_a_crowd_of_reports_does_not_bring_an_item_forward(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/first"))
    api.clock.move(hours=1)
    await api.take_in(*(a_report("https://example.com/crowd") for _ in range(10)))
    assert await api.queue() == ["https://example.com/first", "https://example.com/crowd"]


async def test_within_an_hour_the_order_is_random(api: RunningApi) -> None:
    addresses = [f"https://example.com/{number:02}" for number in range(20)]
    await api.take_in(*(a_report(address) for address in addresses))
    queue = await api.queue()
    assert sorted(queue) == addresses
    assert queue != addresses

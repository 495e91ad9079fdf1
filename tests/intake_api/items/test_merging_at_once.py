"""Many requests at once, to processes on PostgreSQL that die meanwhile, lose nothing and do nothing twice."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Report, ReportedAddress
from intake_api.audit.log import AuditLog
from intake_api.clock import utc_now
from intake_api.items.making import NamedAddress, make_missing
from intake_api.items.merger import Merger
from intake_api.keys import read_keys
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.server.assembly import Intake, assemble
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Assessment, AuditEntry, Item, Mention, QueuePlace, is_claimed
from intake_api.vault import Place
from tests.intake_api.api_processes import WebhookKeys, processes
from tests.intake_api.api_users import CLAIMS
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened, revised, withdrawn

Row = TypeVar("Row")

ADDRESS = "https://example.com/1"


@pytest.fixture
async def api(postgresql_settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake where more than one may write at a time."""
    async with opened(postgresql_settings) as running_api:
        yield running_api


@asynccontextmanager
async def _merging(intake: Intake) -> AsyncIterator[None]:
    """Merge beside the intake's own merger, as another process does."""
    merger = Merger(intake.database, intake.vault, intake.settings.reopen_after, intake.now)
    task = asyncio.create_task(merger.run())
    try:
        yield
    finally:
        merger.stop()
        await task


async def _waiting(api: RunningApi, number: int) -> None:
    """Wait until so many wait for one another."""
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"
    )
    async with asyncio.timeout(20):
        while await api.scalar(waiting) < number:
            await asyncio.sleep(0)


async def test_an_address_is_not_lost_when_its_item_goes_as_another_report_comes(api: RunningApi) -> None:
    """An item's last report is being withdrawn while another process merges a new one of the same page."""
    mistaken = a_report(ADDRESS)
    await api.take_in(mistaken)
    async with api.intake.database.writing() as session:
        await session.scalars(select(Item).with_for_update())
        await api.hand_in(withdrawn(mistaken))
        await _waiting(api, 1)
        await api.hand_in(a_report(ADDRESS))
        await api.stack.enter_async_context(_merging(api.intake))
        await _waiting(api, 2)
    await api.merged()
    assert await api.queue() == [ADDRESS]
    assert await api.scalar(select(Item.reports)) == 1


async def test_an_address_is_not_lost_when_a_release_ends_its_item_as_another_report_comes(
    api: RunningApi,
) -> None:
    """The release deletes an item without reports, while a report of the same page is merged."""
    mistaken = a_report(ADDRESS)
    await api.take_in(mistaken)
    [claim] = await api.claim()
    await api.take_in(withdrawn(mistaken))
    async with api.intake.database.writing() as session:
        await session.scalars(select(Item).with_for_update())
        releasing = asyncio.create_task(api.analyst.delete(f"/v1/queue/claims/{claim['claim_id']}"))
        await _waiting(api, 1)
        await api.hand_in(a_report(ADDRESS))
        await _waiting(api, 2)
    assert (await releasing).status_code == 204
    await api.merged()
    assert await api.queue() == [ADDRESS]
    assert await api.scalar(select(Item.reports)) == 1


async def test_two_merges_that_make_the_same_items_in_opposite_orders_never_deadlock(
    settings: IntakeSettings,
) -> None:
    """Two processes merge pairs of reports of the same new pages, which are then revised or withdrawn."""
    pages = [[f"https://example.com/{pair}/{number}" for number in range(12)] for pair in range(6)]
    # Ids that follow one another are merged at the same time.
    orders = [order for pair in pages for order in (pair, pair[::-1])]
    reports = [a_report(*order, draft_id=f"{number:032x}") for number, order in enumerate(orders)]
    changed = [withdrawn(one) if at % 3 else revised(one, *pages[0]) for at, one in enumerate(reports[:6])]
    async with opened(settings) as api:
        api.intake.merger.stop()
        other = assemble(settings, api.clock)
        for batch in (reports, changed):
            await asyncio.gather(*(api.hand_in(report) for report in batch))
            async with _merging(api.intake), _merging(other):
                await api.merged()
        await other.database.close()
        named = Counter(one.given for report in changed + reports[6:] for one in report.addresses)
        items = await _all(api, Item)
        assert {await _address(api, item): item.reports for item in items} == dict(named)
        await _nobody_waited_in_a_circle(api)


async def test_two_that_count_for_the_same_items_lock_them_in_one_order(api: RunningApi) -> None:
    """Both wait for a locked item in the middle, and neither holds a lock that the other needs."""
    pages = [f"https://example.com/{number}" for number in range(8)]
    await api.take_in(a_report(*pages))
    for _ in range(3):
        async with AsyncExitStack() as meanwhile:
            async with api.intake.database.writing() as session:
                middle = select(Item).order_by(Item.address_hash).offset(4).limit(1)
                await session.scalars(middle.with_for_update())
                await api.hand_in(a_report(*pages))
                await _waiting(api, 1)
                await api.hand_in(a_report(*reversed(pages)))
                await meanwhile.enter_async_context(_merging(api.intake))
                await _waiting(api, 2)
            await api.merged()
    assert {item.reports for item in await _all(api, Item)} == {7}
    await _nobody_waited_in_a_circle(api)


async def test_two_that_make_the_same_items_make_them_in_one_order(api: RunningApi) -> None:
    """Both wait for an item in the middle that another transaction makes and rolls back."""
    vault, pages = api.intake.vault, [f"https://example.com/{number}" for number in range(8)]
    middle = sorted(pages, key=vault.blind_address)[4]
    about_to = NamedAddress(ReportedAddress(given=middle), vault.blind_address(middle), NOON)
    async with AsyncExitStack() as meanwhile, api.intake.database.engine.connect() as connection:
        session = AsyncSession(connection)
        await make_missing(session, vault, [about_to])
        for number, order in enumerate((pages, pages[::-1]), start=1):
            await api.hand_in(a_report(*order))
            if number == 2:
                await meanwhile.enter_async_context(_merging(api.intake))
            await _waiting(api, number)
        await session.rollback()
        await session.close()
        await api.merged()
    assert {item.reports for item in await _all(api, Item)} == {2}
    await _nobody_waited_in_a_circle(api)


async def _nobody_waited_in_a_circle(api: RunningApi) -> None:
    if api.intake.database.is_postgresql:
        # What a session has counted is told once it has ended.
        await api.intake.database.close()
        others = text("SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()")
        async with asyncio.timeout(20):
            while await api.scalar(others):
                await asyncio.sleep(0)
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert await api.scalar(text(deadlocks)) == 0


async def _all(api: RunningApi, table: type[Row]) -> Sequence[Row]:
    async with api.intake.database.reading() as session:
        return (await session.scalars(select(table))).all()


async def _address(api: RunningApi, item: Item) -> str:
    return api.intake.vault.open(Place("items", item.item_id, "given"), item.given)


ITEMS, ANALYSTS = 200, 64


@dataclass
class Work:
    """What sixty-four analysts heard, and what was taken from them."""

    processes: WebhookKeys
    tokens: list[str]
    chance: random.Random
    done: asyncio.Event = field(default_factory=asyncio.Event)
    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    decided: dict[str, tuple[str, str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)
    in_hand: set[str] = field(default_factory=set)

    @property
    def dealt_with(self) -> int:
        """The number of claims that are no longer in an analyst's hand."""
        return len(self.given) - len(self.in_hand)

    async def analyst(self, token: str) -> None:
        """Claim, and do one thing or another with each, until all is done."""
        while not self.done.is_set():
            claims = (await self._ask(token, "POST", CLAIMS, {"count": 5}, 200)).json()["claims"]
            for claim in claims:
                self.given[claim["claim_id"]] = (token, claim["item_id"])
                self.in_hand.add(claim["claim_id"])
            for claim in claims:
                await self._work(token, f"{CLAIMS}/{claim['claim_id']}", claim["claim_id"])
                self.in_hand.discard(claim["claim_id"])
            if not claims:
                await asyncio.sleep(self.chance.uniform(1, 4))

    async def _work(self, token: str, path: str, claim_id: str) -> None:
        what = self.chance.random()
        if what < 0.15 and (await self._ask(token, "PUT", f"{path}/lease", None, 200)).status_code == 409:
            self.lost.add(claim_id)
        if what < 0.07:
            await self._ask(token, "DELETE", path, None, 204)
        elif what < 0.93:
            decision = {"outcome": self.chance.choice(["ignore", "not_found"])}
            answer = await self._ask(token, "POST", f"{path}/assessment", decision, 201)
            if answer.status_code == 201:
                self.decided[answer.json()["assessment_id"]] = (claim_id, decision["outcome"])
            else:
                self.lost.add(claim_id)

    async def _ask(
        self, token: str, method: str, path: str, json: Mapping[str, Any] | None, well: int
    ) -> httpx.Response:
        answer = await self.processes.ask(token, method, path, json)
        assert answer.status_code == well or (
            answer.status_code == 409 and answer.json()["type"].endswith(":claim-lost")
        ), answer.text
        return answer

    async def hand_in(self, token: str, reports: Iterable[Report]) -> None:
        """Hand reports in, each until it was acknowledged; then the last of them, again and again.

        That wakes whoever merges: what a dead process had locked until its server noticed may wait.
        """
        for report in reports:
            await self._hand_in(token, report)
        while not self.done.is_set():
            await self._hand_in(token, report)
            await asyncio.sleep(0.5)

    async def _hand_in(self, token: str, report: Report) -> None:
        sealed = self.processes.every[0].served.sealed(report)
        answer = await self.processes.ask(token, "PUT", f"/v1/reports/{report.draft_id}", sealed)
        assert answer.status_code == 202, answer.text


async def _let_run_out(work: Work, database: Database) -> None:
    """Let leases run out, as hours do: of who went home, of lost answers, and of some who are at work.

    Once one is lost, the last of these only after so much work, or a slow machine loses more than it decides.
    """
    long_ago = utc_now() - timedelta(hours=1)
    worked = 0
    while not work.done.is_set():
        at_work: list[str] = []
        if not work.lost or work.dealt_with >= worked + 30:
            worked = work.dealt_with
            at_work = work.chance.sample(sorted(work.in_hand), min(4, len(work.in_hand)))
        gone = (Item.claimed_at < utc_now() - timedelta(seconds=2)) & Item.claim_id.not_in(work.in_hand)
        run_out = (
            update(Item)
            .where(is_claimed, gone | Item.claim_id.in_(at_work), Item.lease_expires > long_ago)
            .values(lease_expires=long_ago)
        )
        async with database.writing() as session:
            work.taken.update(await session.scalars(run_out.returning(Item.item_id)))
        await asyncio.sleep(0.5)


async def _assessed(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).where(Item.state == "assessed")) or 0


async def _kill_now_and_then(work: Work, database: Database) -> None:
    """Kill one process, and then both at once."""
    first, second = work.processes.every
    for after, dying in ((40, [first]), (100, [first, second])):
        while await _assessed(database) < after:
            await asyncio.sleep(0.05)
        await asyncio.gather(*(process.kill() for process in dying))
    while await _assessed(database) < ITEMS:
        await asyncio.sleep(0.05)
    work.done.set()


def _reports() -> tuple[list[Report], list[Report]]:
    """Make reports of all addresses, neighbours sharing one, and revisions of some, which name one more."""
    pages = [f"https://example.com/{number}" for number in range(ITEMS)]
    first = []
    for number in range(0, ITEMS, 5):
        named = [pages[(number + step) % ITEMS] for step in range(6)]
        first.append(a_report(*(named if number % 2 else reversed(named))))
    changed = [
        revised(report, *(one.given for one in report.addresses), pages[7 * number])
        for number, report in enumerate(first[::4])
    ]
    return first, changed


async def test_sixty_four_analysts_decide_each_item_once_while_processes_are_killed(
    postgresql_settings: IntakeSettings,
) -> None:
    chance = random.Random(20260301)  # noqa: S311 - not for secrets
    reports, changed = _reports()
    channel = (postgresql_settings.data_dir / "channel.token").read_text().strip()
    async with database_opened(postgresql_settings.database_place()) as database:
        audit = AuditLog(read_keys(postgresql_settings.folder).audit)
        async with database.writing() as session:
            tokens = [await add_key(session, audit, Role.ANALYST, "one", utc_now()) for _ in range(ANALYSTS)]
        async with processes(postgresql_settings, 2, chance) as both:
            work = Work(both, tokens, chance)
            async with asyncio.TaskGroup() as together:
                for token in tokens:
                    together.create_task(work.analyst(token))
                for part in range(4):
                    together.create_task(work.hand_in(channel, reports[part::4] + changed[part::4]))
                together.create_task(_let_run_out(work, database))
                together.create_task(_kill_now_and_then(work, database))
        assert both.unanswered > 0
        assert work.lost
        await _see_that_each_was_decided_once(work, database)
    async with opened(postgresql_settings) as api:
        await api.merged()
        await _see_that_each_report_was_merged_once(api, reports, changed)


async def _see_that_each_was_decided_once(work: Work, database: Database) -> None:
    async with database.reading() as session:
        kept = (await session.scalars(select(Assessment))).all()
        entries = (await session.execute(select(AuditEntry.what, AuditEntry.subject, AuditEntry.who))).all()
    assert Counter(one.item_id for one in kept).most_common(1)[0][1] == 1
    assert len(kept) == ITEMS
    heard = {one.assessment_id: (one.claim_id, one.outcome) for one in kept}
    assert work.decided.items() <= heard.items()
    for one in kept:
        token, item_id = work.given.get(one.claim_id or "", (None, one.item_id))
        assert item_id == one.item_id
        assert token is None or token.split("-")[1] == one.assessed_by
    assert not {one.claim_id for one in kept} & (work.lost - {claim for claim, _ in work.decided.values()})
    done = Counter((what, subject) for what, subject, _ in entries)
    for one in kept:
        ended = done["released", one.item_id] + work.taken[one.item_id] + 1
        assert done["released", one.item_id] < done["claimed", one.item_id] <= ended
        assert done[f"assessed_{one.outcome}", one.item_id] == 1


async def _see_that_each_report_was_merged_once(
    api: RunningApi, reports: list[Report], changed: list[Report]
) -> None:
    highest = {report.draft_id: report for report in [*reports, *changed]}
    named = Counter(
        one.given
        for report in highest.values()
        for one in {one.given: one for one in report.addresses}.values()
    )
    items = await _all(api, Item)
    assert {await _address(api, item): item.reports for item in items} == dict(named)
    assert {item.state for item in items} == {"assessed"}
    assert len(await _all(api, Mention)) == sum(named.values())
    assert await _all(api, QueuePlace) == []
    async with api.intake.database.reading() as session:
        assert await api.intake.audit.first_broken(session) is None

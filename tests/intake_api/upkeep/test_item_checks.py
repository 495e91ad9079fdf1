"""The doctor finds each column of an item that is not what merging or an analyst would have written."""

import random
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import canonical
from conversations.wire.report import Circumstance, Report
from intake_api.hand_in.reports import content_of
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Item, StoredReport
from intake_api.upkeep.reindexing import reindex_all
from intake_api.upkeep.row_checks import faults_of_index, faults_of_items, faults_of_reports
from intake_api.vault import Place, Vault
from tests.cases import for_every
from tests.intake_api.api_users import ApiUser, new_user
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened, revised, undone, withdrawn

# Each name stands for the id of an item in a statement.
ITEMS = {
    "FIRST": "(SELECT min(item_id) FROM items WHERE state = 'waiting' AND open_since = 0)",
    "BACK": "(SELECT item_id FROM items WHERE open_since > 0)",
    "HELD": "(SELECT item_id FROM items WHERE claim_id IS NOT NULL)",
    "DONE": "(SELECT item_id FROM items WHERE state = 'assessed')",
}
CLAIMED = "UPDATE items SET state = 'claimed', claim_id = 'cccccccccccccccc'"
BY_ANALYST = "claimed_by = (SELECT min(key_id) FROM access_keys WHERE role = 'analyst')"
BY_CHANNEL = "claimed_by = (SELECT max(key_id) FROM access_keys WHERE role = 'channel')"
THEN = "claimed_at = '2026-03-01 12:00:00.000000', lease_expires = '2026-03-01 13:00:00.000000'"
MOVED_ON = "claimed_at = '2026-10-01 12:00:00.000000', lease_expires = '2026-10-01 13:00:00.000000'"
BOTH = ("items", "queue_places")
NO_PLACES = "DELETE FROM queue_places WHERE item_id = FIRST"
NO_CLAIM = "Claims without a holder, a beginning or an end: 1."
NOT_IN_LOG = "Claims that are not in the audit log: 1."
NUMBERS = "Items with another number of reports than they have: 1."
SUMS = "Items whose reports are not counted as they are: 1."
SAYINGS = "Items of which more or fewer reports say something than there are: 1."
HOURS = "Items with other hours than their reports: 1."
PLACES = "Items in other places of the queue than theirs: 1."
DUE = "Waiting items that are due at another hour than theirs: 1."
TAMPERINGS = {
    "a claim without an end": ([f"{CLAIMED} WHERE item_id = FIRST", NO_PLACES], NO_CLAIM),
    "a claim that nobody holds": (["UPDATE items SET claimed_by = NULL WHERE item_id = HELD"], NO_CLAIM),
    "a claim that does not run out": (
        ["UPDATE items SET lease_expires = NULL WHERE item_id = HELD"],
        NO_CLAIM,
    ),
    "a claim that was released": (
        [f"{CLAIMED}, {BY_ANALYST}, {THEN} WHERE item_id = FIRST", NO_PLACES],
        NOT_IN_LOG,
    ),
    "a claim by another": (
        [f"UPDATE items SET {BY_CHANNEL} WHERE item_id = HELD"],  # noqa: S608 - named above
        NOT_IN_LOG,
    ),
    "a claim that was moved on": (
        [f"UPDATE items SET {MOVED_ON} WHERE item_id = HELD"],  # noqa: S608 - named above
        "Claims that do not end within eight hours: 1.",
    ),
    "a lease of an item that waits": (
        ["UPDATE items SET lease_expires = '2026-03-01 13:00:00.000000' WHERE item_id = FIRST"],
        "Items with a claim that are not claimed: 1.",
    ),
    "a release to come": (
        ["UPDATE items SET released_at = '9000-01-01 00:00:00.000000' WHERE item_id = FIRST"],
        "Items that were released at a time to come: 1.",
    ),
    "another state": (
        ["UPDATE items SET state = 'hidden' WHERE item_id = FIRST", NO_PLACES],
        "Items in a state that there is not: 1.",
    ),
    "an item that came back counts as assessed": (
        [
            "UPDATE items SET state = 'assessed' WHERE item_id = BACK",
            "DELETE FROM queue_places WHERE item_id = BACK",
        ],
        "Assessed items that came back, and that nobody has assessed since: 1.",
    ),
    "an item comes back later": (
        ["UPDATE items SET open_since = 60000000 WHERE item_id = BACK"],
        "Items that came back in an hour to come: 1.",
    ),
    "no reports": (["UPDATE items SET reports = 0 WHERE item_id = FIRST", NO_PLACES], NUMBERS),
    "fewer than none": (["UPDATE items SET reports = -1 WHERE item_id = DONE"], NUMBERS),
    "a way less": (["DELETE FROM sources WHERE item_id = HELD"], SUMS),
    "more of a way": (["UPDATE sources SET reports = 7 WHERE item_id = DONE"], SUMS),
    "a mention that left": (['UPDATE mentions SET "left" = true WHERE item_id = FIRST'], SUMS),
    **{
        f"another {column} of a source": (
            [f"UPDATE sources SET {column} = {value} WHERE item_id = FIRST"],  # noqa: S608 - named here
            SUMS,
        )
        for column, value in {
            "portal": "'zz'",
            "channel": "'zz'",
            "language": "'zz'",
            "hour": 9,
            "due_hour": 9,
            "arrival_hour": 9,
            "circumstances": 1,
        }.items()
    },
    "fewer notes than none": (["UPDATE items SET notes = -5 WHERE item_id = FIRST"], SAYINGS),
    "more live than reported": (["UPDATE items SET live = 3 WHERE item_id = HELD"], SAYINGS),
    "another first hour": (["UPDATE items SET first_hour = 9 WHERE item_id = FIRST"], HOURS),
    "another last hour": (["UPDATE items SET last_hour = 60000000 WHERE item_id = DONE"], HOURS),
    "due for ever": (
        [f"UPDATE {table} SET due_hour = 60000000 WHERE item_id = FIRST" for table in BOTH],  # noqa: S608 - named here
        DUE,
    ),
    "waits only now": (
        [f"UPDATE {table} SET began_hour = 60000000 WHERE item_id = BACK" for table in BOTH],  # noqa: S608 - named here
        DUE,
    ),
    "a place for ever behind": (
        ["UPDATE queue_places SET due_hour = 60000000 WHERE item_id = FIRST"],
        PLACES,
    ),
    "a place never oldest": (["UPDATE queue_places SET began_hour = 60000000 WHERE item_id = FIRST"], PLACES),
    "a place of another kind": (["UPDATE queue_places SET kind = 'onion' WHERE item_id = FIRST"], PLACES),
    "a place among all is gone": (
        ["DELETE FROM queue_places WHERE item_id = FIRST AND language = ''"],
        PLACES,
    ),
    "a place of another language": (
        ["UPDATE queue_places SET language = 'zz' WHERE item_id = FIRST AND language <> ''"],
        PLACES,
    ),
    "a place of what is done": (
        ["INSERT INTO queue_places VALUES ('', 9, DONE, 'web', 9)"],
        PLACES,
    ),
    "another kind": (
        [f"UPDATE {table} SET kind = 'none' WHERE item_id = FIRST" for table in BOTH],  # noqa: S608 - named here
        "Items of a kind that there is not: 1.",
    ),
}


async def _faults(api: RunningApi) -> list[str]:
    async with api.intake.database.reading() as session:
        return await _faults_in(session, api.intake.vault)


async def _faults_in(session: AsyncSession, vault: Vault) -> list[str]:
    items, reports = await faults_of_items(session, vault), await faults_of_reports(session, vault)
    return [*items, *reports, *await faults_of_index(session, vault)]


async def _worked(api: RunningApi) -> None:
    """Leave an item that is done, one that came back by words, one that is held, two that were released."""
    await api.take_in(a_report("https://example.com/0"))
    [claim] = await api.claim()
    await _assess(api, claim, "ignore")
    await api.take_in(a_report("https://example.com/1"))
    [claim] = await api.claim()
    await _assess(api, claim, "not_found")
    await api.take_in(a_report("https://example.com/2"))
    await api.claim()
    await api.take_in(a_report("https://example.com/3", "https://example.com/4"))
    for claim in await api.claim(2):
        await api.analyst.delete(f"/v1/queue/claims/{claim['claim_id']}")
    api.clock.move(days=1)
    await api.take_in(a_report("https://example.com/1", note="a word"))


async def _assess(api: RunningApi, claim: dict[str, Any], outcome: str) -> None:
    path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
    assert (await api.analyst.post(path, json={"outcome": outcome})).status_code == 201


@pytest.fixture
async def worked(api: RunningApi) -> RunningApi:
    """Give an intake that has worked, and of which nothing is found."""
    await _worked(api)
    assert await _faults(api) == []
    return api


@for_every(tampering=TAMPERINGS)
async def test_what_is_not_as_it_was_computed_is_found(worked: RunningApi, tampering: str) -> None:
    statements, fault = TAMPERINGS[tampering]
    async with undone(worked.intake.database) as session:
        ids = {name: await session.scalar(text(f"SELECT {one}")) for name, one in ITEMS.items()}
        assert len(set(ids.values())) == len(ids)
        for statement in statements:
            for name, item_id in ids.items():
                statement = statement.replace(name, f"'{item_id}'")  # noqa: PLW2901 - one after the other
            await session.execute(text(statement))
        assert fault in await _faults_in(session, worked.intake.vault)
    assert await _faults(worked) == []


async def test_a_claim_of_a_key_that_there_is_not_is_found(sqlite_settings: IntakeSettings) -> None:
    """A program that does not ask for it keeps no foreign key."""
    async with opened(sqlite_settings) as api:
        await _worked(api)
        with sqlite3.connect(sqlite_settings.database_file) as database:
            database.execute("UPDATE items SET claimed_by = 'nobody' WHERE state = 'claimed'")
        assert NO_CLAIM in await _faults(api)


class _Life:
    """Reporters and two analysts at work, by chance."""

    def __init__(self, api: RunningApi, analysts: list[ApiUser], seed: int) -> None:
        self.api, self.analysts, self.chance = api, analysts, random.Random(seed)  # noqa: S311 - a test's chance
        self.reports: list[Report] = []
        self.held: list[tuple[ApiUser, str]] = []
        self.decided: list[tuple[ApiUser, str]] = []

    async def goes_on(self) -> None:
        """Let one thing happen."""
        happens: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.reported, 6),
            (self.said_anew, 5),
            (self.took_back, 3),
            (self.claimed, 5),
            (self.released, 2),
            (self.assessed, 4),
            (self.corrected, 2),
            (self.looked_at, 2),
            (self.time_went_by, 3),
        ]
        [what] = self.chance.choices([one for one, _ in happens], [weight for _, weight in happens])
        await what()

    async def reported(self) -> None:
        """Hand a report in."""
        report = a_report(
            *self._addresses(),
            portal=self.chance.choice(["ar", "mx"]),
            language=self.chance.choice(["es", "en"]),
            hour=self.api.clock().replace(minute=0, second=0),
            **self._words(),
        )
        self.reports.append(report)
        await self.api.take_in(report)

    async def said_anew(self) -> None:
        """Revise a report, also one that was withdrawn, and perhaps name other addresses."""
        await self._revise(
            lambda report: revised(report, *self._addresses(), withdrawn=False, **self._words())
        )

    async def took_back(self) -> None:
        """Withdraw a report."""
        await self._revise(withdrawn)

    async def claimed(self) -> None:
        """Claim two items, which gives back what has run out."""
        analyst = self.chance.choice(self.analysts)
        self.held += [(analyst, claim["claim_id"]) for claim in await analyst.claim(2)]

    async def released(self) -> None:
        """Give an item back."""
        if self.held:
            analyst, claim_id = self.held.pop(self.chance.randrange(len(self.held)))
            await analyst.client.delete(f"/v1/queue/claims/{claim_id}")

    async def assessed(self) -> None:
        """Decide, perhaps after the lease, and perhaps without a look."""
        if self.held:
            analyst, claim_id = self.held.pop(self.chance.randrange(len(self.held)))
            if self.chance.random() < 0.5:
                await analyst.client.get(f"/v1/queue/claims/{claim_id}")
            answer = await analyst.assess(claim_id, self._outcome())
            assert answer.status_code in {201, 409}, answer.text
            if answer.status_code == 201:
                self.decided.append((analyst, answer.json()["assessment_id"]))

    async def corrected(self) -> None:
        """Correct a decision, if it is the newest one."""
        if self.decided:
            analyst, assessment_id = self.chance.choice(self.decided)
            answer = await analyst.correct(assessment_id, self._outcome(), note=f"{self.chance.random()}")
            assert answer.status_code in {201, 409}, answer.text

    async def looked_at(self) -> None:
        """Look at any item."""
        item_id = await self.api.scalar(select(Item.item_id).limit(1))
        if item_id is not None:
            await self.chance.choice(self.analysts).item(item_id)

    async def time_went_by(self) -> None:
        """Let leases run out, or so many days go by that what was assessed comes back."""
        self.api.clock.move(hours=self.chance.choice([1, 3, 24 * 40]))

    async def _revise(self, change: Callable[[Report], Report]) -> None:
        if self.reports:
            place = self.chance.randrange(len(self.reports))
            self.reports[place] = change(self.reports[place])
            await self.api.take_in(self.reports[place])

    def _addresses(self) -> list[str]:
        return [
            f"https://example.com/{page}" for page in self.chance.sample(range(5), self.chance.choice([1, 2]))
        ]

    def _words(self) -> dict[str, Any]:
        some = {
            "note": f"word {self.chance.randrange(3)}",
            "page_password": "swordfish",
            "referer": "https://example.net/",
            "access": "password",
            "live": "yes",
            "circumstances": [Circumstance.DANGER_NOW],
        }
        return {name: said for name, said in some.items() if self.chance.random() < 0.2}

    def _outcome(self) -> str:
        return self.chance.choice(["ignore", "not_found", "not_assessable"])


@pytest.mark.parametrize("seed", [1, 2])
async def test_an_ordinary_life_leaves_nothing_to_find(settings: IntakeSettings, seed: int) -> None:
    """Also after two items, which an earlier version took for different ones, have become one."""
    no_guard = {"exposure_minutes_a_day": 1440, "exposure_minutes_at_once": 1440, "reopen_after_days": 30}
    settings = settings.model_copy(update=no_guard)
    async with opened(settings) as api:
        life = _Life(api, [await new_user(api), await new_user(api)], seed)
        for _ in range(60):
            await life.goes_on()
            assert await _faults(api) == []
        await api.take_in(a_report("https://example.com/0", "https://example.com/1"))
        await _take_for_one(api, "https://example.com/0", "https://example.com/1")
        assert any("reportline intake reindex" in fault for fault in await _faults(api))
    async with database_opened(settings.database_place()) as database:
        done = await reindex_all(database, settings.folder, settings.reopen_after, NOON, lambda _: None)
    assert done.merged == 1
    async with opened(settings) as api:
        await api.merged()
        assert await _faults(api) == []


async def _take_for_one(api: RunningApi, one: str, other: str) -> None:
    """Write all as if an earlier version had taken two spellings of one address for two."""
    vault, spelling = api.intake.vault, one.replace("https://example", "HTTP://EXAMPLE")
    async with api.intake.database.writing() as session:
        found = select(Item).where(Item.address_hash == vault.blind_address(canonical(other)))
        item = (await session.scalars(found)).one()
        item.given = vault.seal(Place("items", item.item_id, "given"), spelling)
        item.address_hash = vault.blind_address(spelling)
        for report in (await session.scalars(select(StoredReport).where(~StoredReport.withdrawn))).all():
            content = content_of(vault, report)
            addresses = tuple(
                address.model_copy(update={"given": spelling}) if address.given == other else address
                for address in content.addresses
            )
            said = content.model_copy(update={"addresses": addresses}).model_dump_json()
            report.content = vault.seal(Place("reports", report.draft_id, "content"), said)
        await session.execute(update(Item).values(canonicaliser=0))

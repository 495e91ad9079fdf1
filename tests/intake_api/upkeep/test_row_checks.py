"""The doctor finds rows that were moved, hidden or spoilt by somebody who can write to the database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.clock import utc_now
from intake_api.settings import IntakeSettings
from intake_api.store.models import Item, StoredReport
from intake_api.upkeep.rotation import rotate_vault
from intake_api.upkeep.row_checks import faults_of_index, faults_of_items, faults_of_reports
from intake_api.vault import Vault
from tests.cases import for_every
from tests.intake_api.running_api import RunningApi, a_report, opened, revised, undone, withdrawn

# Each `ONE` stands for the id of an item that waits, `OF_ONE` for the ids of its reports.
ONE = "(SELECT min(item_id) FROM items WHERE state = 'waiting')"
OF_ONE = "SELECT draft_id FROM mentions WHERE item_id = ONE"
TAMPERINGS = {
    "an address is spoilt": (
        ["UPDATE items SET given = canonical WHERE item_id = ONE"],
        "Items whose address does not open: 1.",
    ),
    "a decision moves to another address": (
        [
            "UPDATE items SET address_hash = host_hash WHERE state = 'assessed'",
        ],
        "Items under another address's hash: 1.",
    ),
    "an item is hidden as assessed": (
        ["UPDATE items SET state = 'assessed' WHERE item_id = ONE"],
        "Assessed items without an assessment: 1.",
    ),
    "an item loses its places": (
        ["DELETE FROM queue_places WHERE item_id = ONE"],
        "Waiting items that are in no queue: 1.",
    ),
    "a report is spoilt": (
        ["UPDATE reports SET content = counted WHERE draft_id IN (SELECT min(draft_id) FROM mentions)"],
        "Reports whose words do not open: 1.",
    ),
    "one of a report's two items is deleted": (
        [
            "DELETE FROM queue_places WHERE item_id = ONE",
            "DELETE FROM sources WHERE item_id = ONE",
            "DELETE FROM item_words WHERE item_id = ONE",
            "DELETE FROM mentions WHERE item_id = ONE",
            "DELETE FROM items WHERE item_id = ONE",
        ],
        "Reports whose items are gone: 1.",
    ),
    "a report is said to have left": (
        ['UPDATE mentions SET "left" = true WHERE item_id = ONE'],
        "Reports whose items are gone: 1.",
    ),
    "an item is hidden from a search for its host": (
        ["UPDATE items SET host_hash = address_hash WHERE item_id = ONE"],
        "Items under another host's hash: 1.",
    ),
    "a report is said to be merged for ever": (
        ["UPDATE reports SET merged_revision = 32767 WHERE draft_id IN (OF_ONE)"],
        "Reports that were merged beyond their revision: 1.",
    ),
    "a report that is said to be merged for ever loses its items": (
        [
            "UPDATE reports SET merged_revision = 32767 WHERE draft_id IN (OF_ONE)",
            "DELETE FROM mentions WHERE item_id = ONE",
        ],
        "Reports whose items are gone: 1.",
    ),
    "a report loses its words": (
        ["UPDATE reports SET content = NULL WHERE draft_id IN (OF_ONE)"],
        "Reports without words that were not withdrawn: 1.",
    ),
    "a report is said to be withdrawn": (
        ["UPDATE reports SET content = NULL, withdrawn = true WHERE draft_id IN (OF_ONE)"],
        "Reports that are counted for items that they do not name: 1.",
    ),
    **{
        f"a report has another {column}, and so has all that counts it": (
            [
                f"UPDATE {table} SET {column} = {value} WHERE item_id = ONE"  # noqa: S608 - named here
                for table in ("mentions", "sources")
            ],
            "Reports that are counted as they are not: 1.",
        )
        for column, value in {
            "portal": "'zz'",
            "channel": "'zz'",
            "language": "'zz'",
            "hour": 9,
            "arrival_hour": 9,
            "due_hour": 60000000,
            "circumstances": 1,
        }.items()
    },
}


async def _worked(api: RunningApi) -> None:
    """Assess one item, and leave two that wait, of one report; others were revised and withdrawn."""
    changed, gone = a_report("https://example.com/1"), a_report("https://example.com/4")
    await api.take_in(a_report("https://example.com/0"))
    [claim] = await api.claim()
    path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
    assert (await api.analyst.post(path, json={"outcome": "ignore"})).status_code == 201
    await api.take_in(changed, gone)
    await api.take_in(revised(changed, "https://example.com/2", "https://example.com/3"), withdrawn(gone))


async def _faults(api: RunningApi) -> list[str]:
    async with api.intake.database.reading() as session:
        return await _faults_in(session, api.intake.vault)


async def _faults_in(session: AsyncSession, vault: Vault) -> list[str]:
    return [*await faults_of_items(session, vault), *await faults_of_reports(session, vault)]


@pytest.fixture
async def worked(api: RunningApi) -> RunningApi:
    """Give an intake that has worked, and of which nothing is found."""
    await _worked(api)
    assert await _faults(api) == []
    return api


@for_every(tampering=TAMPERINGS)
async def test_what_was_tampered_with_is_found(worked: RunningApi, tampering: str) -> None:
    statements, fault = TAMPERINGS[tampering]
    async with undone(worked.intake.database) as session:
        for statement in statements:
            await session.execute(text(statement.replace("OF_ONE", OF_ONE).replace("ONE", ONE)))
        assert fault in await _faults_in(session, worked.intake.vault)
    assert await _faults(worked) == []


async def test_a_claim_without_an_end_is_found(api: RunningApi) -> None:
    await _worked(api)
    [claim] = await api.claim()
    async with api.intake.database.writing() as session:
        held = (await session.scalars(select(Item).where(Item.claim_id == claim["claim_id"]))).one()
        held.lease_expires = utc_now() + timedelta(hours=9)
    assert await _faults(api) == ["Claims that do not end within eight hours: 1."]


async def test_a_row_without_an_id_is_looked_at_too(api: RunningApi) -> None:
    """The doctor and a rotation begin before the empty id."""
    await _worked(api)
    async with api.intake.database.writing() as session:
        one = (await session.scalars(select(StoredReport).where(~StoredReport.withdrawn).limit(1))).one()
        told = {column.name: getattr(one, column.name) for column in StoredReport.__table__.columns}
        session.add(StoredReport(**told | {"draft_id": "", "receipt_hash": bytes(32)}))
    assert "Reports whose words do not open: 1." in await _faults(api)
    done = await rotate_vault(api.intake.database, api.intake.settings.folder, lambda _: None)
    assert done.damaged == 2


async def test_more_than_a_page_of_each_is_looked_at(api: RunningApi) -> None:
    for number in range(11):
        await api.take_in(a_report(*(f"https://example.com/{number}/{page}" for page in range(20))))
    async with api.intake.database.writing() as session:
        last: Any = (await session.scalars(select(Item).order_by(Item.item_id.desc()).limit(1))).one()
        last.given = last.canonical
    assert await _faults(api) == ["Items whose address does not open: 1."]


async def test_while_items_are_reindexed_nothing_is_missed(settings: IntakeSettings) -> None:
    """Their hashes are of two keys, and cannot be compared."""
    async with opened(settings) as api:
        await _worked(api)
        async with api.intake.database.writing() as session:
            moved = "UPDATE items SET index_key = 'k9', address_hash = host_hash WHERE item_id = ONE"
            await session.execute(text(moved.replace("ONE", ONE)))
        assert await _faults(api) == []
        async with api.intake.database.reading() as session:
            [told] = await faults_of_index(session, api.intake.vault)
        assert told.startswith("Items whose hashes are of another key or an earlier version: 1. ")
        assert "run `reportline intake reindex`" in told

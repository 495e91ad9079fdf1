"""Compares items and reports with what their own sealed values say, for `reportline doctor`, page by page.

Whoever can write to the database can move, hide or spoil rows, but cannot seal or hash without the keys.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from conversations.address import CANONICALISER_VERSION
from intake_api.clock import utc_now
from intake_api.items.making import addresses_in
from intake_api.store.models import LONGEST_HOLD, Assessment, Item, Mention, QueuePlace, State, StoredReport
from intake_api.vault import Place, Vault, VaultClosed

_PAGE: Final = 200


async def faults_of_items(session: AsyncSession, vault: Vault) -> list[str]:
    """Return what is wrong with items: addresses that do not open or are another's, places that are gone."""
    closed = moved = 0
    async for page in _pages(session, Item.item_id):
        for item in page:
            canonical = _canonical(vault, item)
            closed += canonical is None
            if canonical is not None and item.index_key == vault.index_key:
                moved += vault.blind_address(canonical) != item.address_hash
    return _told(
        {
            "Items whose address does not open": closed,
            "Items under another address's hash": moved,
            "Assessed items without an assessment": await _undecided(session),
            "Waiting items that are in no queue": await _unqueued(session),
            "Claims that do not end within eight hours": await _held_for_ever(session),
        }
    )


async def faults_of_reports(session: AsyncSession, vault: Vault) -> list[str]:
    """Return what is wrong with merged reports: words that do not open, and items that are gone.

    While items are being reindexed, nothing tells which are a report's.
    """
    behind = or_(Item.index_key != vault.index_key, Item.canonicaliser != CANONICALISER_VERSION)
    is_indexed = await session.scalar(select(Item.item_id).where(behind).limit(1)) is None
    closed = gone = 0
    async for page in _pages(session, StoredReport.draft_id):
        counted = await _counted(session, [report.draft_id for report in page])
        for report in page:
            named = _named(vault, report)
            closed += named is None
            is_merged = report.merged_revision == report.revision
            if named is not None and is_merged and is_indexed:
                gone += not named <= counted.get(report.draft_id, set())
    return _told({"Reports whose words do not open": closed, "Reports whose items are gone": gone})


async def _pages(session: AsyncSession, key: InstrumentedAttribute[str]) -> AsyncIterator[Sequence[Any]]:
    """Yield all rows of a table in the order of its key."""
    after = ""
    while True:
        following = select(key.class_).where(key > after).order_by(key).limit(_PAGE)
        page = (await session.scalars(following)).all()
        if not page:
            return
        yield page
        after = getattr(page[-1], key.key)
        session.expunge_all()


def _canonical(vault: Vault, item: Item) -> str | None:
    """Open both forms of an item's address; None if one does not open."""
    try:
        vault.open(Place("items", item.item_id, "given"), item.given)
        return vault.open(Place("items", item.item_id, "canonical"), item.canonical)
    except VaultClosed:
        return None


def _named(vault: Vault, report: StoredReport) -> set[bytes] | None:
    """Return the hashes of the addresses that a report names; None if its words do not open."""
    try:
        return set(addresses_in(vault, report))
    except (VaultClosed, ValueError):
        return None


async def _counted(session: AsyncSession, draft_ids: Sequence[str]) -> Mapping[str, set[bytes]]:
    """Return for each report the hashes of the items that count it."""
    mentions = select(Mention.draft_id, Item.address_hash).join_from(Mention, Item)
    counting = mentions.where(Mention.draft_id.in_(draft_ids), Mention.left.is_(False))
    counted: dict[str, set[bytes]] = {}
    for draft_id, address_hash in await session.execute(counting):
        counted.setdefault(draft_id, set()).add(address_hash)
    return counted


async def _undecided(session: AsyncSession) -> int:
    decided = exists().where(Assessment.item_id == Item.item_id)
    return await _number(session, Item.state == State.ASSESSED, ~decided)


async def _unqueued(session: AsyncSession) -> int:
    queued = exists().where(QueuePlace.item_id == Item.item_id)
    return await _number(session, Item.state == State.WAITING, Item.reports > 0, ~queued)


async def _held_for_ever(session: AsyncSession) -> int:
    return await _number(session, Item.lease_expires > utc_now() + LONGEST_HOLD)


async def _number(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    return (await session.scalars(select(func.count()).select_from(Item).where(*conditions))).one()


def _told(numbers: Mapping[str, int]) -> list[str]:
    return [f"{what}: {number}." for what, number in numbers.items() if number]

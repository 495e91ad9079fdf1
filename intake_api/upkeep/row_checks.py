"""Compares items and reports with what their own sealed values say, for `reportline doctor`, page by page.

Whoever can write to the database can move, hide or spoil rows, but cannot seal or hash without the keys.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from conversations.address import CANONICALISER_VERSION
from intake_api.clock import utc_now
from intake_api.items.making import NamedAddress, addresses_in, host_hash
from intake_api.items.urgency import ALLOWANCE_HOURS
from intake_api.store.columns import later_than
from intake_api.store.models import Item, Mention, StoredReport
from intake_api.upkeep.item_checks import SKEW, faults_of_page
from intake_api.upkeep.reindexing import is_behind
from intake_api.vault import Place, Vault, VaultClosed

_PAGE: Final = 200
_REINDEX: Final = (
    "The intake does not start with them. Stop every intake, make a backup, then run "
    "`reportline intake reindex`."
)
# What a mention has of its report.
_OF_REPORT: Final = ("portal", "channel", "language", "hour", "arrival_hour")
_LONGEST_ALLOWANCE: Final = timedelta(hours=max(ALLOWANCE_HOURS.values()))


async def faults_of_index(session: AsyncSession, vault: Vault) -> list[str]:
    """Return how many items have hashes with which the intake does not start, and what mends it."""
    behind = (await session.scalars(select(func.count()).select_from(Item).where(is_behind(vault)))).one()
    if not behind:
        return []
    return [f"Items whose hashes are of another key or an earlier version: {behind}. {_REINDEX}"]


async def faults_of_items(session: AsyncSession, vault: Vault) -> list[str]:
    """Return what is wrong with items: addresses that are closed or another's, false columns."""
    found, now = Counter[str](), utc_now()
    async for page in _pages(session, Item.item_id):
        for item in page:
            found.update(_of_address(vault, item))
        found.update(await faults_of_page(session, page, now))
    return _told(found)


async def faults_of_reports(session: AsyncSession, vault: Vault) -> list[str]:
    """Return what is wrong with merged reports: words that do not open, and items that are gone.

    While items are being reindexed, nothing tells which are a report's.
    """
    is_indexed = await session.scalar(select(Item.item_id).where(is_behind(vault)).limit(1)) is None
    found, now = Counter[str](), utc_now()
    async for page in _pages(session, StoredReport.draft_id):
        counted = await _counted(session, [report.draft_id for report in page])
        for report in page:
            named = _named(vault, report)
            found.update(_of_words(report, named))
            if named is not None and is_indexed and report.merged_revision >= report.revision:
                found.update(_of_mentions(report, named, counted.get(report.draft_id, {}), now))
    return _told(found)


async def _pages(session: AsyncSession, key: InstrumentedAttribute[str]) -> AsyncIterator[Sequence[Any]]:
    """Yield all rows of a table in the order of its key."""
    after: str | None = None
    while True:
        following = select(key.class_).where(later_than(key, after)).order_by(key).limit(_PAGE)
        page = (await session.scalars(following)).all()
        if not page:
            return
        yield page
        after = getattr(page[-1], key.key)
        session.expunge_all()


def _of_address(vault: Vault, item: Item) -> Iterator[str]:
    canonical = _canonical(vault, item)
    if canonical is None:
        yield "Items whose address does not open"
    elif (item.index_key, item.canonicaliser) == (vault.index_key, CANONICALISER_VERSION):
        if vault.blind_address(canonical) != item.address_hash:
            yield "Items under another address's hash"
        if host_hash(vault, canonical) != item.host_hash:
            yield "Items under another host's hash"


def _canonical(vault: Vault, item: Item) -> str | None:
    """Open both forms of an item's address; None if one does not open."""
    try:
        vault.open(Place("items", item.item_id, "given"), item.given)
        return vault.open(Place("items", item.item_id, "canonical"), item.canonical)
    except VaultClosed:
        return None


def _named(vault: Vault, report: StoredReport) -> Mapping[bytes, NamedAddress] | None:
    """Return the addresses that a report names by their hashes; None if its words do not open."""
    try:
        return addresses_in(vault, report)
    except (VaultClosed, ValueError):
        return None


def _of_words(report: StoredReport, named: Mapping[bytes, NamedAddress] | None) -> Iterator[str]:
    if named is None:
        yield "Reports whose words do not open"
    elif not named and not report.withdrawn:
        yield "Reports without words that were not withdrawn"
    if report.merged_revision > report.revision:
        yield "Reports that were merged beyond their revision"


def _of_mentions(
    report: StoredReport,
    named: Mapping[bytes, NamedAddress],
    counted: Mapping[bytes, Row[*tuple[Any, ...]]],
    now: datetime,
) -> Iterator[str]:
    if named.keys() - counted.keys():
        yield "Reports whose items are gone"
    if counted.keys() - named.keys():
        yield "Reports that are counted for items that they do not name"
    both = [(named[one], counted[one]) for one in named.keys() & counted.keys()]
    if not all(_is_as_said(report, address, mention, now) for address, mention in both):
        yield "Reports that are counted as they are not"


def _is_as_said(
    report: StoredReport, address: NamedAddress, mention: Row[*tuple[Any, ...]], now: datetime
) -> bool:
    # Not compared with the hour that this version would give: another one may have given another hour.
    last = max(report.arrival_hour + _LONGEST_ALLOWANCE, now + SKEW)
    return (
        all(getattr(mention, name) == getattr(report, name) for name in _OF_REPORT)
        and mention.circumstances == address.circumstances
        and report.arrival_hour <= mention.due_hour <= last
    )


async def _counted(
    session: AsyncSession, draft_ids: Sequence[str]
) -> Mapping[str, Mapping[bytes, Row[*tuple[Any, ...]]]]:
    """Return for each report its mentions, by the hashes of the items that count it."""
    columns = [getattr(Mention, name) for name in (*_OF_REPORT, "due_hour", "circumstances")]
    mentions = select(Mention.draft_id, Item.address_hash, *columns).join_from(Mention, Item)
    counting = mentions.where(Mention.draft_id.in_(draft_ids), Mention.left.is_(False))
    counted: dict[str, dict[bytes, Row[*tuple[Any, ...]]]] = {}
    for row in await session.execute(counting):
        counted.setdefault(row.draft_id, {})[row.address_hash] = row
    return counted


def _told(found: Counter[str]) -> list[str]:
    return [f"{what}: {number}." for what, number in sorted(found.items())]

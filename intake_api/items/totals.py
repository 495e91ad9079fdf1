"""Sums up an item's reports: their number, their hours, when the item is due, and since when it waits.

The sums are made over the item's sources, so a flood of reports does not make them slow. The caller must hold
the item locked.

An item's due hour is that of its most urgent report, brought forward by RAISE_HOURS for each further portal,
channel and hour that reports it, at most MAXIMUM_RAISES times. So an item that is reported in many places is
due sooner; an item that is reported many times in one place is not.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.items.queue_places import update_places
from intake_api.items.words import forget_words
from intake_api.store.columns import UNREADABLE
from intake_api.store.database import upsert
from intake_api.store.models import Assessment, Item, Mention, Source, State

RAISE_HOURS: Final = 1
MAXIMUM_RAISES: Final = 6
SOURCE: Final = ("portal", "channel", "language", "hour", "due_hour", "arrival_hour", "circumstances")


async def count(session: AsyncSession, mention: Mention) -> None:
    """Count a mention under its source."""
    row = {"item_id": mention.item_id, "reports": 1} | _told(mention)
    counted = upsert(session, Source).values(row)
    await session.execute(
        counted.on_conflict_do_update(
            index_elements=["item_id", *SOURCE], set_={"reports": Source.reports + 1}
        )
    )


async def uncount(session: AsyncSession, mention: Mention) -> None:
    """Subtract a mention from the count of its source."""
    await _take_from_source(session, mention.item_id, _told(mention), 1)


async def update_totals(session: AsyncSession, item: Item) -> None:
    """Update an item's totals and its places in the queues; delete it if it waits and has no reports left.

    An item that was assessed before is never deleted: it goes back to assessed when the reports that had
    reopened it are withdrawn, as if it had not come back since its newest assessment. What somebody spoilt,
    so that it cannot be summed up, leaves the totals as they are.
    """
    wanted = True
    with suppress(*UNREADABLE):
        if item.state == State.WAITING:
            await _uncount_left(session, item.item_id)
        wanted = await _sum_sources(session, item)
    if item.state == State.WAITING and not wanted:
        await _go_back_to_assessed(session, item)
    await session.flush()
    await update_places(session, item)
    if item.state == State.WAITING and item.reports == 0 and not await _is_named(session, item.item_id):
        await forget_words(session, item.item_id)
        await session.delete(item)
        await session.flush()


async def count_latest(session: AsyncSession, item: Item) -> None:
    """Let an item wait since an hour at which its report that is due last still counts.

    A return that was taken back leaves an hour that may be later than that of any report which is left.
    """
    latest = select(func.max(Source.due_hour)).where(Source.item_id == item.item_id)
    with suppress(*UNREADABLE):
        await _uncount_left(session, item.item_id)
        last_due = await session.scalar(latest)
        if last_due is not None:
            item.open_since = min(item.open_since, last_due)


async def _sum_sources(session: AsyncSession, item: Item) -> bool:
    """Sum up the sources; returns whether any report has come due since the item last began to wait."""
    of_item = Source.item_id == item.item_id
    sums = select(func.sum(Source.reports), func.min(Source.hour), func.max(Source.hour)).where(of_item)
    reports, first, last = (await session.execute(sums)).one()
    item.reports = reports or 0
    if item.reports:
        item.first_hour, item.last_hour = first, last
    since = of_item & (Source.due_hour >= item.open_since)
    due_and_began = select(func.min(Source.due_hour), func.min(Source.arrival_hour)).where(since)
    due, began = (await session.execute(due_and_began)).one()
    if due is not None:
        item.began_hour = max(began, item.open_since)
        item.due_hour = due - timedelta(hours=RAISE_HOURS) * await _raises(session, since)
    return due is not None


async def _is_named(session: AsyncSession, item_id: str) -> bool:
    """Tell whether reports or sources name an item, as none should of which none is counted."""
    naming = [select(row.item_id).where(row.item_id == item_id).limit(1) for row in (Mention, Source)]
    return any([await session.scalar(row) is not None for row in naming])


async def _raises(session: AsyncSession, of_sources: ColumnElement[bool]) -> int:
    ways = select(Source.portal, Source.channel, Source.hour).where(of_sources).distinct()
    counted = select(func.count()).select_from(ways.limit(MAXIMUM_RAISES + 1).subquery())
    return (await session.scalars(counted)).one() - 1


async def _uncount_left(session: AsyncSession, item_id: str) -> None:
    """Subtract and delete all mentions that have left the item, with one update for each source."""
    leaving = (Mention.item_id == item_id) & Mention.left.is_(True)
    told = [getattr(Mention, name) for name in SOURCE]
    gone = (await session.execute(select(*told, func.count()).where(leaving).group_by(*told))).all()
    for *source, number in gone:
        await _take_from_source(session, item_id, dict(zip(SOURCE, source, strict=True)), number)
    if gone:
        await session.execute(delete(Mention).where(leaving))


async def _take_from_source(session: AsyncSession, item_id: str, told: dict[str, Any], number: int) -> None:
    source = [Source.item_id == item_id, *(getattr(Source, name) == value for name, value in told.items())]
    await session.execute(update(Source).where(*source).values(reports=Source.reports - number))
    await session.execute(delete(Source).where(*source, Source.reports <= 0))


async def _go_back_to_assessed(session: AsyncSession, item: Item) -> None:
    newest = select(func.max(Assessment.assessed_at)).where(Assessment.item_id == item.item_id)
    assessed_at = await session.scalar(newest)
    if assessed_at is not None:
        item.state = State.ASSESSED
        item.open_since = min(item.open_since, assessed_at.replace(minute=0, second=0, microsecond=0))
        item.lapsed_claim = item.lapsed_by = None


def _told(mention: Mention) -> dict[str, Any]:
    return {name: getattr(mention, name) for name in SOURCE}

"""Keeps waiting items in order: one queue of all items, and one for each language.

The order is stored, so a claim costs the same however long the queue is.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.store.models import EVERY_LANGUAGE, Item, QueuePlace, Source, State, is_waiting


async def update_places(session: AsyncSession, item: Item) -> None:
    """Insert or delete an item's places in the queues; it has places only while it waits and has reports."""
    wanted = {(language, item.due_hour) for language in await _queues_of(session, item)}
    places = select(QueuePlace.language, QueuePlace.due_hour).where(QueuePlace.item_id == item.item_id)
    if {(language, due) for language, due in await session.execute(places)} == wanted:
        return
    await session.execute(delete(QueuePlace).where(QueuePlace.item_id == item.item_id))
    if wanted:
        rows = [
            {"language": language, "due_hour": due, "item_id": item.item_id, "kind": item.kind}
            for language, due in sorted(wanted)
        ]
        await session.execute(insert(QueuePlace), rows)


async def first_waiting(
    session: AsyncSession,
    count: int,
    wanted: ColumnElement[bool],
    language: str | None = None,
    kind: str | None = None,
) -> Sequence[Item]:
    """Lock and return up to `count` waiting items, the most overdue first; skips items locked by others."""
    places = select(Item).join_from(QueuePlace, Item).where(is_waiting, wanted)
    places = places.where(QueuePlace.language == (language or EVERY_LANGUAGE))
    if kind:
        places = places.where(QueuePlace.kind == kind)
    ordered = places.order_by(QueuePlace.due_hour, QueuePlace.item_id).limit(count)
    return (await session.scalars(ordered.with_for_update(of=Item, skip_locked=True))).all()


async def _queues_of(session: AsyncSession, item: Item) -> set[str]:
    if item.state != State.WAITING or item.reports == 0:
        return set()
    languages = select(Source.language).where(Source.item_id == item.item_id).distinct()
    return {EVERY_LANGUAGE, *(await session.scalars(languages)).all()}

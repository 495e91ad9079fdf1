"""Keeps waiting items in two orders: one queue of all items, and one for each language.

Items are claimed in the order of their due hours, but every third goes by age: it is the one that has waited
longest, whatever was said of it. So nobody can push all other work back by what they tap. Both orders are
stored, so a claim costs the same however long the queue is.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, delete, insert, select, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from intake_api.store.columns import UNREADABLE
from intake_api.store.database import upsert
from intake_api.store.models import (
    EVERY_KIND,
    EVERY_LANGUAGE,
    Item,
    QueuePlace,
    QueueTurn,
    Source,
    State,
    is_waiting,
)

ONE_BY_AGE_IN = 3
_READ_AHEAD = 200


async def update_places(session: AsyncSession, item: Item) -> None:
    """Insert or delete an item's places in the queues; it has places only while it waits and has reports."""
    hours = (item.due_hour, item.began_hour)
    wanted = {(language, *hours) for language in await _queues_of(session, item)}
    places = select(QueuePlace.language, QueuePlace.due_hour, QueuePlace.began_hour)
    with suppress(*UNREADABLE):
        there = await session.execute(places.where(QueuePlace.item_id == item.item_id))
        if {tuple(place) for place in there} == wanted:
            return
    await session.execute(delete(QueuePlace).where(QueuePlace.item_id == item.item_id))
    if wanted:
        rows = [
            {
                "language": language,
                "due_hour": due,
                "began_hour": began,
                "item_id": item.item_id,
                "kind": item.kind,
            }
            for language, due, began in sorted(wanted)
        ]
        await session.execute(insert(QueuePlace), rows)


async def first_waiting(  # noqa: PLR0913, PLR0917 - which items of which queue
    session: AsyncSession,
    count: int,
    wanted: ColumnElement[bool],
    is_fit: Callable[[Item], bool],
    language: str = EVERY_LANGUAGE,
    kind: str = EVERY_KIND,
) -> Sequence[Item]:
    """Lock and return up to `count` waiting items, the most overdue first; skips items locked by others.

    It passes over items that are not fit, however many there are. Every third item that is taken from the
    queue of this language and kind, counted over all claims from it, is the one that has waited longest.
    """
    turn = await _turn(session, language, kind)
    places = select(Item).join_from(QueuePlace, Item).where(is_waiting, wanted)
    places = places.where(QueuePlace.language == language)
    if kind != EVERY_KIND:
        places = places.where(QueuePlace.kind == kind)
    by_age = (turn + count) // ONE_BY_AGE_IN
    oldest = await _first(session, places, by_age, QueuePlace.began_hour, is_fit)
    others = places.where(Item.item_id.not_in([item.item_id for item in oldest])) if oldest else places
    items = oldest + await _first(session, others, count - len(oldest), QueuePlace.due_hour, is_fit)
    if items:
        await _keep_turn(session, language, kind, (turn + len(items)) % ONE_BY_AGE_IN)
    return sorted(items, key=lambda item: (item.due_hour, item.item_id))


async def _first(
    session: AsyncSession,
    places: Select[Item],
    number: int,
    order: InstrumentedAttribute[Any],
    is_fit: Callable[[Item], bool],
) -> list[Item]:
    """Lock and return the first fit items in this order."""
    # Compared as it is stored: whoever writes to the database can write an hour that is no time.
    hour, item_id = type_coerce(order, Integer).label("hour"), QueuePlace.item_id.label("place_of")
    places = places.add_columns(hour, item_id).order_by(order, QueuePlace.item_id)
    following, found = places, list[Item]()
    last: Sequence[Any]
    while wanted := number - len(found):
        locked = following.limit(wanted).with_for_update(of=Item, skip_locked=True)
        # What was read ahead may have changed before it was locked.
        page = (await session.execute(locked, execution_options={"populate_existing": True})).all()
        fit = [item for item, *_ in page if is_fit(item)]
        found += fit
        if len(page) < wanted:
            break
        last = page[-1][1:]
        if len(fit) < len(page):
            last = await _last_unfit(session, places, tuple_(hour, item_id), last, is_fit)
        following = places.where(tuple_(hour, item_id) > tuple_(*last))
    return found


async def _last_unfit(
    session: AsyncSession,
    places: Select[*tuple[Any, ...]],
    key: ColumnElement[Any],
    last: Sequence[Any],
    is_fit: Callable[[Item], bool],
) -> Sequence[Any]:
    """Return the last of the places that follow one and whose items are not fit; locks nothing."""
    while True:
        page = (await session.execute(places.where(key > tuple_(*last)).limit(_READ_AHEAD))).all()
        for item, *place in page:
            if is_fit(item):
                return last
            last = place
        if len(page) < _READ_AHEAD:
            return last


async def _turn(session: AsyncSession, language: str, kind: str) -> int:
    # Locked, so that two claims at the same time do not both take the same turn.
    turn = await session.get(QueueTurn, (language, kind), with_for_update=True)
    # Whoever writes to the database can write another number there; it must not change how many are claimed.
    return 0 if turn is None else turn.turn % ONE_BY_AGE_IN


async def _keep_turn(session: AsyncSession, language: str, kind: str, turn: int) -> None:
    row = upsert(session, QueueTurn).values(language=language, kind=kind, turn=turn)
    keys = [QueueTurn.language, QueueTurn.kind]
    await session.execute(row.on_conflict_do_update(index_elements=keys, set_={"turn": turn}))


async def _queues_of(session: AsyncSession, item: Item) -> set[str]:
    if item.state != State.WAITING or item.reports == 0:
        return set()
    languages = select(Source.language).where(Source.item_id == item.item_id).distinct()
    found = (await session.scalars(languages)).all()
    # SQLite keeps a number or bytes there, too, if somebody writes them.
    return {EVERY_LANGUAGE, *(language for language in found if isinstance(language, str))}

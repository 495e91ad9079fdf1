"""Puts an assessed item back into the queue by late reports or new words, or marks it as changed.

An item whose page could not be seen comes back by words at most once a day; what comes later that day brings
it back on the next. A password, a child who is known and danger now bring it back at once, each once and no
more, also if the page was found not illegal. No word is passed over because it came while an analyst held the
item: the mark goes when it was shown.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Circumstance
from intake_api.items.totals import count_latest, update_totals
from intake_api.store.models import Assessment, Item, State

# What brings an item back whatever the day, once.
_RECALLING: Final = frozenset({"page_password", Circumstance.KNOWS_CHILD, Circumstance.DANGER_NOW})


async def reopen(
    session: AsyncSession, item: Item, arrival_hours: Iterable[datetime], reopen_after: timedelta | None
) -> None:
    """Set an assessed item back to waiting, from the first of these arrivals that is late enough.

    An arrival is late enough if it came `reopen_after` or longer after the newest assessment. If
    `reopen_after` is None, an item is never reopened.
    """
    if item.state != State.ASSESSED or reopen_after is None:
        return
    newest = select(func.max(Assessment.assessed_at)).where(Assessment.item_id == item.item_id)
    assessed_at = await session.scalar(newest)
    late = [hour for hour in arrival_hours if assessed_at is not None and hour - assessed_at >= reopen_after]
    if late:
        item.state, item.open_since = State.WAITING, min(late)


def take_words(item: Item, kinds: Collection[str], hour: datetime) -> None:
    """Mark an item that somebody has looked at as changed by words that it did not have, on `hour`'s day.

    If they bring it back, the item is set back to waiting, from `hour`.
    """
    if not kinds or not _is_looked_at(item):
        return
    item.changed_on = hour.date()
    item.unshown_words = _joined(item.unshown_words, kinds)
    if item.state == State.ASSESSED:
        item.changed_words = _joined(item.changed_words, kinds)
        if _comes_back(item, kinds, item.changed_on):
            _bring_back(item, kinds, item.changed_on)
            item.open_since = hour


def take_back_words(item: Item, kinds: Iterable[str]) -> None:
    """Take kinds of words that no report says of an item any more out of its mark."""
    item.changed_words = _without(item.changed_words, kinds)
    item.unshown_words = _without(item.unshown_words, kinds)
    if not shown_words(item):
        item.changed_on = None


def mark_shown(item: Item, reader: str, decided_by: str | None) -> None:
    """Remember that all that is said of an item was shown to `reader`, if it is they who decide about it.

    That is who holds it, or held it last until their lease ran out; else who made the newest assessment, and
    may correct it.
    """
    if (item.claimed_by or item.lapsed_by or decided_by) == reader:
        item.unshown_words = ""


def forget_unshown(item: Item) -> None:
    """Begin anew for an analyst who claims an item, and who will be shown all that is said of it."""
    item.unshown_words = ""
    item.changed_on = item.changed_on if item.changed_words else None


async def mark_decided(session: AsyncSession, item: Item, day: date) -> None:
    """Leave of an assessed item's mark only the words that were shown to nobody who decides about it.

    If they bring it back, it is set back to waiting, at its old place in the queue.
    """
    if item.state != State.ASSESSED:
        return
    item.changed_words = item.unshown_words
    item.changed_on = item.changed_on if item.changed_words else None
    await bring_back_marked(session, item, day)


def has_waited(day: date) -> ColumnElement[bool]:
    """Say of an item that words came on an earlier day on which it had come back already."""
    earlier = or_(Item.came_back_on.is_(None), Item.came_back_on < day)
    is_marked = and_(Item.state == State.ASSESSED, Item.unseen, func.length(Item.changed_words) > 0)
    return and_(is_marked, earlier)


async def bring_back_marked(session: AsyncSession, item: Item, day: date) -> None:
    """Set an item back to waiting, at its old place, by the words of its mark, if they bring it back."""
    kinds = item.changed_words.split()
    if item.state == State.ASSESSED and kinds and _comes_back(item, kinds, day):
        _bring_back(item, kinds, day)
        await count_latest(session, item)
        await update_totals(session, item)


def join_marks(kept: Item, gone: Item) -> None:
    """Give an item the marks of another one, which goes into it, and what it remembers of its returns."""
    days = [day for day in (kept.changed_on, gone.changed_on) if day is not None]
    kept.changed_on = max(days, default=None)
    kept.changed_words = _joined(kept.changed_words, gone.changed_words.split())
    kept.unshown_words = _joined(kept.unshown_words, gone.unshown_words.split())
    returns = [day for day in (kept.came_back_on, gone.came_back_on) if day is not None]
    kept.came_back_on = max(returns, default=None)
    kept.recalled_by = _joined(kept.recalled_by, gone.recalled_by.split())


def shown_words(item: Item) -> Sequence[str]:
    """Return the kinds of words by which an item has changed since it was assessed or claimed."""
    return _joined(item.changed_words, item.unshown_words.split()).split()


def _comes_back(item: Item, kinds: Collection[str], day: date) -> bool:
    if (item.unseen or item.not_illegal) and _RECALLING & {*kinds} - {*item.recalled_by.split()}:
        return True
    return item.unseen and (item.came_back_on is None or item.came_back_on < day)


def _bring_back(item: Item, kinds: Collection[str], day: date) -> None:
    item.state, item.came_back_on = State.WAITING, day
    item.recalled_by = _joined(item.recalled_by, _RECALLING & {*kinds})


def _is_looked_at(item: Item) -> bool:
    return item.state != State.WAITING or item.lapsed_claim is not None


def _without(words: str, kinds: Iterable[str]) -> str:
    return " ".join(sorted({*words.split()} - {*kinds}))


def _joined(words: str, kinds: Iterable[str]) -> str:
    return " ".join(sorted({*words.split(), *kinds}))

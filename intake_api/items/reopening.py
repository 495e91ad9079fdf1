"""Puts an assessed item back into the queue by late reports or new words, or marks it as changed.

No word is passed over because it came while an analyst held the item: the mark goes when it was shown.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.items.totals import update_totals
from intake_api.store.models import Assessment, Item, State


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


def take_words(item: Item, kinds: Iterable[str], hour: datetime) -> None:
    """Mark an item that somebody has looked at as changed by words that it did not have, on `hour`'s day.

    If its page could not be seen, the item is set back to waiting, from `hour`.
    """
    if not kinds or not _is_looked_at(item):
        return
    item.changed_on = hour.date()
    item.unshown_words = _joined(item.unshown_words, kinds)
    if item.state == State.ASSESSED:
        item.changed_words = _joined(item.changed_words, kinds)
        if item.unseen:
            item.state, item.open_since = State.WAITING, hour


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


async def mark_decided(session: AsyncSession, item: Item) -> None:
    """Leave of an assessed item's mark only the words that were shown to nobody who decides about it.

    If its page could not be seen, they set it back to waiting, at its old place in the queue.
    """
    if item.state != State.ASSESSED:
        return
    item.changed_words = item.unshown_words
    item.changed_on = item.changed_on if item.changed_words else None
    if item.changed_words and item.unseen:
        item.state = State.WAITING
        await update_totals(session, item)


def join_marks(kept: Item, gone: Item) -> None:
    """Give an item the marks of another one, which goes into it."""
    days = [day for day in (kept.changed_on, gone.changed_on) if day is not None]
    kept.changed_on = max(days, default=None)
    kept.changed_words = _joined(kept.changed_words, gone.changed_words.split())
    kept.unshown_words = _joined(kept.unshown_words, gone.unshown_words.split())


def shown_words(item: Item) -> Sequence[str]:
    """Return the kinds of words by which an item has changed since it was assessed or claimed."""
    return _joined(item.changed_words, item.unshown_words.split()).split()


def _is_looked_at(item: Item) -> bool:
    return item.state != State.WAITING or item.lapsed_claim is not None


def _without(words: str, kinds: Iterable[str]) -> str:
    return " ".join(sorted({*words.split()} - {*kinds}))


def _joined(words: str, kinds: Iterable[str]) -> str:
    return " ".join(sorted({*words.split(), *kinds}))

"""Puts an assessed item back into the queue by late reports or new words, or marks it as changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

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
    """Mark an assessed item as changed by words that it did not have, on the day of `hour`.

    If its page could not be seen, the item is set back to waiting, from `hour`.
    """
    if item.state != State.ASSESSED or not kinds:
        return
    item.changed_on = hour.date()
    item.changed_words = " ".join(sorted({*item.changed_words.split(), *kinds}))
    if item.unseen:
        item.state, item.open_since = State.WAITING, hour


def join_marks(kept: Item, gone: Item) -> None:
    """Give an item the mark of another one, which goes into it."""
    days = [day for day in (kept.changed_on, gone.changed_on) if day is not None]
    kept.changed_on = max(days, default=None)
    kept.changed_words = " ".join(sorted({*kept.changed_words.split(), *gone.changed_words.split()}))

"""Puts an assessed item back into the queue when it is reported again late enough."""

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

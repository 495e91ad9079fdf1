"""How many items and reports there are, by where they are and where they came from."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.models import Item, State, StoredReport, is_claimed


async def states_counted(session: AsyncSession, now: datetime) -> dict[State, int]:
    """Count the items by state; one whose lease has run out is waiting again."""
    states = await session.execute(select(Item.state, func.count()).group_by(Item.state))
    counted = dict.fromkeys(State, 0) | {State(state): count for state, count in states}
    expired = select(func.count()).where(is_claimed, Item.lease_expires <= now)
    back = (await session.scalars(expired)).one()
    return counted | {
        State.WAITING: counted[State.WAITING] + back,
        State.CLAIMED: counted[State.CLAIMED] - back,
    }


async def sources_counted(session: AsyncSession) -> Sequence[tuple[str, str, int]]:
    """Count the reports by portal and language, in order, without the withdrawn."""
    source = (StoredReport.portal, StoredReport.language)
    counted = select(*source, func.count()).where(StoredReport.withdrawn.is_(False))
    found = await session.execute(counted.group_by(*source).order_by(*source))
    return [(portal, language, count) for portal, language, count in found]

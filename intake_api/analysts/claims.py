"""What analysts do with the queue: take the most overdue items, keep or return them; never two on one item.

A claim is named by its id. Whoever comes with a claim that was released, assessed, has run out or is somebody
else's gets "claim-lost", always the same.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts.desk import Desk
from intake_api.analysts.shapes import MAXIMUM_CLAIMS
from intake_api.faults import Reason, Refused
from intake_api.items.queue_places import first_standing, stand
from intake_api.items.totals import settle
from intake_api.store.models import AccessKey, Item, Mention, State, StoredReport, is_claimed

MAXIMUM_DETAILS: Final = 50
# A program that prolongs for ever must not keep an item from everybody else.
LONGEST_HOLD: Final = timedelta(hours=8)
_EXPIRED_AT_ONCE: Final = 20


async def claim(
    desk: Desk, count: int, lease: timedelta, language: str | None = None, kind: str | None = None
) -> Sequence[Item]:
    """Give the analyst up to `count` items, the most overdue first, until the lease runs out.

    `language` is one in which an item was reported, `kind` what sort of address it has; None is any. What the
    analyst has released does not come back to them for as long as a lease: they had a reason. Raises Refused
    (hands-full) when they hold MAXIMUM_CLAIMS.
    """
    await _give_back_expired(desk)
    room = await _room(desk)
    not_released = or_(
        Item.released_by.is_(None), Item.released_by != desk.analyst, Item.released_at <= desk.now - lease
    )
    items = await first_standing(desk.session, min(count, room), not_released, language, kind)
    for item in items:
        item.state, item.claim_id = State.CLAIMED, secrets.token_hex(8)
        item.claimed_by, item.claimed_at, item.lease_expires = desk.analyst, desk.now, desk.now + lease
        item.released_by = item.released_at = None
        await stand(desk.session, item)
    await desk.note("claimed", *(item.item_id for item in items))
    return items


async def held(desk: Desk, claim_id: str) -> Item:
    """Give the item under a claim of this analyst's that holds; raises Refused (claim-lost) for any other."""
    mine = select(Item).where(
        Item.claim_id == claim_id, Item.claimed_by == desk.analyst, Item.lease_expires > desk.now
    )
    item = (await desk.session.scalars(mine.with_for_update())).one_or_none()
    if item is None:
        raise Refused(Reason.CLAIM_LOST)
    return item


async def held_by(desk: Desk) -> Sequence[Item]:
    """Give the items that the analyst now holds, the claim that ends first before the others."""
    mine = select(Item).where(is_claimed, Item.claimed_by == desk.analyst, Item.lease_expires > desk.now)
    return (await desk.session.scalars(mine.order_by(Item.lease_expires, Item.claim_id))).all()


async def prolong(desk: Desk, claim_id: str, lease: timedelta) -> datetime:
    """Let a claim hold for another lease, LONGEST_HOLD in all; gives its end, raises Refused (claim-lost)."""
    item = await held(desk, claim_id)
    item.claimed_at = item.claimed_at or desk.now
    ends = item.lease_expires = min(desk.now + lease, item.claimed_at + LONGEST_HOLD)
    await desk.session.flush()
    return ends


async def release(desk: Desk, claim_id: str) -> None:
    """Put an item back into the queue, at its old place; raises Refused (claim-lost)."""
    item = await held(desk, claim_id)
    item_id = item.item_id
    item.released_by, item.released_at = desk.analyst, desk.now
    await let_go(desk.session, item, State.WAITING)
    await desk.note("released", item_id)


async def let_go(session: AsyncSession, item: Item, state: State) -> None:
    """End the claim of an item; one that waits again for nobody, since all was withdrawn, is gone."""
    item.state = state
    item.claim_id = item.claimed_by = item.claimed_at = item.lease_expires = None
    await settle(session, item)


async def reports_of(session: AsyncSession, item_id: str) -> Sequence[StoredReport]:
    """Give an item's reports, the latest hour first, at most MAXIMUM_DETAILS."""
    found = (
        select(StoredReport)
        .join_from(StoredReport, Mention)
        .where(Mention.item_id == item_id)
        .order_by(Mention.hour.desc(), Mention.draft_id)
        .limit(MAXIMUM_DETAILS)
    )
    return (await session.scalars(found)).all()


async def _room(desk: Desk) -> int:
    # Locked, so that two requests of one analyst at the same time do not both find the same room.
    await desk.session.get_one(AccessKey, desk.analyst, with_for_update={"key_share": True})
    mine = select(func.count()).where(
        is_claimed, Item.claimed_by == desk.analyst, Item.lease_expires > desk.now
    )
    room = MAXIMUM_CLAIMS - (await desk.session.scalars(mine)).one()
    if room <= 0:
        raise Refused(Reason.HANDS_FULL)
    return room


async def _give_back_expired(desk: Desk) -> None:
    expired = select(Item).where(is_claimed, Item.lease_expires <= desk.now).limit(_EXPIRED_AT_ONCE)
    for item in (await desk.session.scalars(expired.with_for_update(skip_locked=True))).all():
        await let_go(desk.session, item, State.WAITING)

"""Analysts claim the most overdue items, prolong and release their claims; an item has one claim at most.

A claim is named by its id. If it was released or assessed, has expired or belongs to another analyst, the
answer is always the same: "claim-lost".
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.shapes import MAXIMUM_CLAIMS
from intake_api.faults import Reason, Refused
from intake_api.items.queue_places import first_waiting, update_places
from intake_api.items.totals import update_totals
from intake_api.store.models import AccessKey, Item, Mention, State, StoredReport, is_claimed

MAXIMUM_DETAILS: Final = 50
# A program that prolongs its claim for ever must not keep the item from other analysts.
LONGEST_HOLD: Final = timedelta(hours=8)
_EXPIRED_AT_ONCE: Final = 20


async def claim(
    request: AnalystRequest,
    count: int,
    lease: timedelta,
    language: str | None = None,
    kind: str | None = None,
) -> Sequence[Item]:
    """Claim up to `count` items for the analyst, the most overdue first, until the lease runs out.

    `language` is one in which an item was reported, `kind` is the kind of its address; None means any. The
    analyst does not get an item that they released within the last lease: they had a reason to release it.
    Raises Refused (hands-full) when they hold MAXIMUM_CLAIMS.
    """
    await _give_back_expired(request)
    free = await _free_claims(request)
    not_released = or_(
        Item.released_by.is_(None),
        Item.released_by != request.analyst,
        Item.released_at <= request.now - lease,
    )
    items = await first_waiting(request.session, min(count, free), not_released, language, kind)
    for item in items:
        item.state, item.claim_id = State.CLAIMED, secrets.token_hex(8)
        item.claimed_by, item.claimed_at, item.lease_expires = (
            request.analyst,
            request.now,
            request.now + lease,
        )
        item.released_by = item.released_at = None
        await update_places(request.session, item)
    await request.note("claimed", *(item.item_id for item in items))
    return items


async def claimed_item(request: AnalystRequest, claim_id: str) -> Item:
    """Return the item of a claim that this analyst holds; raises Refused (claim-lost) for any other claim."""
    mine = select(Item).where(
        Item.claim_id == claim_id, Item.claimed_by == request.analyst, Item.lease_expires > request.now
    )
    item = (await request.session.scalars(mine.with_for_update())).one_or_none()
    if item is None:
        raise Refused(Reason.CLAIM_LOST)
    return item


async def claimed_items(request: AnalystRequest) -> Sequence[Item]:
    """Return the items that the analyst holds, in the order in which their claims end."""
    mine = select(Item).where(
        is_claimed, Item.claimed_by == request.analyst, Item.lease_expires > request.now
    )
    return (await request.session.scalars(mine.order_by(Item.lease_expires, Item.claim_id))).all()


async def prolong(request: AnalystRequest, claim_id: str, lease: timedelta) -> datetime:
    """Extend a claim by a lease, up to LONGEST_HOLD in all; returns its end, raises Refused (claim-lost)."""
    item = await claimed_item(request, claim_id)
    item.claimed_at = item.claimed_at or request.now
    ends = item.lease_expires = min(request.now + lease, item.claimed_at + LONGEST_HOLD)
    await request.session.flush()
    await request.note("prolonged", item.item_id)
    return ends


async def release(request: AnalystRequest, claim_id: str) -> None:
    """Put an item back into the queue at its old place; raises Refused (claim-lost)."""
    item = await claimed_item(request, claim_id)
    item_id = item.item_id
    item.released_by, item.released_at = request.analyst, request.now
    await end_claim(request.session, item, State.WAITING)
    await request.note("released", item_id)


async def end_claim(session: AsyncSession, item: Item, state: State) -> None:
    """End the claim of an item; delete the item if it would wait although all its reports were withdrawn."""
    item.state = state
    item.claim_id = item.claimed_by = item.claimed_at = item.lease_expires = None
    await update_totals(session, item)


async def reports_of(session: AsyncSession, item_id: str) -> Sequence[StoredReport]:
    """Return an item's reports, the latest hour first, at most MAXIMUM_DETAILS."""
    found = (
        select(StoredReport)
        .join_from(StoredReport, Mention)
        .where(Mention.item_id == item_id)
        .order_by(Mention.hour.desc(), Mention.draft_id)
        .limit(MAXIMUM_DETAILS)
    )
    return (await session.scalars(found)).all()


async def _free_claims(request: AnalystRequest) -> int:
    # Locked, so that two requests of one analyst at the same time do not both count the same free claims.
    await request.session.get_one(AccessKey, request.analyst, with_for_update={"key_share": True})
    mine = select(func.count()).where(
        is_claimed, Item.claimed_by == request.analyst, Item.lease_expires > request.now
    )
    free = MAXIMUM_CLAIMS - (await request.session.scalars(mine)).one()
    if free <= 0:
        raise Refused(Reason.HANDS_FULL)
    return free


async def _give_back_expired(request: AnalystRequest) -> None:
    expired = select(Item).where(is_claimed, Item.lease_expires <= request.now).limit(_EXPIRED_AT_ONCE)
    for item in (await request.session.scalars(expired.with_for_update(skip_locked=True))).all():
        held_by, item_id = str(item.claimed_by), item.item_id
        await end_claim(request.session, item, State.WAITING)
        request.audit.add(request.session, request.now, held_by, "lease_ran_out", item_id)

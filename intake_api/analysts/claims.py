"""Analysts claim the most overdue items, every third by age, and prolong and release their claims.

A claim is named by its id. If it was released, freed or assessed, or belongs to another analyst, the answer
is always the same: "claim-lost". A claim that has expired shows nothing, but it is still good for a decision
while nobody else has claimed the item, also after the item was given back to the queue.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.released import may_be_given
from intake_api.analysts.shapes import MAXIMUM_CLAIMS
from intake_api.analysts.spoilt_rows import SPOILT, is_whole_claim, is_whole_holder, is_whole_item, opens
from intake_api.faults import Reason, Refused
from intake_api.items.queue_places import first_waiting, update_places
from intake_api.items.reopening import forget_unshown
from intake_api.items.totals import update_totals
from intake_api.store.models import (
    EVERY_KIND,
    EVERY_LANGUAGE,
    LONGEST_HOLD,
    AccessKey,
    Item,
    State,
    is_claimed,
    is_waiting,
)

_EXPIRED_AT_ONCE: Final = 20
# Far more than anybody holds, and still typed in three digits.
_HIGHEST_NUMBER: Final = 999


async def claim(
    request: AnalystRequest,
    count: int,
    lease: timedelta,
    language: str | None = None,
    kind: str | None = None,
) -> Sequence[Item]:
    """Claim up to `count` items for the analyst until the lease runs out: the most overdue, and some by age.

    `language` is one in which an item was reported, `kind` is the kind of its address; None means any. The
    analyst does not get an item that they released within the last lease: they had a reason to release it.
    Raises Refused (hands-full) when they hold MAXIMUM_CLAIMS.
    """
    free = await _free_claims(request)
    await _give_back_expired(request)
    queue = (language or EVERY_LANGUAGE, kind or EVERY_KIND)
    wanted = may_be_given(request, lease) & is_whole_item(request.session)
    fit = partial(opens, request.vault)
    items = await first_waiting(request.session, min(count, free), wanted, fit, *queue)
    for item, number in zip(items, await _free_numbers(request), strict=False):
        item.state, item.claim_id = State.CLAIMED, secrets.token_hex(8)
        item.claim_number = number
        item.claimed_by, item.claimed_at, item.lease_expires = (
            request.analyst,
            request.now,
            request.now + lease,
        )
        item.released_by = item.released_at = None
        forget_unshown(item)
        await update_places(request.session, item)
    request.note("claimed", *(item.item_id for item in items))
    return items


async def claimed_item(request: AnalystRequest, claim_id: str) -> Item:
    """Return the item of a claim that this analyst holds; raises Refused (claim-lost) for any other claim."""
    return await _locked(request, _is_named(request, claim_id) & (Item.lease_expires > request.now))


async def item_to_decide(request: AnalystRequest, claim_id: str) -> Item:
    """Return the item of a claim, expired too, if nobody else has claimed it; raises Refused (claim-lost)."""
    gave_up = is_waiting & (Item.lapsed_claim == claim_id) & (Item.lapsed_by == request.analyst)
    try:
        return await _locked(request, _is_named(request, claim_id))
    except Refused:
        return await _locked(request, gave_up)


async def claimed_items(request: AnalystRequest) -> Sequence[Item]:
    """Return the items that the analyst holds, by the claims' numbers."""
    mine = select(Item).where(
        is_claimed,
        Item.claimed_by == request.analyst,
        Item.lease_expires > request.now,
        is_whole_claim(request.session),
    )
    held = await request.session.scalars(mine.order_by(Item.claim_number, Item.claim_id))
    return [item for item in held if opens(request.vault, item)]


async def prolong(request: AnalystRequest, claim_id: str, lease: timedelta) -> datetime:
    """Extend a claim by a lease, up to LONGEST_HOLD in all; returns its end.

    An expired claim is extended too, until its item is given back to the queue. Raises Refused: claim-lost;
    hands-full if the claim has expired and the analyst holds MAXIMUM_CLAIMS others.
    """
    item = await _locked(request, _is_named(request, claim_id))
    item.claimed_at = item.claimed_at or request.now
    ends = min(request.now + lease, item.claimed_at + LONGEST_HOLD)
    if ends <= request.now:
        raise Refused(Reason.CLAIM_LOST)
    if item.lease_expires is not None and item.lease_expires <= request.now:
        await _free_claims(request)
    item.lease_expires = ends
    await request.session.flush()
    request.note("prolonged", item.item_id)
    return ends


async def release(request: AnalystRequest, claim_id: str) -> None:
    """Put an item back into the queue at its old place; raises Refused (claim-lost)."""
    item = await _locked(request, _is_named(request, claim_id))
    item_id = item.item_id
    item.released_by, item.released_at = request.analyst, request.now
    await end_claim(request.session, item, State.WAITING)
    request.note("released", item_id)


async def end_claim(session: AsyncSession, item: Item, state: State) -> None:
    """End the claim of an item; delete the item if it would wait although all its reports were withdrawn."""
    item.state = state
    item.claim_id = item.claimed_by = item.claimed_at = item.lease_expires = None
    item.claim_number, item.claim_shown = None, False
    item.lapsed_claim = item.lapsed_by = None
    await update_totals(session, item)


async def every_claim(session: AsyncSession) -> Sequence[tuple[Item, AccessKey]]:
    """Return each claimed item and its holder's key, the first to run out first; expired claims too.

    Without a name, a number, a beginning or an end a claim is none: `reportline doctor` counts it.
    """
    claims = select(Item, AccessKey).join_from(Item, AccessKey, Item.claimed_by == AccessKey.key_id)
    has_times = Item.claimed_at.is_not(None) & Item.lease_expires.is_not(None)
    whole = claims.where(is_claimed, has_times, is_whole_claim(session), is_whole_holder(session))
    in_order = whole.order_by(Item.lease_expires, Item.claim_id)
    return [(item, key) for item, key in await session.execute(in_order)]


async def free(request: AnalystRequest, claim_id: str) -> str:
    """Put the item of anybody's claim back into the queue; returns the id of the key that held it.

    Raises Refused (claim-lost) if no item carries this claim.
    """
    item = await _locked(request, is_claimed & (Item.claim_id == claim_id))
    item_id, holder = item.item_id, str(item.claimed_by)
    await end_claim(request.session, item, State.WAITING)
    request.note("claim_freed", item_id)
    return holder


async def free_all_of(session: AsyncSession, key_id: str) -> tuple[Sequence[str], int]:
    """Put what a key's owner holds back into the queue; returns the ids of the items.

    Also returns how many more they hold, which somebody spoilt, so that they cannot be given back. The caller
    has locked the key, if there is one.
    """
    held = select(Item.item_id).where(is_claimed, Item.claimed_by == key_id).order_by(Item.address_hash)
    item_ids = (await session.scalars(held.with_for_update())).all()
    freed = [item_id for item_id in item_ids if await _gives_back(session, item_id)]
    return freed, len(item_ids) - len(freed)


def _is_named(request: AnalystRequest, claim_id: str) -> ColumnElement[bool]:
    return (Item.claim_id == claim_id) & (Item.claimed_by == request.analyst)


async def _locked(request: AnalystRequest, condition: ColumnElement[bool]) -> Item:
    items = (await request.session.scalars(select(Item).where(condition).with_for_update())).all()
    # Somebody may have written a claim that ran out into a second item: nothing tells which was decided.
    if len(items) != 1:
        raise Refused(Reason.CLAIM_LOST)
    return items[0]


async def _free_claims(request: AnalystRequest) -> int:
    """Return how many more items the analyst may hold; the caller must have locked their key."""
    key = await request.session.get_one(AccessKey, request.analyst)
    if key.revoked_at is not None:
        # It was revoked, and what it held was freed, while this request waited.
        return 0
    mine = select(func.count()).where(
        is_claimed, Item.claimed_by == request.analyst, Item.lease_expires > request.now
    )
    free = MAXIMUM_CLAIMS - (await request.session.scalars(mine)).one()
    if free <= 0:
        raise Refused(Reason.HANDS_FULL)
    return free


async def _free_numbers(request: AnalystRequest) -> Iterator[int]:
    """Return numbers that name no claim of the analyst's; the caller must have locked their key.

    They go on after the highest, so that a number is not soon another claim's.
    """
    held = select(Item.claim_number).where(is_claimed, Item.claimed_by == request.analyst)
    # SQLite keeps a text there, too, if somebody writes one.
    taken = {number for number in await request.session.scalars(held) if isinstance(number, int)}
    highest = max(taken, default=0)
    after = range(highest + 1, _HIGHEST_NUMBER + 1)
    return (number for number in (*after, *range(1, highest)) if number not in taken)


async def _give_back_expired(request: AnalystRequest) -> None:
    ran_out = and_(is_claimed, Item.lease_expires <= request.now, is_whole_item(request.session))
    expired = select(Item.item_id, Item.claim_id, Item.claimed_by).where(ran_out).limit(_EXPIRED_AT_ONCE)
    found = await request.session.execute(expired.with_for_update(skip_locked=True))
    for item_id, claim_id, analyst in found.all():
        if await _gives_back(request.session, item_id, lapsed=(claim_id, str(analyst))):
            request.audit.add(request.session, request.now, str(analyst), "lease_ran_out", item_id)


async def _gives_back(
    session: AsyncSession, item_id: str, lapsed: tuple[str | None, str | None] = (None, None)
) -> bool:
    """Put a locked item back into the queue; returns whether that could be done: if not, nothing changed."""
    try:
        async with session.begin_nested():
            item = await session.get_one(Item, item_id)
            await end_claim(session, item, State.WAITING)
            if item.state == State.WAITING:
                item.lapsed_claim, item.lapsed_by = lapsed
    except SPOILT:
        return False
    return True

"""What analysts do: take the most overdue items, read them, decide; never two analysts on one item.

A claim is named by its id. Whoever comes with a claim that was released, assessed, has run out or is somebody
else's gets "claim-lost", always the same.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit import AuditLog
from intake_api.contract import Decision
from intake_api.errors import Problem
from intake_api.models import Assessment, Item, Mention, State, StoredReport, is_claimed, is_waiting
from intake_api.vault import Place, Vault
from intake_api.vocabulary import VOCABULARY_VERSION

MAXIMUM_DETAILS = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """An analyst at work: one transaction, whose key it is, and what the time is."""

    session: AsyncSession
    vault: Vault
    audit: AuditLog
    analyst: str
    now: datetime

    async def note(self, what: str, item_id: str) -> None:
        """Write into the audit log what the analyst does with an item."""
        await self.audit.add(self.session, self.now, self.analyst, what, item_id)


async def claim(desk: Desk, count: int, lease: timedelta) -> Sequence[Item]:
    """Give the analyst up to `count` items, the most overdue first, until the lease runs out."""
    await _give_back_expired(desk)
    most_overdue = select(Item).where(is_waiting).order_by(Item.due_hour, Item.item_id).limit(count)
    items = (await desk.session.scalars(most_overdue.with_for_update(skip_locked=True))).all()
    for item in items:
        item.state, item.claim_id = State.CLAIMED, secrets.token_hex(8)
        item.claimed_by, item.lease_expires = desk.analyst, desk.now + lease
        await desk.note("claimed", item.item_id)
    return items


async def held(desk: Desk, claim_id: str) -> Item:
    """Give the item under a claim of this analyst's that holds; raises Problem (claim-lost) for any other."""
    mine = select(Item).where(
        Item.claim_id == claim_id, Item.claimed_by == desk.analyst, Item.lease_expires > desk.now
    )
    item = (await desk.session.scalars(mine.with_for_update())).one_or_none()
    if item is None:
        raise Problem("claim-lost")
    return item


async def release(desk: Desk, claim_id: str) -> None:
    """Put an item back into the queue, at its old place; raises Problem (claim-lost)."""
    item = await held(desk, claim_id)
    _let_go(item, State.WAITING)
    await desk.note("released", item.item_id)


async def assess(desk: Desk, claim_id: str, decision: Decision) -> str:
    """Record a decision and take the item out of the queue; returns its id, raises Problem (claim-lost)."""
    item = await held(desk, claim_id)
    assessment_id = secrets.token_hex(16)
    desk.session.add(
        Assessment(
            assessment_id=assessment_id,
            item_id=item.item_id,
            claim_id=claim_id,
            assessed_by=desk.analyst,
            assessed_at=desk.now,
            vocabulary=VOCABULARY_VERSION,
            note=_sealed_note(desk.vault, assessment_id, decision.note),
            **decision.model_dump(exclude={"note"}),
        )
    )
    _let_go(item, State.ASSESSED)
    await desk.note(f"assessed_{decision.outcome}", item.item_id)
    return assessment_id


async def reports_of(session: AsyncSession, item_id: str) -> Sequence[StoredReport]:
    """Give an item's reports, the latest hour first, at most MAXIMUM_DETAILS."""
    found = (
        select(StoredReport)
        .join_from(StoredReport, Mention)
        .where(Mention.item_id == item_id)
        .order_by(StoredReport.hour.desc(), StoredReport.draft_id)
        .limit(MAXIMUM_DETAILS)
    )
    return (await session.scalars(found)).all()


async def sources_of(session: AsyncSession, item_ids: Iterable[str]) -> Sequence[tuple[str, str, str]]:
    """Give the distinct (item id, portal, language) of these items' reports, in order."""
    found = (
        select(Mention.item_id, StoredReport.portal, StoredReport.language)
        .join_from(StoredReport, Mention)
        .where(Mention.item_id.in_(item_ids))
        .distinct()
        .order_by(StoredReport.portal, StoredReport.language)
    )
    return [(item_id, portal, language) for item_id, portal, language in await session.execute(found)]


async def history_of(session: AsyncSession, item_id: str) -> Sequence[Assessment]:
    """Give an item's assessments, the oldest first."""
    of_item = select(Assessment).where(Assessment.item_id == item_id)
    return (await session.scalars(of_item.order_by(Assessment.assessed_at))).all()


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


async def _give_back_expired(desk: Desk) -> None:
    expired = update(Item).where(is_claimed, Item.lease_expires <= desk.now)
    await desk.session.execute(
        expired.values(state=State.WAITING, claim_id=None, claimed_by=None, lease_expires=None)
    )


def _sealed_note(vault: Vault, assessment_id: str, note: str | None) -> bytes | None:
    return vault.seal(Place("assessments", assessment_id, "note"), note) if note else None


def _let_go(item: Item, state: State) -> None:
    item.state = state
    item.claim_id = item.claimed_by = item.lease_expires = None

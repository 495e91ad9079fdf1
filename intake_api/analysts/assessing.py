"""What analysts decide is added, never overwritten: to correct is to decide anew, naming what it corrects."""

import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from intake_api.analysts.claims import held, let_go
from intake_api.analysts.decision import Decision
from intake_api.analysts.desk import Desk
from intake_api.analysts.vocabulary import VOCABULARY_VERSION
from intake_api.faults import Reason, Refused
from intake_api.store.models import Assessment, Item, State
from intake_api.vault import Place, Vault

_COLUMNS = ("outcome", "severity", "youngest_child", "action")


async def assess(desk: Desk, claim_id: str, decision: Decision) -> str:
    """Record a decision and take the item out of the queue; returns its id, raises Refused (claim-lost).

    The same decision about the same claim again is the answer to a caller who did not hear the first one.
    """
    try:
        item = await held(desk, claim_id)
    except Refused:
        # Only now: the first one may have been at work until the claim turned out not to hold.
        return await _repeated(desk, claim_id, decision)
    assessment_id = _add(desk, item.item_id, decision, claim_id=claim_id)
    await let_go(desk.session, item, State.ASSESSED)
    await desk.note(f"assessed_{decision.outcome}", item.item_id)
    return assessment_id


async def correct(desk: Desk, assessment_id: str, decision: Decision, *, of_others: bool) -> str:
    """Record a decision in the place of an earlier one; returns its id.

    Raises Refused: not-found if there is none, or it is another analyst's and not `of_others`; superseded if
    it is not the item's newest.
    """
    earlier = await desk.session.get(Assessment, assessment_id)
    if earlier is None or not (of_others or earlier.assessed_by == desk.analyst):
        raise Refused(Reason.NOT_FOUND)
    # Whoever corrects, assesses or merges the item meanwhile waits.
    await desk.session.get_one(Item, earlier.item_id, with_for_update=True)
    if await holding_of(desk.session, earlier.item_id) is not earlier:
        raise Refused(Reason.SUPERSEDED)
    correction_id = _add(desk, earlier.item_id, decision, corrects=assessment_id)
    await desk.note(f"corrected_{decision.outcome}", earlier.item_id)
    return correction_id


async def history_of(session: AsyncSession, item_id: str) -> Sequence[Assessment]:
    """Give an item's assessments, the oldest first."""
    of_item = select(Assessment).where(Assessment.item_id == item_id)
    return (await session.scalars(of_item.order_by(Assessment.assessed_at, Assessment.assessment_id))).all()


def holding(item_id: ColumnElement[str]) -> Select[Assessment]:
    """Select the assessment of an item that holds: the latest of those that nobody has corrected."""
    correction = aliased(Assessment)
    corrected = exists().where(correction.corrects == Assessment.assessment_id)
    of_item = select(Assessment).where(Assessment.item_id == item_id, ~corrected)
    return of_item.order_by(Assessment.assessed_at.desc()).limit(1)


async def holding_of(session: AsyncSession, item_id: str) -> Assessment | None:
    """Give the assessment of an item that holds, or None where nobody has decided yet."""
    return (await session.scalars(holding(literal(item_id)))).one_or_none()


async def outcome_of(session: AsyncSession, item_id: str) -> str | None:
    """Give the outcome that holds, or None where nobody has decided yet."""
    newest = await holding_of(session, item_id)
    return None if newest is None else newest.outcome


async def _repeated(desk: Desk, claim_id: str, decision: Decision) -> str:
    mine = select(Assessment).where(Assessment.claim_id == claim_id, Assessment.assessed_by == desk.analyst)
    known = (await desk.session.scalars(mine)).one_or_none()
    if known is None or decided(desk.vault, known) != decision.model_dump(exclude_defaults=True, mode="json"):
        raise Refused(Reason.CLAIM_LOST)
    return known.assessment_id


def decided(vault: Vault, row: Assessment) -> dict[str, object]:
    """Give what was decided, in the words of its version of the vocabulary; what was left out is left out."""
    plain = {name: getattr(row, name) for name in _COLUMNS if getattr(row, name) is not None}
    note = row.note and vault.open(Place("assessments", row.assessment_id, "note"), row.note)
    return plain | row.details | ({"note": note} if note else {})


def _add(
    desk: Desk,
    item_id: str,
    decision: Decision,
    *,
    claim_id: str | None = None,
    corrects: str | None = None,
) -> str:
    assessment_id = secrets.token_hex(16)
    said = decision.model_dump(exclude_defaults=True, mode="json", exclude={"note"})
    desk.session.add(
        Assessment(
            assessment_id=assessment_id,
            item_id=item_id,
            claim_id=claim_id,
            corrects=corrects,
            assessed_by=desk.analyst,
            assessed_at=desk.now,
            vocabulary=VOCABULARY_VERSION,
            details={name: value for name, value in said.items() if name not in _COLUMNS},
            note=_sealed_note(desk.vault, assessment_id, decision.note),
            **{name: said.get(name) for name in _COLUMNS},
        )
    )
    return assessment_id


def _sealed_note(vault: Vault, assessment_id: str, note: str | None) -> bytes | None:
    return vault.seal(Place("assessments", assessment_id, "note"), note) if note else None

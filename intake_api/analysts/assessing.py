"""Records decisions and corrections: each is a new row, and a correction names the row that it replaces."""

import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.claims import claimed_item, end_claim
from intake_api.analysts.decision import Decision
from intake_api.analysts.vocabulary import VOCABULARY_VERSION
from intake_api.faults import Reason, Refused
from intake_api.store.bound_assessments import binding
from intake_api.store.models import Assessment, Item, State
from intake_api.vault import Place, Vault

_COLUMNS = ("outcome", "severity", "youngest_child", "action")


async def assess(request: AnalystRequest, claim_id: str, decision: Decision) -> str:
    """Record a decision and take the item out of the queue; returns its id, raises Refused (claim-lost).

    A caller who got no answer may send the same decision again, and gets the id of the first one.
    """
    try:
        item = await claimed_item(request, claim_id)
    except Refused:
        # Look for an earlier decision only now: it may have been committed while this request waited.
        return await _repeated(request, claim_id, decision)
    assessment_id = _add(request, item.item_id, decision, claim_id=claim_id)
    await end_claim(request.session, item, State.ASSESSED)
    return assessment_id


async def correct(request: AnalystRequest, assessment_id: str, decision: Decision, *, of_others: bool) -> str:
    """Record a decision that replaces an earlier one; returns its id.

    Raises Refused: not-found if there is no such assessment, or if another analyst made it and `of_others` is
    false; superseded if it is not the item's newest.
    """
    earlier = await request.session.get(Assessment, assessment_id)
    if earlier is None or not (of_others or earlier.assessed_by == request.analyst):
        raise Refused(Reason.NOT_FOUND)
    # Locked, so that no other request corrects, assesses or merges the item at the same time.
    await request.session.get_one(Item, earlier.item_id, with_for_update=True)
    if await current_assessment(request.session, earlier.item_id) is not earlier:
        raise Refused(Reason.SUPERSEDED)
    return _add(request, earlier.item_id, decision, corrects=assessment_id)


async def history_of(session: AsyncSession, item_id: str) -> Sequence[Assessment]:
    """Return an item's assessments, the oldest first."""
    of_item = select(Assessment).where(Assessment.item_id == item_id)
    return (await session.scalars(of_item.order_by(Assessment.assessed_at, Assessment.assessment_id))).all()


def current(item_id: ColumnElement[str]) -> Select[Assessment]:
    """Select an item's current assessment: the latest that has not been corrected."""
    correction = aliased(Assessment)
    corrected = exists().where(correction.corrects == Assessment.assessment_id)
    of_item = select(Assessment).where(Assessment.item_id == item_id, ~corrected)
    return of_item.order_by(Assessment.assessed_at.desc()).limit(1)


async def current_assessment(session: AsyncSession, item_id: str) -> Assessment | None:
    """Return an item's current assessment, or None if it has none yet."""
    return (await session.scalars(current(literal(item_id)))).one_or_none()


async def current_outcome(session: AsyncSession, item_id: str) -> str | None:
    """Return an item's current outcome, or None if it has no assessment yet."""
    newest = await current_assessment(session, item_id)
    return None if newest is None else newest.outcome


async def _repeated(request: AnalystRequest, claim_id: str, decision: Decision) -> str:
    mine = select(Assessment).where(
        Assessment.claim_id == claim_id, Assessment.assessed_by == request.analyst
    )
    known = (await request.session.scalars(mine)).one_or_none()
    if known is None or decided(request.vault, known) != decision.model_dump(
        exclude_defaults=True, mode="json"
    ):
        raise Refused(Reason.CLAIM_LOST)
    return known.assessment_id


def decided(vault: Vault, row: Assessment) -> dict[str, object]:
    """Return the fields of a stored decision in its own version of the vocabulary, without those left out."""
    plain = {name: getattr(row, name) for name in _COLUMNS if getattr(row, name) is not None}
    note = row.note and vault.open(Place("assessments", row.assessment_id, "note"), row.note)
    return plain | row.details | ({"note": note} if note else {})


def _add(
    request: AnalystRequest,
    item_id: str,
    decision: Decision,
    *,
    claim_id: str | None = None,
    corrects: str | None = None,
) -> str:
    assessment_id = secrets.token_hex(16)
    said = decision.model_dump(exclude_defaults=True, mode="json", exclude={"note"})
    row = Assessment(
        assessment_id=assessment_id,
        item_id=item_id,
        claim_id=claim_id,
        corrects=corrects,
        assessed_by=request.analyst,
        assessed_at=request.now,
        vocabulary=VOCABULARY_VERSION,
        details={name: value for name, value in said.items() if name not in _COLUMNS},
        note=_sealed_note(request.vault, assessment_id, decision.note),
        **{name: said.get(name) for name in _COLUMNS},
    )
    request.session.add(row)
    _note(request, row, decision)
    return assessment_id


def _note(request: AnalystRequest, row: Assessment, decision: Decision) -> None:
    """Write into the audit log that a decision was made, and bind its row to the entry."""
    what = f"{'assessed' if row.corrects is None else 'corrected'}_{row.outcome}"
    bound = binding(request.audit, row, {"note": decision.note} if decision.note else {})
    request.audit.add(
        request.session,
        request.now,
        request.analyst,
        what,
        row.item_id,
        assessment_id=row.assessment_id,
        content=bound,
    )


def _sealed_note(vault: Vault, assessment_id: str, note: str | None) -> bytes | None:
    return vault.seal(Place("assessments", assessment_id, "note"), note) if note else None

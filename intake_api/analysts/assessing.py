"""Records decisions and corrections: each is a new row, and a correction names the row that it replaces."""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.claims import end_claim, item_to_decide
from intake_api.analysts.decision import Decision
from intake_api.analysts.shapes import LastAssessment
from intake_api.analysts.spoilt_rows import SPOILT_DECISION, is_whole_assessment
from intake_api.analysts.vocabulary import NEWEST, VOCABULARY_VERSION
from intake_api.audit.bound_assessments import binding
from intake_api.faults import Reason, Refused
from intake_api.items.reopening import mark_decided
from intake_api.store.database import advisory_lock
from intake_api.store.models import Assessment, Item, State
from intake_api.store.wrong_values import has_right_values
from intake_api.vault import Place, Vault

_COLUMNS = ("outcome", "severity", "youngest_child", "action")
_SEQUENCE = 6  # the number of its advisory lock


async def assess(request: AnalystRequest, claim_id: str, decision: Decision) -> str:
    """Record a decision and take the item out of the queue; returns its id, raises Refused (claim-lost).

    A claim that has expired is good until somebody else claims the item. A caller who got no answer may send
    the same decision again, and gets the id of the first one.
    """
    try:
        item = await item_to_decide(request, claim_id)
    except Refused:
        # Look for an earlier decision only now: it may have been committed while this request waited.
        return await _repeated(request, claim_id, decision)
    await end_claim(request.session, item, State.ASSESSED)
    return await _add(request, item, decision, claim_id=claim_id)


async def correct(request: AnalystRequest, assessment_id: str, decision: Decision, *, of_others: bool) -> str:
    """Record a decision that replaces an earlier one; returns its id, or the earlier one's if they are alike.

    Raises Refused: not-found if there is no such assessment, or if another analyst made it and `of_others` is
    false; superseded if it is not the item's newest.
    """
    earlier = await request.session.get(Assessment, assessment_id)
    if earlier is None or not (of_others or earlier.assessed_by == request.analyst):
        raise Refused(Reason.NOT_FOUND)
    # Locked, so that no other request corrects, assesses or merges the item at the same time.
    item = await request.session.get_one(Item, earlier.item_id, with_for_update=True)
    if await current_assessment(request.session, earlier.item_id) is not earlier:
        raise Refused(Reason.SUPERSEDED)
    if earlier.vocabulary == VOCABULARY_VERSION and _is_as_decided(request.vault, earlier, decision):
        return assessment_id
    return await _add(request, item, decision, corrects=assessment_id)


async def last_assessment(request: AnalystRequest) -> LastAssessment:
    """Return the assessment that the analyst recorded last; raises Refused (not-found) if there is none."""
    mine = select(Assessment).where(
        Assessment.assessed_by == request.analyst, is_whole_assessment(request.session)
    )
    last = await request.session.scalar(mine.order_by(Assessment.sequence.desc()).limit(1))
    if last is None:
        raise Refused(Reason.NOT_FOUND)
    return LastAssessment(
        assessment_id=last.assessment_id,
        item_id=last.item_id,
        outcome=last.outcome,
        assessed_at=last.assessed_at,
    )


async def history_of(session: AsyncSession, item_id: str) -> Sequence[Assessment]:
    """Return an item's assessments, the oldest first, without those that somebody spoilt."""
    of_item = select(Assessment).where(Assessment.item_id == item_id, is_whole_assessment(session))
    return (await session.scalars(of_item.order_by(Assessment.sequence))).all()


def current(item_id: ColumnElement[str]) -> Select[Assessment]:
    """Select an item's current assessment: the latest that has not been corrected."""
    correction = aliased(Assessment)
    corrected = exists().where(correction.corrects == Assessment.assessment_id)
    of_item = select(Assessment).where(Assessment.item_id == item_id, ~corrected)
    return of_item.order_by(Assessment.sequence.desc()).limit(1)


async def current_assessment(session: AsyncSession, item_id: str) -> Assessment | None:
    """Return an item's current assessment, or None if it has none yet."""
    return (await session.scalars(current(literal(item_id)))).one_or_none()


async def outcomes_of(session: AsyncSession, item_ids: Sequence[str]) -> Mapping[str, str | None]:
    """Return the current outcome of each item, or None if it has no assessment yet, or somebody spoilt it."""
    is_told = has_right_values(session, Assessment, "outcome")
    outcome = case((is_told, Assessment.outcome), else_=None)
    newest = current(Item.item_id.expression).with_only_columns(outcome).correlate(Item)
    found = select(Item.item_id, newest.scalar_subquery()).where(Item.item_id.in_(item_ids))
    return {row.item_id: row[1] for row in await session.execute(found)}


async def _repeated(request: AnalystRequest, claim_id: str, decision: Decision) -> str:
    mine = select(Assessment).where(
        Assessment.claim_id == claim_id, Assessment.assessed_by == request.analyst
    )
    known = (await request.session.scalars(mine)).one_or_none()
    if known is None or not _is_as_decided(request.vault, known, decision):
        raise Refused(Reason.CLAIM_LOST)
    return known.assessment_id


def _is_as_decided(vault: Vault, row: Assessment, decision: Decision) -> bool:
    try:
        return decided(vault, row) == decision.model_dump(exclude_defaults=True, mode="json")
    except SPOILT_DECISION:
        # Somebody spoilt it, so it says nothing any more.
        return False


def decided(vault: Vault, row: Assessment) -> dict[str, object]:
    """Return the fields of a stored decision in its own version of the vocabulary, without those left out.

    Raises one of SPOILT_DECISION.
    """
    plain = {name: getattr(row, name) for name in _COLUMNS if getattr(row, name) is not None}
    note = row.note and vault.open(Place("assessments", row.assessment_id, "note"), row.note)
    return plain | row.details | ({"note": note} if note else {})


async def _add(
    request: AnalystRequest,
    item: Item,
    decision: Decision,
    *,
    claim_id: str | None = None,
    corrects: str | None = None,
) -> str:
    assessment_id = secrets.token_hex(16)
    item.unseen = decision.outcome in NEWEST.unseen
    item.not_illegal = decision.outcome not in NEWEST.unseen | NEWEST.illegal
    await mark_decided(request.session, item, request.now.date())
    said = decision.model_dump(exclude_defaults=True, mode="json", exclude={"note"})
    row = Assessment(
        sequence=await _next_number(request.session),
        assessment_id=assessment_id,
        item_id=item.item_id,
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
    await request.session.flush()
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


async def _next_number(session: AsyncSession) -> int:
    """Return the next number of the sequence; until this transaction ends, nobody else gets one."""
    # So a number is committed before any higher one is given, and an export that has seen it missed none.
    await advisory_lock(session, _SEQUENCE)
    return (await session.scalar(select(func.max(Assessment.sequence))) or 0) + 1


def _sealed_note(vault: Vault, assessment_id: str, note: str | None) -> bytes | None:
    return vault.seal(Place("assessments", assessment_id, "note"), note) if note else None

"""The analysts' routes: each is one transaction, in which what was read or decided is audited too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from intake_api.analysts import assessing, claims, guard
from intake_api.analysts.decision import Decision
from intake_api.analysts.searching import found
from intake_api.analysts.showing import audit_shown, claim_shown, claims_shown, item_shown
from intake_api.http.access import (
    AnalystCaller,
    AuditorCaller,
    Caller,
    KeyedRoute,
    LeadCaller,
    Role,
    require_key_of,
)
from intake_api.http.errors import EVERYWHERE, Problem, documented
from intake_api.server.assembly import Intake, IntakeHere
from intake_api.server.contract import (
    AssessmentGiven,
    AssessmentId,
    AuditEntries,
    ClaimId,
    ClaimProlonged,
    ClaimsGiven,
    ClaimShown,
    ClaimsWanted,
    ItemId,
    ItemsFound,
    ItemShown,
    KeyId,
    LiftGiven,
    LiftWanted,
    Search,
)

_GUARDED = documented("hands-full", "day-full", "break-due")
_CLAIM_LOST = documented("claim-lost")
_HELD_AND_GUARDED = documented("claim-lost", "day-full", "break-due")

desk = APIRouter(prefix="/v1", tags=["analysts"], responses=EVERYWHERE, route_class=KeyedRoute)


@desk.post("/queue/claims", responses=_GUARDED)
async def claim(wanted: ClaimsWanted, intake: IntakeHere, analyst: AnalystCaller) -> ClaimsGiven:
    """Claim the most overdue items; what nobody decides before the lease runs out goes back."""
    async with _desk(intake, analyst) as at:
        await guard.admit(at, intake.limits)
        items = await claims.claim(at, wanted.count, intake.settings.lease, wanted.language, wanted.kind)
        await guard.look_after(at)
        return ClaimsGiven(claims=await claims_shown(at, items))


@desk.get("/queue/claims")
async def mine(intake: IntakeHere, analyst: AnalystCaller) -> ClaimsGiven:
    """List the claims that the analyst now holds, the first to run out first; no address is shown."""
    async with intake.database.reading() as session:
        at = claims.Desk(session, intake.vault, intake.audit, analyst.key_id, intake.now())
        return ClaimsGiven(claims=await claims_shown(at, await claims.held_by(at)))


@desk.get("/queue/claims/{claim_id}", responses=_HELD_AND_GUARDED)
async def show(claim_id: ClaimId, intake: IntakeHere, analyst: AnalystCaller) -> ClaimShown:
    """Show a claimed item with its address and what its reports say; the read is audited."""
    async with _desk(intake, analyst) as at:
        await guard.admit(at, intake.limits)
        return await claim_shown(at, await claims.held(at, claim_id))


@desk.put("/queue/claims/{claim_id}/lease", responses=_HELD_AND_GUARDED)
async def prolong(claim_id: ClaimId, intake: IntakeHere, analyst: AnalystCaller) -> ClaimProlonged:
    """Say that a claim is still being worked on: it holds for another lease, eight hours in all."""
    async with _desk(intake, analyst) as at:
        await guard.admit(at, intake.limits)
        ends = await claims.prolong(at, claim_id, intake.settings.lease)
        await guard.look_after(at)
        return ClaimProlonged(lease_expires=ends)


@desk.delete("/queue/claims/{claim_id}", status_code=204, responses=_CLAIM_LOST)
async def release(claim_id: ClaimId, intake: IntakeHere, analyst: AnalystCaller) -> None:
    """Put a claimed item back into the queue."""
    async with _desk(intake, analyst) as at:
        await claims.release(at, claim_id)
        await guard.look_after(at)


@desk.post("/queue/claims/{claim_id}/assessment", status_code=201, responses=_CLAIM_LOST)
async def assess(
    claim_id: ClaimId, decision: Decision, intake: IntakeHere, analyst: AnalystCaller
) -> AssessmentGiven:
    """Record a decision about a claimed item; the same again is answered as it was."""
    async with _desk(intake, analyst) as at:
        assessment_id = await assessing.assess(at, claim_id, decision)
        await guard.look_after(at)
        return AssessmentGiven(assessment_id=assessment_id)


@desk.post(
    "/assessments/{assessment_id}/correction",
    status_code=201,
    responses=documented("not-found", "superseded"),
)
async def correct(
    assessment_id: AssessmentId, decision: Decision, intake: IntakeHere, analyst: AnalystCaller
) -> AssessmentGiven:
    """Decide anew about an assessed item: one's own decision, or as a lead anybody's; the history stays."""
    async with _desk(intake, analyst) as at:
        of_others = analyst.role is Role.LEAD
        correction_id = await assessing.correct(at, assessment_id, decision, of_others=of_others)
        return AssessmentGiven(assessment_id=correction_id)


@desk.post("/search")
async def search(wanted: Search, intake: IntakeHere, analyst: AnalystCaller) -> ItemsFound:
    """Find the item of an address, or the items of a host; no address is shown."""
    async with _desk(intake, analyst) as at:
        return await found(at, wanted)


@desk.get("/items/{item_id}", responses=documented("not-found", "day-full", "break-due"))
async def item(item_id: ItemId, intake: IntakeHere, analyst: AnalystCaller) -> ItemShown:
    """Show an item whole, outside the queue; the read is audited."""
    async with _desk(intake, analyst) as at:
        await guard.admit(at, intake.limits)
        shown = await item_shown(at, item_id)
        await guard.glance(at)
        return shown


@desk.post("/analysts/{key_id}/lift", status_code=201, responses=documented("not-found", "own-guard"))
async def lift(key_id: KeyId, wanted: LiftWanted, intake: IntakeHere, lead: LeadCaller) -> LiftGiven:
    """Let an analyst go on for a while, whatever the guard of exposure says; audited."""
    async with _desk(intake, lead) as at:
        if key_id == lead.key_id:
            raise Problem("own-guard")
        await require_key_of(at.session, key_id, Role.ANALYST, Role.LEAD)
        return LiftGiven(until=await guard.lift(at, key_id, timedelta(minutes=wanted.minutes)))


@desk.get("/audit")
async def audit(
    intake: IntakeHere, _: AuditorCaller, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> AuditEntries:
    """Give the next 500 entries of the audit log after a number."""
    async with intake.database.reading() as session:
        return await audit_shown(session, after)


@asynccontextmanager
async def _desk(intake: Intake, analyst: Caller) -> AsyncIterator[claims.Desk]:
    async with intake.database.writing() as session:
        yield claims.Desk(session, intake.vault, intake.audit, analyst.key_id, intake.now())

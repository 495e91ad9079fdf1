"""The analysts' routes; each runs in one transaction, which also writes the audit log."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from intake_api.analysts import assessing, claims, guard
from intake_api.analysts.decision import Decision
from intake_api.analysts.examples import EXAMPLES
from intake_api.analysts.guard import exposure_shown
from intake_api.analysts.released import given_again
from intake_api.analysts.searching import found
from intake_api.analysts.shapes import (
    AssessmentGiven,
    AssessmentId,
    AuditEntries,
    AuditHead,
    ClaimId,
    ClaimProlonged,
    ClaimsGiven,
    ClaimShown,
    ClaimsWanted,
    HeldClaims,
    ItemId,
    ItemsFound,
    ItemShown,
    KeyId,
    LastAssessment,
    LiftGiven,
    LiftWanted,
    PageKey,
    ReportsShown,
    Search,
)
from intake_api.analysts.showing import (
    assessment_given,
    audit_shown,
    claim_shown,
    claims_shown,
    head_shown,
    held_claims,
    item_reports_shown,
    item_shown,
)
from intake_api.analysts.transactions import TransactionsHere
from intake_api.faults import Reason, Refused
from intake_api.http.access import AnalystCaller, AuditorCaller, KeyedRoute, LeadCaller
from intake_api.http.contract import told
from intake_api.http.dependencies import AuditHere, DatabaseHere, SettingsHere
from intake_api.known_keys.access_keys import require_key_of
from intake_api.roles import Role

_GUARDED = ("day-full", "break-due")

analysts = APIRouter(prefix="/v1", tags=["analysts"], route_class=KeyedRoute)


@analysts.post("/queue/claims", **told(EXAMPLES["claim"], "hands-full", *_GUARDED))
async def claim(
    wanted: ClaimsWanted, transactions: TransactionsHere, settings: SettingsHere, analyst: AnalystCaller
) -> ClaimsGiven:
    """Claim the most overdue items; what nobody decides before the lease runs out goes back."""
    async with transactions.changing_claims(analyst, opens=True) as request:
        items = await claims.claim(request, wanted.count, settings.lease, wanted.language, wanted.kind)
        again = None if items else await given_again(request, settings.lease, wanted.language, wanted.kind)
        return ClaimsGiven(
            claims=await claims_shown(request, items, hosts=wanted.hosts),
            again_from=again,
            exposure=await exposure_shown(request, transactions.limits),
        )


@analysts.get("/queue/claims", **told(EXAMPLES["mine"], *_GUARDED))
async def mine(
    transactions: TransactionsHere,
    analyst: AnalystCaller,
    *,
    hosts: Annotated[bool, Query(description="whether to give hosts: guarded and audited")] = False,
) -> ClaimsGiven:
    """List the claims that the analyst now holds; if hosts are asked for, this is guarded and audited."""
    opened = transactions.viewing_item(analyst) if hosts else transactions.reading(analyst)
    async with opened as request:
        shown = await claims_shown(request, await claims.claimed_items(request), hosts=hosts)
        return ClaimsGiven(claims=shown, exposure=await exposure_shown(request, transactions.limits))


@analysts.get("/queue/claims/{claim_id}", **told(EXAMPLES["show"], "claim-lost", *_GUARDED))
async def show(claim_id: ClaimId, transactions: TransactionsHere, analyst: AnalystCaller) -> ClaimShown:
    """Show a claimed item with its address and what its reports say; the read is audited."""
    async with transactions.viewing_item(analyst) as request:
        item = await claims.claimed_item(request, claim_id)
        return await claim_shown(request, item, await exposure_shown(request, transactions.limits))


@analysts.put(
    "/queue/claims/{claim_id}/lease", **told(EXAMPLES["prolong"], "claim-lost", "hands-full", *_GUARDED)
)
async def prolong(
    claim_id: ClaimId, transactions: TransactionsHere, settings: SettingsHere, analyst: AnalystCaller
) -> ClaimProlonged:
    """Say that a claim is still being worked on: it holds for another lease, eight hours in all.

    A claim that has just run out is prolonged too, unless its item was given back to the queue.
    """
    async with transactions.changing_claims(analyst, opens=True) as request:
        return ClaimProlonged(lease_expires=await claims.prolong(request, claim_id, settings.lease))


@analysts.delete("/queue/claims/{claim_id}", **told(EXAMPLES["release"], "claim-lost", status=204))
async def release(claim_id: ClaimId, transactions: TransactionsHere, analyst: AnalystCaller) -> None:
    """Put a claimed item back into the queue."""
    async with transactions.changing_claims(analyst, opens=False) as request:
        await claims.release(request, claim_id)


@analysts.post("/queue/claims/{claim_id}/assessment", **told(EXAMPLES["assess"], "claim-lost", status=201))
async def assess(
    claim_id: ClaimId, decision: Decision, transactions: TransactionsHere, analyst: AnalystCaller
) -> AssessmentGiven:
    """Record a decision about a claimed item; the same again is answered as it was.

    A decision that comes after the lease ran out is taken while nobody else has claimed the item.
    """
    async with transactions.changing_claims(analyst, opens=False) as request:
        return await assessment_given(request, await assessing.assess(request, claim_id, decision))


@analysts.post(
    "/assessments/{assessment_id}/correction",
    **told(EXAMPLES["correct"], "not-found", "superseded", status=201),
)
async def correct(
    assessment_id: AssessmentId, decision: Decision, transactions: TransactionsHere, analyst: AnalystCaller
) -> AssessmentGiven:
    """Decide anew about an assessed item: one's own decision, or as a lead anybody's; the history stays.

    What says the same as before is no correction: the answer is the earlier assessment's id.
    """
    async with transactions.writing(analyst) as request:
        of_others = analyst.role is Role.LEAD
        correction_id = await assessing.correct(request, assessment_id, decision, of_others=of_others)
        return await assessment_given(request, correction_id)


@analysts.get("/assessments/last", **told(EXAMPLES["last"], "not-found"))
async def last(transactions: TransactionsHere, analyst: AnalystCaller) -> LastAssessment:
    """Name the assessment that the analyst recorded last, to be corrected; no address is shown."""
    async with transactions.reading(analyst) as request:
        return await assessing.last_assessment(request)


@analysts.post("/search", **told(EXAMPLES["search"], "no-host"))
async def search(wanted: Search, transactions: TransactionsHere, analyst: AnalystCaller) -> ItemsFound:
    """Find the item of an address, or the items of a host, 50 a page; no address is shown."""
    async with transactions.writing(analyst) as request:
        return await found(request, wanted)


@analysts.get("/items/{item_id}", **told(EXAMPLES["item"], "not-found", *_GUARDED))
async def item(item_id: ItemId, transactions: TransactionsHere, analyst: AnalystCaller) -> ItemShown:
    """Show an item whole, outside the queue; the read is audited."""
    async with transactions.viewing_item(analyst) as request:
        return await item_shown(request, item_id)


@analysts.get("/items/{item_id}/reports", **told(EXAMPLES["reports"], "not-found", *_GUARDED))
async def reports(
    item_id: ItemId,
    transactions: TransactionsHere,
    analyst: AnalystCaller,
    after: Annotated[PageKey, Query(description="where the page before ended; its `next`")],
) -> ReportsShown:
    """Show the next 50 of an item's reports, in an order that tells no time; the read is audited."""
    async with transactions.viewing_item(analyst) as request:
        return await item_reports_shown(request, item_id, after)


@analysts.get("/claims", **told(EXAMPLES["held"]))
async def held(transactions: TransactionsHere, lead: LeadCaller) -> HeldClaims:
    """List everybody's claims, for leads; no address is shown. Audited."""
    async with transactions.writing(lead) as request:
        return HeldClaims(claims=await held_claims(request))


@analysts.delete("/claims/{claim_id}", **told(EXAMPLES["free"], "claim-lost", status=204))
async def free(claim_id: ClaimId, transactions: TransactionsHere, lead: LeadCaller) -> None:
    """Put the item of anybody's claim back into the queue, as a lead; audited."""
    async with transactions.writing(lead) as request:
        holder = await claims.free(request, claim_id)
        await guard.update_stretch(replace(request, analyst=holder))


@analysts.post("/analysts/{key_id}/lift", **told(EXAMPLES["lift"], "not-found", "own-guard", status=201))
async def lift(
    key_id: KeyId, wanted: LiftWanted, transactions: TransactionsHere, lead: LeadCaller
) -> LiftGiven:
    """Let an analyst go on for a while, whatever the guard of exposure says; audited."""
    async with transactions.writing(lead) as request:
        if key_id == lead.key_id:
            raise Refused(Reason.OWN_GUARD)
        await require_key_of(request.session, key_id, Role.ANALYST, Role.LEAD)
        return LiftGiven(until=await guard.lift(request, key_id, timedelta(minutes=wanted.minutes)))


@analysts.get("/audit", **told(EXAMPLES["audit"]))
async def audit(
    database: DatabaseHere, _: AuditorCaller, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> AuditEntries:
    """Give the next 500 entries of the audit log after a number."""
    async with database.reading() as session:
        return await audit_shown(session, after)


@analysts.get("/audit/head", **told(EXAMPLES["audit_head"]))
async def audit_head(database: DatabaseHere, log: AuditHere, _: AuditorCaller) -> AuditHead:
    """Give the head of the audit log, for an auditor to keep: against it, a log that was cut shows."""
    async with database.reading() as session:
        return await head_shown(session, log)

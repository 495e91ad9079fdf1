"""The routes: channels hand in and ask for a receipt's status, analysts decide; each is one transaction.

The transaction is committed when its `async with` block ends, so no answer leaves before its commit.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, BackgroundTasks
from sqlalchemy import select

from conversations.report import DraftId, SealedReport
from intake_api import queue
from intake_api.access import AnalystCaller, Caller, ChannelCaller
from intake_api.contract import (
    AssessmentGiven,
    ClaimId,
    ClaimsGiven,
    ClaimShown,
    ClaimsWanted,
    Counts,
    Decision,
    Health,
    ReceiptGiven,
    ReportsCounted,
    StatusAnswer,
    StatusQuestion,
)
from intake_api.errors import documented
from intake_api.models import AccessKey, State
from intake_api.reports import is_known, keep, open_report
from intake_api.services import Intake, IntakeHere
from intake_api.showing import claim_shown, claims_shown

_EVERYWHERE = documented("no-access-key", "wrong-door", "too-large", "out-of-shape", "fault", "unavailable")
_NOT_TAKEN = documented("out-of-shape", "seal-not-opened", "other-draft")
_CLAIM_LOST = documented("claim-lost")

channels = APIRouter(prefix="/v1", tags=["channels"], responses=_EVERYWHERE)
analysts = APIRouter(prefix="/v1", tags=["analysts"], responses=_EVERYWHERE)
health = APIRouter(tags=["health"], responses=documented("unavailable"))


@channels.put("/reports/{draft_id}", status_code=202, responses=_NOT_TAKEN)
async def hand_in(
    draft_id: DraftId, sealed: SealedReport, intake: IntakeHere, _: ChannelCaller, after: BackgroundTasks
) -> ReceiptGiven:
    """Take a report, a later revision of it, or its withdrawal (a revision that says so); in any order."""
    report = open_report(sealed, intake.keys, draft_id)
    async with intake.database.writing() as session:
        await keep(session, intake.vault, report, intake.now())
    # Merging only begins once the answer has left: whether an address was known must not show in its time.
    after.add_task(intake.merger.wake)
    return ReceiptGiven(receipt=report.receipt)


@channels.post("/receipts/status")
async def status(question: StatusQuestion, intake: IntakeHere, _: ChannelCaller) -> StatusAnswer:
    """Tell what the intake says of a receipt, however it was typed."""
    async with intake.database.reading() as session:
        known = await is_known(session, intake.vault, question.receipt)
    return StatusAnswer(status="received" if known else "unknown")


@analysts.post("/queue/claims")
async def claim(wanted: ClaimsWanted, intake: IntakeHere, analyst: AnalystCaller) -> ClaimsGiven:
    """Claim the most overdue items; what nobody decides before the lease runs out goes back."""
    async with _desk(intake, analyst) as desk:
        items = await queue.claim(desk, wanted.count, intake.settings.lease)
        claims = await claims_shown(desk, items)
    return ClaimsGiven(claims=claims)


@analysts.get("/queue/claims/{claim_id}", responses=_CLAIM_LOST)
async def show(claim_id: ClaimId, intake: IntakeHere, analyst: AnalystCaller) -> ClaimShown:
    """Show a claimed item with its address and what its reports say; the read is audited."""
    async with _desk(intake, analyst) as desk:
        return await claim_shown(desk, await queue.held(desk, claim_id))


@analysts.delete("/queue/claims/{claim_id}", status_code=204, responses=_CLAIM_LOST)
async def release(claim_id: ClaimId, intake: IntakeHere, analyst: AnalystCaller) -> None:
    """Put a claimed item back into the queue."""
    async with _desk(intake, analyst) as desk:
        await queue.release(desk, claim_id)


@analysts.post("/queue/claims/{claim_id}/assessment", status_code=201, responses=_CLAIM_LOST)
async def assess(
    claim_id: ClaimId, decision: Decision, intake: IntakeHere, analyst: AnalystCaller
) -> AssessmentGiven:
    """Record a decision about a claimed item."""
    async with _desk(intake, analyst) as desk:
        assessment_id = await queue.assess(desk, claim_id, decision)
    return AssessmentGiven(assessment_id=assessment_id)


@analysts.get("/counts")
async def counts(intake: IntakeHere, _: AnalystCaller) -> Counts:
    """Count the items by where they are, and the reports by where they came from."""
    async with intake.database.reading() as session:
        states = await queue.states_counted(session, intake.now())
        sources = await queue.sources_counted(session)
    return Counts(
        waiting=states[State.WAITING],
        claimed=states[State.CLAIMED],
        assessed=states[State.ASSESSED],
        reports=[
            ReportsCounted(portal=portal, language=language, reports=count)
            for portal, language, count in sources
        ],
    )


@health.get("/healthz")
async def healthz() -> Health:
    """Tell that the process is up."""
    return Health()


@health.get("/readyz")
async def readyz(intake: IntakeHere) -> Health:
    """Tell that the database answers."""
    async with intake.database.reading() as session:
        await session.execute(select(AccessKey.key_id).limit(1))
    return Health()


@asynccontextmanager
async def _desk(intake: Intake, analyst: Caller) -> AsyncIterator[queue.Desk]:
    async with intake.database.writing() as session:
        yield queue.Desk(session, intake.vault, intake.audit, analyst.key_id, intake.now())

"""The channels' routes, and the numbers: a report comes in, a receipt is asked about, each in a transaction.

The transaction is committed when its `async with` block ends, so no answer leaves before its commit.
"""

from fastapi import APIRouter, BackgroundTasks
from sqlalchemy import select

from conversations.report import DraftId, SealedReport
from intake_api.access import ChannelCaller, CountsCaller
from intake_api.contract import Counts, Health, ReceiptGiven, ReportsCounted, StatusAnswer, StatusQuestion
from intake_api.counting import sources_counted, states_counted
from intake_api.errors import EVERYWHERE, documented
from intake_api.models import AccessKey, State
from intake_api.receipts import status_of
from intake_api.reports import keep, open_report
from intake_api.services import IntakeHere

_NOT_TAKEN = documented("out-of-shape", "seal-not-opened", "other-draft")

channels = APIRouter(prefix="/v1", tags=["channels"], responses=EVERYWHERE)
numbers = APIRouter(prefix="/v1", tags=["numbers"], responses=EVERYWHERE)
health = APIRouter(tags=["health"], responses=documented("unavailable"))


@channels.put("/reports/{draft_id}", status_code=202, responses=_NOT_TAKEN)
async def hand_in(
    draft_id: DraftId, sealed: SealedReport, intake: IntakeHere, _: ChannelCaller, after: BackgroundTasks
) -> ReceiptGiven:
    """Take a report, a later revision of it, or its withdrawal (a revision that says so); in any order."""
    report = open_report(sealed, intake.keys.current(), draft_id)
    async with intake.database.writing() as session:
        await keep(session, intake.vault, report, intake.now())
    # Merging only begins once the answer has left: whether an address was known must not show in its time.
    after.add_task(intake.merger.wake)
    return ReceiptGiven(receipt=report.receipt)


@channels.post("/receipts/status")
async def status(question: StatusQuestion, intake: IntakeHere, _: ChannelCaller) -> StatusAnswer:
    """Tell what the intake says of a receipt, however it was typed."""
    async with intake.database.reading() as session:
        told = await status_of(
            session, intake.vault, question.receipt, intake.settings.status_after_days, intake.now()
        )
    return StatusAnswer(status=told)


@numbers.get("/counts")
async def counts(intake: IntakeHere, _: CountsCaller) -> Counts:
    """Count the items by where they are, and the reports by where they came from."""
    async with intake.database.reading() as session:
        states = await states_counted(session, intake.now())
        sources = await sources_counted(session)
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

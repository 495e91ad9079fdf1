"""The channels' routes: a report comes in, a receipt is asked about, each in a transaction.

The transaction is committed when its `async with` block ends, so no answer leaves before its commit.
"""

from fastapi import APIRouter, BackgroundTasks

from conversations.wire.report import DraftId, SealedReport
from intake_api.hand_in.receipts import status_of
from intake_api.hand_in.reports import keep, open_report
from intake_api.http.access import ChannelCaller, KeyedRoute
from intake_api.http.errors import EVERYWHERE, documented
from intake_api.server.assembly import IntakeHere
from intake_api.server.contract import ReceiptGiven, StatusAnswer, StatusQuestion

_NOT_TAKEN = documented("out-of-shape", "seal-not-opened", "other-draft")

channels = APIRouter(prefix="/v1", tags=["channels"], responses=EVERYWHERE, route_class=KeyedRoute)


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

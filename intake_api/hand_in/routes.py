"""The channels' routes, which take a report and return the status of a receipt, each in one transaction.

The transaction is committed when its `async with` block ends, so no answer is sent before the commit.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from conversations.wire.report import DraftId, SealedReport
from intake_api.hand_in.examples import EXAMPLES
from intake_api.hand_in.receipts import status_of
from intake_api.hand_in.reports import keep, open_report
from intake_api.hand_in.sender_clocks import SenderClocks
from intake_api.hand_in.shapes import ReceiptGiven, StatusAnswer, StatusQuestion
from intake_api.http.access import ChannelCaller, KeyedRoute
from intake_api.http.contract import told
from intake_api.http.dependencies import ClockHere, DatabaseHere, SettingsHere, VaultHere
from intake_api.keys import Keys

channels = APIRouter(prefix="/v1", tags=["channels"], route_class=KeyedRoute)


async def _keys_of(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


async def _sender_clocks_of(request: Request) -> SenderClocks:
    sender_clocks: SenderClocks = request.app.state.sender_clocks
    return sender_clocks


@channels.put(
    "/reports/{draft_id}", **told(EXAMPLES["hand_in"], "seal-not-opened", "other-draft", status=202)
)
async def hand_in(  # noqa: PLR0913, PLR0917 - each is a part of the intake that a report meets
    draft_id: DraftId,
    sealed: SealedReport,
    keys: Annotated[Keys, Depends(_keys_of)],
    database: DatabaseHere,
    vault: VaultHere,
    clock: ClockHere,
    sender_clocks: Annotated[SenderClocks, Depends(_sender_clocks_of)],
    _: ChannelCaller,
) -> ReceiptGiven:
    """Take a report, a later revision of it, or its withdrawal (a revision that says so); in any order."""
    report, now = open_report(sealed, keys.current(), draft_id), clock()
    report = report.model_copy(update={"hour": sender_clocks.possible(report.hour, now)})
    async with database.writing() as session:
        await keep(session, vault, report, now)
    # Nothing is merged here, and nothing is woken: no answer's timing tells whether an address was known.
    return ReceiptGiven(receipt=report.receipt)


@channels.post("/receipts/status", **told(EXAMPLES["status"]))
async def status(
    question: StatusQuestion,
    database: DatabaseHere,
    vault: VaultHere,
    clock: ClockHere,
    settings: SettingsHere,
    _: ChannelCaller,
) -> StatusAnswer:
    """Tell what the intake says of a receipt, however it was typed."""
    async with database.reading() as session:
        told = await status_of(session, vault, question.receipt, settings.status_after_days, clock())
    return StatusAnswer(status=told)

"""The channels' routes: take a report, return a receipt's status, and say what a channel must know.

The transaction is committed when its `async with` block ends, so no answer is sent before the commit.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from conversations.wire.report import DraftId, SealedReport
from intake_api.hand_in.examples import EXAMPLES
from intake_api.hand_in.hour_log import HourLog
from intake_api.hand_in.receipts import status_of
from intake_api.hand_in.reports import keep, open_report
from intake_api.hand_in.shapes import ChannelAnswer, ReceiptGiven, StatusAnswer, StatusQuestion
from intake_api.http.access import ChannelCaller, ChannelRoute
from intake_api.http.contract import told
from intake_api.http.dependencies import ClockHere, HandInDatabaseHere, SettingsHere, VaultHere
from intake_api.key_ring import Keys

channels = APIRouter(prefix="/v1", tags=["channels"], route_class=ChannelRoute)


async def _keys_of(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


KeysHere = Annotated[Keys, Depends(_keys_of)]


async def _hour_log_of(request: Request) -> HourLog:
    hour_log: HourLog = request.app.state.hour_log
    return hour_log


@channels.put(
    "/reports/{draft_id}",
    **told(EXAMPLES["hand_in"], "seal-not-opened", "unknown-shape", "other-draft", status=202),
)
async def hand_in(  # noqa: PLR0913, PLR0917 - each is a part of the intake that a report meets
    draft_id: DraftId,
    sealed: SealedReport,
    keys: KeysHere,
    database: HandInDatabaseHere,
    vault: VaultHere,
    clock: ClockHere,
    hour_log: Annotated[HourLog, Depends(_hour_log_of)],
    _: ChannelCaller,
) -> ReceiptGiven:
    """Take a report, a later revision of it, or its withdrawal (a revision that says so); in any order."""
    report, now = open_report(sealed, keys.current(), draft_id, hour_log), clock()
    report = report.model_copy(update={"hour": hour_log.possible_hour(report.hour, now)})
    async with database.writing() as session:
        await keep(session, vault, report, now)
    # Nothing is merged here, and nothing is woken: no answer's timing tells whether an address was known.
    return ReceiptGiven(receipt=report.receipt)


@channels.post("/receipts/status", **told(EXAMPLES["status"]))
async def status(
    question: StatusQuestion,
    database: HandInDatabaseHere,
    vault: VaultHere,
    clock: ClockHere,
    settings: SettingsHere,
    _: ChannelCaller,
) -> StatusAnswer:
    """Tell what the intake says of a receipt, however it was typed."""
    async with database.reading() as session:
        told = await status_of(session, vault, question.receipt, settings.status_after_days, clock())
    return StatusAnswer(status=told)


@channels.get("/channel", **told(EXAMPLES["channel"]))
async def channel(keys: KeysHere, caller: ChannelCaller) -> ChannelAnswer:
    """Tell which seals are opened, which access key this is, and which shapes of reports are taken."""
    return ChannelAnswer.of(keys.current(), caller.key_id)

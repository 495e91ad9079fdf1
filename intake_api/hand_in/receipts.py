"""Returns the status of a receipt: "received", or "assessed" after a delay if the portal's policy sets one.

The delay is the same for all reports. Without it, a receipt that is "assessed" at once would tell that the
address was known before.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import read_receipt
from intake_api.hand_in.reports import receipt_hash
from intake_api.store.models import Item, Mention, State, StoredReport
from intake_api.vault import Vault

Status = Literal["received", "assessed", "unknown"]


async def status_of(
    session: AsyncSession, vault: Vault, typed_receipt: str, days_by_portal: Mapping[str, int], now: datetime
) -> Status:
    """Return the status of a receipt, in any spelling."""
    wanted = receipt_hash(vault, read_receipt(typed_receipt) or "")
    report = (
        await session.scalars(select(StoredReport).where(StoredReport.receipt_hash == wanted).limit(1))
    ).one_or_none()
    if report is None:
        return "unknown"
    days = days_by_portal.get(report.portal)
    if days is None or now - report.arrival_hour < timedelta(days=days):
        return "received"
    return "assessed" if await _is_assessed(session, report) else "received"


async def _is_assessed(session: AsyncSession, report: StoredReport) -> bool:
    # An item that a later report reopened was assessed for this report before: it stays "assessed".
    done = or_(Item.state == State.ASSESSED, Item.open_since > report.arrival_hour)
    # An address that the reporter took back does not count, however far its item had come by then.
    mine = (Mention.draft_id == report.draft_id) & Mention.left.is_(False)
    found = select(done).join_from(Mention, Item).where(mine).distinct()
    return set(await session.scalars(found)) == {True}

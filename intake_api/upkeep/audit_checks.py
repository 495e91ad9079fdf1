"""Compares the database with what the audit log says, for `reportline doctor`; reads both page by page."""

from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.bound_assessments import unlike_their_entries
from intake_api.audit.counts import CountsSeen, reports_without_item
from intake_api.audit.log import AuditLog
from intake_api.vault import Vault

_COMPARE = "Find out who wrote to the database; compare it with your backup."


async def faults_of_log(session: AsyncSession, audit: AuditLog) -> list[str]:
    """Follow the chain to its end; return what was changed, and what the log counted and is not there."""
    counts, faults = CountsSeen(), []
    async for head, noted in audit.follow(session):
        if noted is None:
            faults.append(f"The audit log was changed at entry {head.number}. Compare it with your backup.")
        else:
            counts.see(noted)
    if missing := await counts.compare(session):
        faults.append(f"{missing} {_COMPARE}")
    return faults


async def faults_of_rows(session: AsyncSession, audit: AuditLog, vault: Vault) -> list[str]:
    """Compare each assessment with its entry, and look for each report's items; return what is wrong."""
    faults = []
    unlike = await unlike_their_entries(session, audit, vault)
    if unlike.number:
        more = unlike.number - len(unlike.named)
        named = ", ".join(unlike.named) + (f" and {more} more" if more else "")
        faults.append(f"These assessments are not as the audit log says: {named}. {_COMPARE}")
    if gone := await reports_without_item(session):
        faults.append(f"Reports whose items are gone: {gone}. {_COMPARE}")
    return faults

"""Compares the database with what the audit log says, for `reportline doctor`; reads both page by page."""

from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.bound_assessments import unlike_their_entries
from intake_api.audit.counts import CountsSeen
from intake_api.audit.log import AuditLog
from intake_api.upkeep.row_checks import faults_of_index, faults_of_items, faults_of_reports
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
    """Compare assessments with their entries, and items and reports with their own words; return faults."""
    faults = []
    unlike = await unlike_their_entries(session, audit, vault)
    if unlike.number:
        more = unlike.number - len(unlike.named)
        named = ", ".join(unlike.named) + (f" and {more} more" if more else "")
        faults.append(f"These assessments are not as the audit log says: {named}. {_COMPARE}")
    spoilt = [*await faults_of_items(session, vault), *await faults_of_reports(session, vault)]
    told = [f"{fault} {_COMPARE}" for fault in spoilt]
    return [*faults, *told, *await faults_of_index(session, vault)]

"""Writes into the audit log once an hour how many reports and assessments there are, so that a loss shows.

Only those of full hours are counted, and the entry has the time of the full hour: it tells nothing of a
report that its own hour does not tell. Items are not counted: a withdrawal takes some away at its own moment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import INTAKE, AuditLog, Content, Noted
from intake_api.store.database import Database, advisory_lock
from intake_api.store.models import Assessment, AuditEntry, Mention, StoredReport

COUNTED: Final = "counted"
_SUBJECT: Final = "counts"
_COUNTING: Final = 5  # the number of its advisory lock


async def count_hour(database: Database, audit: AuditLog, hour: datetime) -> None:
    """Add the counts of before an hour, unless they are those of the last entry or the hour has one."""
    async with database.reading() as session:
        counts = await _counts(session, hour)
    newest = select(AuditEntry.at, AuditEntry.content).where(AuditEntry.subject == _SUBJECT)
    async with database.writing() as session:
        await advisory_lock(session, _COUNTING)
        last = (await session.execute(newest.order_by(AuditEntry.sequence.desc()).limit(1))).one_or_none()
        if last is None or (
            last.at != hour and Noted(last.at, "", "", "", None, last.content).bound() != counts
        ):
            audit.add(session, hour, INTAKE, COUNTED, _SUBJECT, content=counts)


@dataclass(slots=True)
class CountsSeen:
    """What the entries say, as the log is followed; `fault` says where a number became smaller."""

    fault: str | None = None
    _most: tuple[datetime, Content] | None = None

    def see(self, number: int, noted: Noted) -> None:
        """Take in the entry of this number."""
        if noted.what != COUNTED:
            return
        now = noted.bound()
        if self._most is not None and noted.at >= self._most[0]:
            self.fault = self.fault or _fewer(self._most[1], now, f"at entry {number}")
        if self._most is None or noted.at >= self._most[0]:
            self._most = noted.at, now

    async def compare(self, session: AsyncSession) -> str | None:
        """Return what is missing against the entries, or None."""
        if self.fault is None and self._most is not None:
            hour, counted = self._most
            self.fault = _fewer(counted, await _counts(session, hour), "now")
        return self.fault


async def reports_without_item(session: AsyncSession) -> int:
    """Return how many merged reports name no item, though they were not withdrawn: their items are gone."""
    mentioned = exists().where(Mention.draft_id == StoredReport.draft_id)
    merged = StoredReport.withdrawn.is_(False) & (StoredReport.merged_revision == StoredReport.revision)
    return (await session.scalars(select(func.count()).where(merged, ~mentioned))).one()


def _fewer(before: Content, after: Content, when: str) -> str | None:
    fewer = [
        f"{name} ({count} before, {after[name]} {when})"
        for name, count in before.items()
        if int(after[name]) < int(count)
    ]
    return f"Rows are missing: {', '.join(fewer)}." if fewer else None


async def _counts(session: AsyncSession, hour: datetime) -> Content:
    reports = select(func.count()).where(StoredReport.arrival_hour < hour)
    assessments = select(func.count()).where(Assessment.assessed_at < hour)
    return {
        "reports": str((await session.scalars(reports)).one()),
        "assessments": str((await session.scalars(assessments)).one()),
    }

"""Writes into the audit log once an hour how many reports and assessments there are, so that a loss shows.

Only those of full hours are counted, and the entry has the time of the full hour: it tells nothing of a
report that its own hour does not tell. Items are not counted: a withdrawal takes some away at its own moment.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import INTAKE, AuditLog, Content, Noted
from intake_api.store.database import Database, advisory_lock
from intake_api.store.models import Assessment, AuditEntry, StoredReport

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
    """What the entries say was there before which hour, as the log is followed."""

    _counted: list[tuple[datetime, Content]] = field(default_factory=list)

    def see(self, noted: Noted) -> None:
        """Take in an entry."""
        if noted.what == COUNTED:
            self._counted.append((noted.at, noted.bound()))

    async def compare(self, session: AsyncSession) -> str | None:
        """Return what is missing against the entries, or None.

        Each is compared with what there is now of its own hours: reports of later ones make up for none.
        """
        by_hour = select(StoredReport.arrival_hour, func.count()).group_by(StoredReport.arrival_hour)
        rows = (await session.execute(by_hour.order_by(StoredReport.arrival_hour))).all()
        hours, sums = [row[0] for row in rows], [0, *accumulate(row[1] for row in rows)]
        times = (await session.scalars(select(Assessment.assessed_at).order_by(Assessment.assessed_at))).all()
        for hour, counted in self._counted:
            now = {
                "reports": str(sums[bisect_left(hours, hour)]),
                "assessments": str(bisect_left(times, hour)),
            }
            if fault := _fewer(counted, now):
                return fault
        return None


def _fewer(before: Content, after: Content) -> str | None:
    fewer = [
        f"{name} ({count} before, {after[name]} now)"
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

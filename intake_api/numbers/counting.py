"""Counts items and reports as of the last full hour; numbers that reports change are read once an hour.

A number that is read every minute would tell to the minute when a report arrived. So reports that arrived
after the hour began are not counted, and a number stays until the next hour begins. An item that arrived
earlier counts in the state that it has when the number is read. Analysts' acts have exact times, so their
numbers may be exact.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, distinct, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Circumstance
from intake_api.analysts.assessing import current
from intake_api.items.circumstances import of_bits
from intake_api.store.database import Database
from intake_api.store.models import (
    EVERY_LANGUAGE,
    Assessment,
    Item,
    Mention,
    QueuePlace,
    StoredReport,
    is_claimed,
    is_waiting,
)

HOUR: Final = timedelta(hours=1)
# A window is cut out of the smallest of these that contains it, so that each is read once an hour at most.
WINDOWS: Final = (24, 168, 744)
# Names from this time before the window are listed too, so a listed name may have no report in the window.
_NAMED_BEFORE: Final = timedelta(days=1)
_UNMERGED: Final = StoredReport.merged_revision < StoredReport.revision
UNDECIDED: Final = "undecided"
Value = TypeVar("Value")
Tally = Mapping[datetime, Counter[str]]
Tapped = Mapping[datetime, Counter[tuple[str, Circumstance]]]


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour that contains a moment."""
    return moment.replace(minute=0, second=0, microsecond=0)


class Hourly(Generic[Value]):
    """A value that this process reads once an hour, and keeps until the next hour begins."""

    def __init__(self, read: Callable[[AsyncSession, datetime], Awaitable[Value]]) -> None:
        self._read = read
        self._last: tuple[datetime, Value] | None = None
        self._turn = asyncio.Lock()

    async def value(self, database: Database, now: datetime) -> Value:
        """Return the value of this hour, the same for every call; raises DatabaseAway."""
        async with self._turn:
            if self._last is None or self._last[0] != hour_of(now):
                async with database.reading() as session:
                    self._last = hour_of(now), await self._read(session, now)
            return self._last[1]


@dataclass(frozen=True, slots=True)
class QueueCounted:
    """The queue without reports that arrived since the hour began; `unmerged` counts reports not yet merged.

    `outcomes` counts the assessments from before the hour, including corrections.
    """

    waiting: int
    assessed: int
    unmerged: int
    outcomes: Counter[str]


@dataclass(frozen=True, slots=True)
class ReportsCounted:
    """How many reports arrived in each full hour, by portal, language, kind and outcome.

    Withdrawn reports are not counted. A report of several addresses is counted once under each kind and each
    outcome that they have. `circumstances` counts, by portal, the reports that tapped each.
    """

    portals: Tally = field(repr=False)
    languages: Tally = field(repr=False)
    kinds: Tally = field(repr=False)
    outcomes: Tally = field(repr=False)
    circumstances: Tapped = field(repr=False)


async def queue_counted(session: AsyncSession, now: datetime) -> QueueCounted:
    """Count the queue, reading indexes only."""
    hour = hour_of(now)
    total, places, claimed, expired, unmerged, just_come = [
        (await session.scalars(select(func.count()).select_from(table).where(*conditions))).one()
        for table, conditions in (
            (Item, ()),
            (QueuePlace, (QueuePlace.language == EVERY_LANGUAGE,)),
            (Item, (is_claimed,)),
            (Item, (_has_run_out(now),)),
            (StoredReport, (_UNMERGED,)),
            (StoredReport, (_UNMERGED, StoredReport.arrival_hour >= hour)),
        )
    ]
    came, came_back = (await session.execute(_counted(_arrivals(hour, now), hour))).one()
    return QueueCounted(
        waiting=places + expired - came,
        assessed=total - places - claimed + came_back,
        unmerged=unmerged - just_come,
        outcomes=await _outcomes(session, Assessment.assessed_at < hour),
    )


async def overdue_hours(session: AsyncSession, now: datetime) -> int:
    """Return for how many hours the oldest waiting item has been overdue; costs the same for any queue.

    An item whose claim has run out waits, though it gets its place back only with somebody's next claim.
    """
    hour = hour_of(now)
    came = select(_arrivals(hour, now).subquery().c.item_id)
    places = select(QueuePlace.due_hour).where(
        QueuePlace.language == EVERY_LANGUAGE, QueuePlace.item_id.not_in(came)
    )
    claims = select(Item.due_hour).where(_has_run_out(now), Item.item_id.not_in(came))
    earliest = [
        await session.scalar(due.order_by(due.selected_columns[0]).limit(1)) for due in (places, claims)
    ]
    return max([0, *((hour - due) // HOUR for due in earliest if due is not None)])


async def claims_held(session: AsyncSession, now: datetime) -> int:
    """Count the claims that have not expired."""
    held = select(func.count()).select_from(Item).where(is_claimed, Item.lease_expires > now)
    return (await session.scalars(held)).one()


async def outcomes_since(session: AsyncSession, hour: datetime) -> Counter[str]:
    """Count the assessments since an hour began by outcome, including corrections."""
    return await _outcomes(session, Assessment.assessed_at >= hour)


async def reports_counted(session: AsyncSession, now: datetime, hours: int) -> ReportsCounted:
    """Count the reports of so many full hours, and of a day before them; no other rows are read."""
    hour = hour_of(now)
    reports = select(StoredReport.arrival_hour).where(
        StoredReport.arrival_hour >= hour - hours * HOUR - _NAMED_BEFORE,
        StoredReport.arrival_hour < hour,
        StoredReport.withdrawn.is_(False),
    )
    mentioned = reports.join_from(StoredReport, Mention)
    each, once = func.count(), func.count(distinct(StoredReport.draft_id))
    return ReportsCounted(
        portals=await _tally(session, reports, StoredReport.portal.expression, each),
        languages=await _tally(session, reports, StoredReport.language.expression, each),
        kinds=await _tally(session, mentioned.join(Item), Item.kind.expression, once),
        outcomes=await _tally(session, mentioned, _outcome_that_holds(), once),
        circumstances=await _tapped(session, mentioned, once),
    )


def _has_run_out(now: datetime) -> ColumnElement[bool]:
    return is_claimed & (Item.lease_expires <= now)


def _arrivals(hour: datetime, now: datetime) -> Select[str, datetime]:
    """Select the items that wait only because of reports that arrived since the hour began."""
    of_report = StoredReport.draft_id == Mention.draft_id
    arrived = select(Mention.item_id).join(StoredReport, of_report).where(StoredReport.arrival_hour >= hour)
    earlier = exists().where(Mention.item_id == Item.item_id, of_report, StoredReport.arrival_hour < hour)
    came_anew = or_(Item.open_since >= hour, ~earlier)
    waits = or_(is_waiting, _has_run_out(now))
    return select(Item.item_id, Item.open_since).where(waits, Item.item_id.in_(arrived), came_anew)


def _counted(arrivals: Select[str, datetime], hour: datetime) -> Select[int, int]:
    came = arrivals.subquery()
    came_back = func.count().filter(came.c.open_since >= hour)
    return select(func.count(), came_back).select_from(came)


async def _outcomes(session: AsyncSession, condition: ColumnElement[bool]) -> Counter[str]:
    counted = (
        select(Assessment.outcome, func.count().label("number")).where(condition).group_by(Assessment.outcome)
    )
    found = await session.execute(counted)
    return Counter({row.outcome: row.number for row in found})


def _outcome_that_holds() -> ColumnElement[str]:
    newest = current(Mention.item_id.expression).with_only_columns(Assessment.outcome).correlate(Mention)
    return func.coalesce(newest.scalar_subquery(), UNDECIDED)


async def _tally(
    session: AsyncSession, reports: Select[datetime], told: ColumnElement[str], number: ColumnElement[int]
) -> Tally:
    counted = reports.add_columns(told.label("told"), number)
    tally: dict[datetime, Counter[str]] = {}
    for hour, name, count in await session.execute(counted.group_by(StoredReport.arrival_hour, "told")):
        tally.setdefault(hour, Counter())[name] = count
    return tally


async def _tapped(session: AsyncSession, mentioned: Select[datetime], number: ColumnElement[int]) -> Tapped:
    # A mention that left says what its report had tapped before.
    told = mentioned.where(Mention.circumstances > 0, Mention.left.is_(False))
    counted = told.add_columns(StoredReport.portal, Mention.circumstances, number)
    ways = (StoredReport.arrival_hour, StoredReport.portal, Mention.circumstances)
    tapped: dict[datetime, Counter[tuple[str, Circumstance]]] = {}
    for hour, portal, circumstances, count in await session.execute(counted.group_by(*ways)):
        for circumstance in of_bits(circumstances):
            tapped.setdefault(hour, Counter())[portal, circumstance] += count
    return tapped

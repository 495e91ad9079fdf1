"""The bodies of answers with numbers, and the rounding that hides small ones: no number of reports is exact.

Fewer than SMALL reports are hidden, and all other numbers are rounded down to a multiple of SMALL. So a
hidden number cannot be computed from a sum: the result is off by up to SMALL - 1 for each number in it.
docs/decisions/0012-numbers.md says how much this protects, and how much it does not.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from fastapi import Query
from pydantic import BaseModel, Field

from conversations.wire.report import Circumstance
from intake_api.audit.head import HeadState
from intake_api.numbers.counting import HOUR, WINDOWS, QueueCounted, ReportsCounted, Tally

SMALL: Final = 5
Hours = Annotated[int, Query(ge=1, le=WINDOWS[-1], description="how many full hours, until the last one")]
Rounded = Annotated[int | None, Field(description="rounded down to a multiple of 5; null is fewer than 5")]


def rounded(count: int) -> int | None:
    """Round a number of reports down to a multiple of SMALL; None if it is smaller than SMALL."""
    return count - count % SMALL or None


class Cell(BaseModel):
    """How many reports there are of one name; a name without any may be listed too."""

    name: str
    reports: Rounded


class PortalCell(BaseModel):
    """How many reports of one portal came with each circumstance; a report may have several."""

    portal: str
    danger_now: Rounded
    knows_child: Rounded
    threatened: Rounded
    own_pictures: Rounded


class HourCell(BaseModel):
    """How many reports arrived in the hour that begins then."""

    hour: datetime
    reports: Rounded


class Counts(BaseModel):
    """Where the items are, and where the reports of `hours` full hours before `hour` came from.

    `waiting` and `assessed` leave out what arrived since `hour`, and count what was decided until they were
    first read in this hour; `claimed` is exact. Withdrawn reports are not counted. Under kind and outcome a
    report is counted once for each that its addresses have.
    """

    hour: datetime
    waiting: int
    claimed: int
    assessed: int
    hours: int
    reports: Rounded
    portals: list[Cell]
    languages: list[Cell]
    kinds: list[Cell]
    outcomes: list[Cell]
    by_hour: list[HourCell]
    circumstances: list[PortalCell] = []

    @classmethod
    def of(
        cls, queue: QueueCounted, claimed: int, reports: ReportsCounted, hour: datetime, hours: int
    ) -> Self:
        """Round the numbers of a window of full hours that ends with `hour`."""
        window = [hour - back * HOUR for back in range(hours, 0, -1)]
        arrived = {at: reports.portals.get(at, Counter[str]()).total() for at in window}
        return cls(
            hour=hour,
            waiting=queue.waiting,
            claimed=claimed,
            assessed=queue.assessed,
            hours=hours,
            reports=rounded(sum(arrived.values())),
            portals=_cells(reports.portals, window),
            languages=_cells(reports.languages, window),
            kinds=_cells(reports.kinds, window),
            outcomes=_cells(reports.outcomes, window),
            by_hour=[HourCell(hour=at, reports=rounded(count)) for at, count in arrived.items()],
            circumstances=_portal_cells(reports, window),
        )


class Health(BaseModel):
    """The process is up."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The intake is up and able to work.

    `keys` are "kept" while a file of theirs is lost or changed: the process works with what it had read, and
    would not start again. `audit` is "cut" while the audit log lacks an entry that this machine has seen, and
    "damaged", "other" or "unkept" while the file with the last of these is damaged, not signed with this
    intake's key, or can be neither read nor written: `reportline doctor` says what to do. `overdue_hours` are
    those of the oldest waiting item as of the last full hour.
    """

    status: Literal["ok"] = "ok"
    database: Literal["ok"] = "ok"
    keys: Literal["ok", "kept"]
    audit: HeadState
    overdue_hours: int


def _cells(tally: Tally, window: Iterable[datetime]) -> list[Cell]:
    counted = sum((tally.get(hour, Counter[str]()) for hour in window), Counter[str]())
    return [Cell(name=name, reports=rounded(counted[name])) for name in _names(tally)]


def _portal_cells(reports: ReportsCounted, window: Iterable[datetime]) -> list[PortalCell]:
    # Every portal has every number: one that is missing would tell more than one that is hidden.
    nothing = Counter[tuple[str, Circumstance]]()
    counted = sum((reports.circumstances.get(hour, nothing) for hour in window), nothing)
    return [
        PortalCell.model_validate(
            {"portal": portal} | {one.value: rounded(counted[portal, one]) for one in Circumstance}
        )
        for portal in _names(reports.portals)
    ]


def _names(tally: Tally) -> list[str]:
    # In the order of the names: that of the numbers would tell which hidden number is larger.
    return sorted({name for hour in tally.values() for name in hour})

"""The routes of counts, metrics and health; asking every minute does not tell when a report arrived."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from intake_api.audit.head import HeadKeeper
from intake_api.clock import Clock
from intake_api.http.access import CountsCaller, KeyedRoute, MetricsCaller
from intake_api.http.contract import DescribedRoute, told
from intake_api.http.dependencies import ClockHere, DatabaseHere
from intake_api.http.errors import EVERYWHERE, WITH_KEY, document, documented
from intake_api.key_ring import Keys
from intake_api.numbers.counting import (
    HOUR,
    WINDOWS,
    Hourly,
    claims_held,
    hour_of,
    outcomes_since,
    overdue_hours,
    queue_counted,
    reports_counted,
)
from intake_api.numbers.examples import EXAMPLES, METRICS
from intake_api.numbers.metrics import Figures, exposition
from intake_api.numbers.readiness import Readiness
from intake_api.numbers.shapes import Counts, Health, Hours, Ready
from intake_api.store.database import Database

_TEXT: Final = {"text/plain": {"schema": {"type": "string"}, "example": METRICS}}
_METRICS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": _TEXT, "description": "The metrics"},
    **documented(*WITH_KEY),
}

numbers = APIRouter(tags=["numbers"], route_class=KeyedRoute)
health = APIRouter(tags=["health"], route_class=DescribedRoute)


class Numbers:
    """The numbers that a process has read in this hour."""

    def __init__(self, database: Database, keys: Keys, folder: Path, clock: Clock, heads: HeadKeeper) -> None:
        self.heads = heads
        self.queue = Hourly(queue_counted)
        self.overdue = Hourly(overdue_hours)
        self.reports = {hours: Hourly(partial(reports_counted, hours=hours)) for hours in WINDOWS}
        self.readiness = Readiness(database, keys, folder, clock, self.overdue)

    async def states(self) -> dict[str, str]:
        """Say in a word how database, keys and audit log are."""
        database, _ = await self.readiness.database()
        return {"database": database, "keys": self.readiness.keys(), "audit": self.heads.state}


async def _kept(request: Request) -> Numbers:
    kept: Numbers = request.app.state.numbers
    return kept


NumbersHere = Annotated[Numbers, Depends(_kept)]


@numbers.get("/v1/counts", **told(EXAMPLES["counts"]))
async def counts(
    database: DatabaseHere, clock: ClockHere, kept: NumbersHere, _: CountsCaller, hours: Hours = 168
) -> Counts:
    """Count the items by where they are, and the reports of the last full hours by what is told of them."""
    now, read = clock(), min(window for window in WINDOWS if window >= hours)
    queue = await kept.queue.value(database, now)
    reports = await kept.reports[read].value(database, now)
    async with database.reading() as session:
        claimed = await claims_held(session, now)
    return Counts.of(queue, claimed, reports, hour_of(now), hours)


@numbers.get("/metrics", summary="Read metrics", response_class=Response, responses=_METRICS)
async def metrics(database: DatabaseHere, clock: ClockHere, kept: NumbersHere, _: MetricsCaller) -> Response:
    """Give the numbers to Prometheus, which comes with the key of a lead or an auditor."""
    now = clock()
    queue = await kept.queue.value(database, now)
    overdue = await kept.overdue.value(database, now)
    reports = await kept.reports[WINDOWS[0]].value(database, now)
    async with database.reading() as session:
        claimed = await claims_held(session, now)
        outcomes = queue.outcomes + await outcomes_since(session, hour_of(now))
    portals = reports.portals.get(hour_of(now) - HOUR, Counter())
    figures = Figures(queue, overdue, portals, claimed, outcomes, await kept.states())
    return Response(exposition(figures), media_type=CONTENT_TYPE_LATEST)


@health.head("/healthz", include_in_schema=False)
@health.get("/healthz", **told(EXAMPLES["healthz"], common=EVERYWHERE))
async def healthz() -> Health:
    """Tell that the process is up."""
    return Health()


@health.head("/readyz", response_model=Ready, include_in_schema=False)
@health.get("/readyz", response_model=Ready, **told(EXAMPLES["readyz"], "not-ready", common=EVERYWHERE))
async def readyz(kept: NumbersHere) -> Ready | JSONResponse:
    """Tell whether database, keys and audit log are whole, and since when an item has been overdue.

    Neither an old queue nor a cut audit log makes a process unready: another would have the same.
    """
    database, overdue = await kept.readiness.database()
    keys = kept.readiness.keys()
    match database, keys, overdue:
        case "ok", "ok" | "kept", int():
            return Ready(keys=keys, audit=kept.heads.state, overdue_hours=overdue)
        case _:
            return document("not-ready", database=database, keys=keys)

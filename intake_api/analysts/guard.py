"""Limits an analyst's exposure to so many minutes a day and without a break, unless a lead lifts the limits.

An analyst counts as exposed while they hold a claim, and for ONE_LOOK when they look at another item. Once a
limit is reached, they may still decide what they hold, but open nothing new. The stretches of exposure are
deleted after two days. A time that somebody spoilt in the database counts for nothing, and stops nobody.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.exposure import Exposed, Limits, Stretch, exposed, refusal
from intake_api.analysts.shapes import ExposureShown
from intake_api.faults import Reason, Refused
from intake_api.settings import IntakeSettings
from intake_api.store.models import Exposure, Item, Lift, is_claimed
from intake_api.store.wrong_values import has_right_values

ONE_LOOK: Final = timedelta(minutes=1)
_DELETED_AFTER: Final = timedelta(days=2)
_MINUTE: Final = timedelta(minutes=1)
_SHOWN_LIMITS: Final[Mapping[Reason, Literal["day", "break"]]] = {
    Reason.DAY_FULL: "day",
    Reason.BREAK_DUE: "break",
}


def limits_of(settings: IntakeSettings) -> Limits:
    """Return the limits that the settings name."""
    return Limits(
        a_day=timedelta(minutes=settings.exposure_minutes_a_day),
        at_once=timedelta(minutes=settings.exposure_minutes_at_once),
        rest=timedelta(minutes=settings.exposure_break_minutes),
        zone=ZoneInfo(settings.time_zone),
    )


async def admit(request: AnalystRequest, limits: Limits) -> None:
    """Raise Refused (day-full, break-due), which says until when, if the analyst has reached a limit."""
    if await _lifted_until(request) is not None:
        return
    found = await _exposed(request, limits)
    if found.is_closed:
        raise Refused(found.limit, refusal(found, request.now, limits))


async def exposure_shown(request: AnalystRequest, limits: Limits) -> ExposureShown:
    """Show the analyst how long they were exposed today, and how much the guard still allows."""
    found = await _exposed(request, limits)
    lifted_until = await _lifted_until(request)
    left = max(found.left, lifted_until - request.now) if lifted_until else found.left
    return ExposureShown(
        minutes_today=found.today // _MINUTE,
        minutes_left=left // _MINUTE,
        limit=_SHOWN_LIMITS[found.limit],
        closed=not left,
        opens_at=found.opens_at if not left else None,
        break_minutes=limits.rest // _MINUTE,
        lifted_until=lifted_until,
        time_zone=limits.zone.key,
    )


async def update_stretch(request: AnalystRequest) -> None:
    """Begin, extend or end the analyst's stretch of exposure, according to the claims that they hold."""
    until = await _holds_until(request)
    lasting = update(Exposure).where(_is_lasting(request)).values(ends=until or request.now)
    known = (await request.session.scalars(lasting.returning(Exposure.exposure_id))).all()
    if until is not None and not known:
        await _begin(request, until)


async def count_look(request: AnalystRequest) -> None:
    """Count a look at an item as ONE_LOOK of exposure, unless a stretch is already counting."""
    lasting = select(Exposure.exposure_id).where(_is_lasting(request)).limit(1)
    if await request.session.scalar(lasting) is None:
        await _begin(request, request.now + ONE_LOOK)


async def _begin(request: AnalystRequest, until: datetime) -> None:
    """Begin a stretch; the caller has locked the analyst's key, so no other one begins meanwhile."""
    exposure_id = secrets.token_hex(8)
    request.session.add(
        Exposure(exposure_id=exposure_id, analyst=request.analyst, began=request.now, ends=until)
    )
    await _forget(request)


async def _forget(request: AnalystRequest) -> None:
    """Delete the old stretches and lifts of all analysts, also of those who no longer work here."""
    long_ago = request.now - _DELETED_AFTER
    await request.session.execute(delete(Exposure).where(Exposure.ends < long_ago))
    await request.session.execute(delete(Lift).where(Lift.until < long_ago))


async def lift(request: AnalystRequest, analyst: str, length: timedelta) -> datetime:
    """Lift the limits of an analyst for some time from now; returns its end. The audit log names the lead."""
    until = request.now + length
    lift_id = secrets.token_hex(8)
    request.session.add(Lift(lift_id=lift_id, analyst=analyst, lifted_by=request.analyst, until=until))
    request.note("exposure_lifted", analyst)
    return until


async def _lifted_until(request: AnalystRequest) -> datetime | None:
    lifted = select(func.max(Lift.until)).where(
        Lift.analyst == request.analyst, Lift.until > request.now, has_right_values(request.session, Lift)
    )
    return await request.session.scalar(lifted)


async def _holds_until(request: AnalystRequest) -> datetime | None:
    held = select(func.max(Item.lease_expires)).where(
        is_claimed,
        Item.claimed_by == request.analyst,
        Item.lease_expires > request.now,
        has_right_values(request.session, Item, "lease_expires"),
    )
    return await request.session.scalar(held)


async def _exposed(request: AnalystRequest, limits: Limits) -> Exposed:
    holds = await _holds_until(request) is not None
    return exposed(await _stretches(request), request.now, limits, holds=holds)


async def _stretches(request: AnalystRequest) -> Sequence[Stretch]:
    mine = select(Exposure.began, Exposure.ends).where(_ends_after(request, request.now - _DELETED_AFTER))
    found = await request.session.execute(mine.order_by(Exposure.began))
    return [(began, ends) for began, ends in found]


def _is_lasting(request: AnalystRequest) -> ColumnElement[bool]:
    return _ends_after(request, request.now)


def _ends_after(request: AnalystRequest, moment: datetime) -> ColumnElement[bool]:
    """Say of a stretch that it is the analyst's, ends later, and has times that can be read."""
    is_read = has_right_values(request.session, Exposure)
    return and_(Exposure.analyst == request.analyst, Exposure.ends > moment, is_read)

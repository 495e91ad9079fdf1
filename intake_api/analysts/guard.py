"""Limits an analyst's exposure to so many minutes a day and without a break, unless a lead lifts the limits.

An analyst counts as exposed while they hold a claim, and for ONE_LOOK when they look at another item. Once a
limit is reached, they may still decide what they hold, but open nothing new. The stretches of exposure are
deleted after two days.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.faults import Reason, Refused
from intake_api.settings import IntakeSettings
from intake_api.store.models import Exposure, Item, Lift, is_claimed

ONE_LOOK: Final = timedelta(minutes=1)
_DELETED_AFTER: Final = timedelta(days=2)
_NONE: Final = timedelta()
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest exposure a day and without a break, the length of a break, and the time zone of the day."""

    a_day: timedelta
    at_once: timedelta
    rest: timedelta
    zone: ZoneInfo


def limits_of(settings: IntakeSettings) -> Limits:
    """Return the limits that the settings name."""
    return Limits(
        a_day=timedelta(minutes=settings.exposure_minutes_a_day),
        at_once=timedelta(minutes=settings.exposure_minutes_at_once),
        rest=timedelta(minutes=settings.exposure_break_minutes),
        zone=ZoneInfo(settings.time_zone),
    )


async def admit(request: AnalystRequest, limits: Limits) -> None:
    """Raise Refused (day-full, break-due) if the analyst has reached a limit."""
    if await _is_lifted(request):
        return
    stretches = await _stretches(request)
    if _spent(stretches, _midnight(request.now, limits.zone)) >= limits.a_day:
        raise Refused(Reason.DAY_FULL)
    if _without_rest(stretches, request.now, limits.rest) >= limits.at_once:
        raise Refused(Reason.BREAK_DUE)


async def update_stretch(request: AnalystRequest) -> None:
    """Begin, extend or end the analyst's stretch of exposure, according to the claims that they hold."""
    held = select(func.max(Item.lease_expires)).where(
        is_claimed, Item.claimed_by == request.analyst, Item.lease_expires > request.now
    )
    until = await request.session.scalar(held)
    mine = Exposure.analyst == request.analyst
    lasting = update(Exposure).where(mine, Exposure.ends > request.now).values(ends=until or request.now)
    known = (await request.session.scalars(lasting.returning(Exposure.exposure_id))).all()
    if until is not None and not known:
        await _begin(request, until)


async def count_look(request: AnalystRequest) -> None:
    """Count a look at an item as ONE_LOOK of exposure, unless a stretch is already counting."""
    lasting = select(Exposure.exposure_id).where(
        Exposure.analyst == request.analyst, Exposure.ends > request.now
    )
    if await request.session.scalar(lasting.limit(1)) is None:
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


async def _is_lifted(request: AnalystRequest) -> bool:
    lifted = select(Lift.lift_id).where(Lift.analyst == request.analyst, Lift.until > request.now).limit(1)
    return await request.session.scalar(lifted) is not None


async def _stretches(request: AnalystRequest) -> Sequence[Stretch]:
    mine = select(Exposure.began, Exposure.ends).where(
        Exposure.analyst == request.analyst, Exposure.ends > request.now - _DELETED_AFTER
    )
    found = await request.session.execute(mine.order_by(Exposure.began))
    return [(began, min(ends, request.now)) for began, ends in found]


def _spent(stretches: Sequence[Stretch], since: datetime) -> timedelta:
    return sum((max(ends - max(began, since), _NONE) for began, ends in stretches), _NONE)


def _without_rest(stretches: Sequence[Stretch], now: datetime, rest: timedelta) -> timedelta:
    return sum((ends - began for began, ends in _since_last_rest(stretches, now, rest)), _NONE)


def _since_last_rest(stretches: Sequence[Stretch], now: datetime, rest: timedelta) -> Iterator[Stretch]:
    begins_next = now
    for began, ends in reversed(stretches):
        if begins_next - ends >= rest:
            return
        yield began, ends
        begins_next = began


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

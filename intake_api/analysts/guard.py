"""Nobody looks at the worst for longer than they should: minutes a day, and breaks, unless a lead lifts it.

An analyst counts as exposed while they hold a claim, and for GLANCE when they look at another item.
What is held may be decided at any time; nothing new is opened. These stretches are forgotten after two days.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from intake_api.analysts.desk import Desk
from intake_api.faults import Reason, Refused
from intake_api.settings import IntakeSettings
from intake_api.store.models import Exposure, Item, Lift, is_claimed

GLANCE: Final = timedelta(minutes=1)
_KEPT: Final = timedelta(days=2)
_NONE: Final = timedelta()
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Limits:
    """Exposure a day and without a break, how long such a break is, and where the day begins at midnight."""

    a_day: timedelta
    at_once: timedelta
    rest: timedelta
    zone: ZoneInfo


def limits_of(settings: IntakeSettings) -> Limits:
    """Read the limits from the settings."""
    return Limits(
        a_day=timedelta(minutes=settings.exposure_minutes_a_day),
        at_once=timedelta(minutes=settings.exposure_minutes_at_once),
        rest=timedelta(minutes=settings.exposure_break_minutes),
        zone=ZoneInfo(settings.time_zone),
    )


async def admit(desk: Desk, limits: Limits) -> None:
    """Raise Refused (day-full, break-due) if this analyst should open nothing now."""
    if await _is_lifted(desk):
        return
    stretches = await _stretches(desk)
    if _spent(stretches, _midnight(desk.now, limits.zone)) >= limits.a_day:
        raise Refused(Reason.DAY_FULL)
    if _without_rest(stretches, desk.now, limits.rest) >= limits.at_once:
        raise Refused(Reason.BREAK_DUE)


async def look_after(desk: Desk) -> None:
    """Bring the analyst's stretch in line with the claims they now hold."""
    held = select(func.max(Item.lease_expires)).where(
        is_claimed, Item.claimed_by == desk.analyst, Item.lease_expires > desk.now
    )
    until = await desk.session.scalar(held)
    mine = Exposure.analyst == desk.analyst
    lasting = update(Exposure).where(mine, Exposure.ends > desk.now).values(ends=until or desk.now)
    known = (await desk.session.scalars(lasting.returning(Exposure.exposure_id))).all()
    if until is not None and not known:
        await _begin(desk, until)


async def glance(desk: Desk) -> None:
    """Count a look at an item outside the queue as GLANCE of exposure, beside what lasts anyhow."""
    lasting = select(Exposure.exposure_id).where(Exposure.analyst == desk.analyst, Exposure.ends > desk.now)
    if await desk.session.scalar(lasting.limit(1)) is None:
        await _begin(desk, desk.now + GLANCE)


async def _begin(desk: Desk, until: datetime) -> None:
    """Begin a stretch, in a transaction that has the audit log's turn, so that no other begins meanwhile."""
    exposure_id = secrets.token_hex(8)
    desk.session.add(Exposure(exposure_id=exposure_id, analyst=desk.analyst, began=desk.now, ends=until))
    await _forget(desk)


async def _forget(desk: Desk) -> None:
    """Forget what nobody needs, of everybody: also of who does not come back."""
    long_ago = desk.now - _KEPT
    await desk.session.execute(delete(Exposure).where(Exposure.ends < long_ago))
    await desk.session.execute(delete(Lift).where(Lift.until < long_ago))


async def lift(desk: Desk, analyst: str, length: timedelta) -> datetime:
    """Let an analyst go on for so long from now, as a lead; gives the end. The audit log tells who did."""
    until = desk.now + length
    lift_id = secrets.token_hex(8)
    desk.session.add(Lift(lift_id=lift_id, analyst=analyst, lifted_by=desk.analyst, until=until))
    await desk.note("exposure_lifted", analyst)
    return until


async def _is_lifted(desk: Desk) -> bool:
    lifted = select(Lift.lift_id).where(Lift.analyst == desk.analyst, Lift.until > desk.now).limit(1)
    return await desk.session.scalar(lifted) is not None


async def _stretches(desk: Desk) -> Sequence[Stretch]:
    mine = select(Exposure.began, Exposure.ends).where(
        Exposure.analyst == desk.analyst, Exposure.ends > desk.now - _KEPT
    )
    found = await desk.session.execute(mine.order_by(Exposure.began))
    return [(began, min(ends, desk.now)) for began, ends in found]


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

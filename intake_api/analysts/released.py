"""What an analyst has released goes to others first: the analyst gets it again when a lease has passed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.spoilt_rows import is_whole_item
from intake_api.store.models import EVERY_LANGUAGE, Item, QueuePlace, is_waiting


def may_be_given(request: AnalystRequest, lease: timedelta) -> ColumnElement[bool]:
    """Say of an item whether the analyst may get it: they had a reason for what they released."""
    return or_(
        Item.released_by.is_(None),
        Item.released_by != request.analyst,
        Item.released_at <= request.now - lease,
    )


async def given_again(
    request: AnalystRequest, lease: timedelta, language: str | None, kind: str | None
) -> datetime | None:
    """Return when the analyst gets the first of what waits and they released; None if there is none."""
    released = select(func.min(Item.released_at)).join_from(QueuePlace, Item).where(is_waiting)
    released = released.where(
        ~may_be_given(request, lease),
        QueuePlace.language == (language or EVERY_LANGUAGE),
        is_whole_item(request.session),
    )
    if kind is not None:
        released = released.where(QueuePlace.kind == kind)
    first = await request.session.scalar(released)
    return None if first is None else first + lease

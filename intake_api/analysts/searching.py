"""Finds items by the keyed hash of an address or a host that the analyst already knows."""

import ipaddress
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, literal, select, tuple_

from conversations.address import canonical, host, refang
from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.shapes import ItemsFound, Search, SearchCursor
from intake_api.analysts.showing import items_found
from intake_api.analysts.spoilt_rows import is_whole_item
from intake_api.faults import Reason, Refused
from intake_api.store.columns import HourType
from intake_api.store.models import Item

MAXIMUM_FOUND: Final = 50
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_DEFANGED_SCHEME: Final = re.compile(r"^hxxp(?=s?://)", re.IGNORECASE)
# The URL standard is more generous: it passes over strokes before a host, and what stands before an "@".
_HOST_FIRST: Final = re.compile(r"(?:\[[^\]]*\]|[^\s/?#\\@:\[\]]+)(?::[0-9]+)?(?:[/?#].*)?", re.DOTALL)


async def found(request: AnalystRequest, wanted: Search) -> ItemsFound:
    """Return the next items of an address, in any spelling, or of a host; each item found is audited.

    Raises Refused (no-host).
    """
    matching = select(Item).where(_is_wanted(request, wanted), is_whole_item(request.session))
    if wanted.after is not None:
        matching = matching.where(_is_after(wanted.after))
    newest = matching.order_by(Item.last_hour.desc(), Item.item_id.desc())
    items = (await request.session.scalars(newest.limit(MAXIMUM_FOUND + 1))).all()
    shown, more = items[:MAXIMUM_FOUND], len(items) > MAXIMUM_FOUND
    answer = ItemsFound(
        items=await items_found(request, shown),
        more=more,
        next=_cursor_of(shown[-1]) if more else None,
    )
    # Last, since other transactions wait for the audit log's lock until this one ends. A search that finds
    # nothing is audited too: it tells that the address was not reported.
    request.note("searched", request.analyst)
    request.note("found", *(item.item_id for item in shown))
    return answer


def host_in(typed: str) -> str | None:
    """Return the host that a text is, or that its web address has, defanged too; None if there is none."""
    text = "".join(sign for sign in typed if unicodedata.category(sign) != "Cf").strip()
    text = _DEFANGED_SCHEME.sub("http", refang(text))
    if "://" in text:
        return host(text)
    if _is_bare_ipv6(text):
        return host(f"https://[{text}]/")
    return host(f"https://{text}") if _HOST_FIRST.fullmatch(text) else None


def _is_wanted(request: AnalystRequest, wanted: Search) -> ColumnElement[bool]:
    if wanted.address is not None:
        return Item.address_hash == request.vault.blind_address(canonical(wanted.address))
    name = host_in(wanted.host or "")
    if name is None:
        raise Refused(Reason.NO_HOST)
    return Item.host_hash == request.vault.blind_host(name)


def _is_bare_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6  # noqa: PLR2004 - the version of IPv6
    except ValueError:
        return False


def _cursor_of(item: Item) -> SearchCursor:
    return f"{(item.last_hour - _EPOCH) // _HOUR}-{item.item_id}"


def _is_after(cursor: SearchCursor) -> ColumnElement[bool]:
    hours, _, item_id = cursor.partition("-")
    place = tuple_(literal(_EPOCH + int(hours) * _HOUR, HourType), literal(item_id))
    return tuple_(Item.last_hour, Item.item_id) < place

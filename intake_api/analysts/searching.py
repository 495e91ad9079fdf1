"""Finds items by the keyed hash of an address or a host that the analyst already knows."""

from sqlalchemy import ColumnElement, select

from conversations.address import canonical, host
from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.shapes import ItemsFound, Search
from intake_api.analysts.showing import items_found
from intake_api.store.models import Item

MAXIMUM_FOUND = 50


async def found(request: AnalystRequest, wanted: Search) -> ItemsFound:
    """Return the items of an address, in any spelling, or of a host; each item found is audited."""
    newest = (
        select(Item).where(_is_wanted(request, wanted)).order_by(Item.last_hour.desc(), Item.item_id.desc())
    )
    items = (await request.session.scalars(newest.limit(MAXIMUM_FOUND + 1))).all()
    shown = items[:MAXIMUM_FOUND]
    # A search that finds nothing is audited too: it tells that the address was not reported.
    await request.note("searched", request.analyst)
    await request.note("found", *(item.item_id for item in shown))
    return ItemsFound(items=await items_found(request, shown), more=len(items) > MAXIMUM_FOUND)


def _is_wanted(request: AnalystRequest, wanted: Search) -> ColumnElement[bool]:
    if wanted.address is not None:
        return Item.address_hash == request.vault.blind_address(canonical(wanted.address))
    name = wanted.host or ""
    return Item.host_hash == request.vault.blind_host(host(f"https://{name}/") or name)

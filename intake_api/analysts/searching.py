"""Items are found by the keyed hash of an address or a host, which the one who searches has to name."""

from sqlalchemy import ColumnElement, select

from conversations.address import canonical, host
from intake_api.analysts.desk import Desk
from intake_api.analysts.shapes import ItemsFound, Search
from intake_api.analysts.showing import items_found
from intake_api.store.models import Item

MAXIMUM_FOUND = 50


async def found(desk: Desk, wanted: Search) -> ItemsFound:
    """Give the items of an address, in any spelling, or of a host; audited for each item."""
    newest = select(Item).where(_is_wanted(desk, wanted)).order_by(Item.last_hour.desc(), Item.item_id.desc())
    items = (await desk.session.scalars(newest.limit(MAXIMUM_FOUND + 1))).all()
    shown = items[:MAXIMUM_FOUND]
    # Also a search that finds nothing tells something: that nobody has reported it.
    await desk.note("searched", desk.analyst)
    await desk.note("found", *(item.item_id for item in shown))
    return ItemsFound(items=await items_found(desk.session, shown), more=len(items) > MAXIMUM_FOUND)


def _is_wanted(desk: Desk, wanted: Search) -> ColumnElement[bool]:
    if wanted.address is not None:
        return Item.address_hash == desk.vault.blind_address(canonical(wanted.address))
    name = wanted.host or ""
    return Item.host_hash == desk.vault.blind_host(host(f"https://{name}/") or name)

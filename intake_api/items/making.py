"""Makes one item for each distinct address, even if many reports name it at the same time."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import CANONICALISER_VERSION, canonical, host, read
from conversations.wire.report import ReportedAddress
from intake_api.hand_in.reports import content_of
from intake_api.items.circumstances import as_bits
from intake_api.items.urgency import due_hour, urgency_of
from intake_api.store.database import upsert
from intake_api.store.models import Item, State, StoredReport
from intake_api.vault import Place, Vault

# The kind of an item whose address leads nowhere as it stands.
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class NamedAddress:
    """An address that a report names, the hash of its canonical form, and when it is due, and why."""

    address: ReportedAddress = field(repr=False)
    hash: bytes
    due_hour: datetime
    circumstances: int = 0


def addresses_in(vault: Vault, report: StoredReport) -> Mapping[bytes, NamedAddress]:
    """Return the addresses that a report names, by their hashes; none if it was withdrawn."""
    content = content_of(vault, report)
    named: dict[bytes, NamedAddress] = {}
    for address in content.addresses:
        due = due_hour(report.arrival_hour, urgency_of(content, address))
        one = NamedAddress(address, address_hash(vault, address), due, as_bits(content.circumstances))
        named.setdefault(one.hash, one)
    return named


def address_hash(vault: Vault, address: ReportedAddress) -> bytes:
    """Return the keyed hash of an address's canonical form; addresses with the same hash are one item."""
    return vault.blind_address(canonical(address.given))


def host_hash(vault: Vault, given: str) -> bytes | None:
    """Return the keyed hash of an address's host, or None if it has no host."""
    name = host(given)
    return None if name is None else vault.blind_host(name)


async def make_missing(session: AsyncSession, vault: Vault, named: Iterable[NamedAddress]) -> None:
    """Make the missing items; they are in no queue until their reports are counted."""
    # In the order of their hashes, so that two merges of the same addresses cannot deadlock.
    rows = [_new_item(vault, one) for one in sorted(named, key=lambda named: named.hash)]
    if rows:
        insert = upsert(session, Item).values(rows)
        await session.execute(insert.on_conflict_do_nothing(index_elements=[Item.address_hash]))


def _new_item(vault: Vault, named: NamedAddress) -> dict[str, object]:
    item_id, given = secrets.token_hex(16), named.address.given
    known = read(given)
    return {
        "item_id": item_id,
        "address_hash": named.hash,
        "host_hash": host_hash(vault, given),
        "index_key": vault.index_key,
        "canonicaliser": CANONICALISER_VERSION,
        "given": vault.seal(Place("items", item_id, "given"), given),
        "canonical": vault.seal(Place("items", item_id, "canonical"), canonical(given)),
        "kind": UNREADABLE if known is None else str(known.kind),
        "reports": 0,
        "first_hour": named.due_hour,
        "last_hour": named.due_hour,
        "open_since": datetime.fromtimestamp(0, UTC),
        "due_hour": named.due_hour,
        "began_hour": named.due_hour,
        "state": State.WAITING,
    }

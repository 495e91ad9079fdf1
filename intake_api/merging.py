"""Reports become items, after the answer, each in one transaction that can be repeated or cut off anywhere.

What a merge does depends only on the report as it now is: a crash leaves it to be done again, never half.
"""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import CANONICALISER_VERSION, canonical, read
from conversations.report import ReportedAddress
from intake_api.database import Database, upsert
from intake_api.models import Item, Mention, State, StoredReport, is_waiting
from intake_api.reports import Content, content_of
from intake_api.urgency import due_hour, urgency_of
from intake_api.vault import Place, Vault
from logs import log_failure

_RETRY_SECONDS = 60
_BATCH = 100


class Merger:
    """Merges whatever waits: when started, when woken, and once a minute what has failed before."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._woken = asyncio.Event()
        self._stopped = False

    async def run(self) -> None:
        """Work until stopped; no failure ends it, and none keeps other reports from being merged."""
        while not self._stopped:
            self._woken.clear()
            with _logged():
                await self._merge_waiting()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _RETRY_SECONDS)

    async def wake(self) -> None:
        """Say that a report was handed in."""
        self._woken.set()

    def stop(self) -> None:
        """Let `run` end after the report at hand."""
        self._stopped = True
        self._woken.set()

    async def _merge_waiting(self) -> None:
        batch = await self._waiting_after("")
        while batch and not self._stopped:
            for draft_id in batch:
                with _logged():
                    async with self._database.writing() as session:
                        await merge(session, self._vault, draft_id)
            batch = await self._waiting_after(batch[-1])

    async def _waiting_after(self, draft_id: str) -> Sequence[str]:
        waits = StoredReport.merged_revision < StoredReport.revision
        after = select(StoredReport.draft_id).where(waits, StoredReport.draft_id > draft_id)
        async with self._database.reading() as session:
            return (await session.scalars(after.order_by(StoredReport.draft_id).limit(_BATCH))).all()


@dataclass(frozen=True, slots=True)
class _Named:
    """An address that a report names, and all that its item needs of it."""

    address: ReportedAddress = field(repr=False)
    canonical: str = field(repr=False)
    hash: bytes
    due_hour: datetime


async def merge(session: AsyncSession, vault: Vault, draft_id: str) -> None:
    """Bring the items in line with a report's highest revision; a withdrawn one names no address.

    An item that an analyst has claimed or assessed keeps what it was claimed with.
    """
    report = await session.get_one(StoredReport, draft_id, with_for_update=True)
    named = _named(vault, report)
    touched = await _unmention(session, draft_id, [address.hash for address in named])
    for address in named:
        item_id = await _item_of(session, vault, address)
        await _mention(session, draft_id, item_id, address)
        touched.append(item_id)
    for item_id in touched:
        await _sum_up(session, item_id)
    report.merged_revision = report.revision


def _named(vault: Vault, report: StoredReport) -> list[_Named]:
    content = content_of(vault, report)
    named: dict[bytes, _Named] = {}
    for address in content.addresses:
        one = _name(vault, report, content, address)
        named.setdefault(one.hash, one)
    # Always in the same order, so that two merges of the same addresses never wait for one another.
    return [named[key] for key in sorted(named)]


def _name(vault: Vault, report: StoredReport, content: Content, address: ReportedAddress) -> _Named:
    due = due_hour(report.arrival_hour, urgency_of(content, address))
    return _Named(address, canonical(address.given), address_hash(vault, address), due)


def address_hash(vault: Vault, address: ReportedAddress) -> bytes:
    """Give the keyed hash of an address's canonical form: equal hashes are one item."""
    return vault.blind("address", canonical(address.given))


async def _unmention(session: AsyncSession, draft_id: str, still_named: list[bytes]) -> list[str]:
    gone = select(Item.item_id).where(is_waiting, Item.address_hash.not_in(still_named))
    removed = delete(Mention).where(Mention.draft_id == draft_id, Mention.item_id.in_(gone))
    return list((await session.scalars(removed.returning(Mention.item_id))).all())


async def _item_of(session: AsyncSession, vault: Vault, named: _Named) -> str:
    row = _fresh_item(vault, named)
    insert = upsert(Item).values(row).on_conflict_do_nothing(index_elements=[Item.address_hash])
    await session.execute(insert)
    known = select(Item.item_id).where(Item.address_hash == named.hash).with_for_update()
    return (await session.scalars(known)).one()


def _fresh_item(vault: Vault, named: _Named) -> dict[str, object]:
    item_id = secrets.token_hex(16)
    known = read(named.address.given)
    return {
        "item_id": item_id,
        "address_hash": named.hash,
        "canonicaliser": CANONICALISER_VERSION,
        "given": vault.seal(Place("items", item_id, "given"), named.address.given),
        "canonical": vault.seal(Place("items", item_id, "canonical"), named.canonical),
        "kind": "unreadable" if known is None else str(known.kind),
        # Until it is summed up, in the same transaction.
        "reports": 0,
        "first_hour": named.due_hour,
        "last_hour": named.due_hour,
        "due_hour": named.due_hour,
        "state": State.WAITING,
    }


async def _mention(session: AsyncSession, draft_id: str, item_id: str, named: _Named) -> None:
    insert = upsert(Mention).values(item_id=item_id, draft_id=draft_id, due_hour=named.due_hour)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[Mention.item_id, Mention.draft_id], set_={"due_hour": insert.excluded.due_hour}
        )
    )


async def _sum_up(session: AsyncSession, item_id: str) -> None:
    """Count an item's reports again, and let it go when none is left."""
    item = await session.get_one(Item, item_id, populate_existing=True)
    sums = select(
        func.count(),
        func.min(StoredReport.hour),
        func.max(StoredReport.hour),
        func.min(Mention.due_hour),
    ).join_from(Mention, StoredReport)
    reports, first, last, due = (await session.execute(sums.where(Mention.item_id == item_id))).one()
    if reports == 0:
        await session.delete(item)
    else:
        item.reports, item.first_hour, item.last_hour, item.due_hour = reports, first, last, due
    await session.flush()


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - one report's trouble, whatever it is, stays its own
        log_failure("merge_failed", error)

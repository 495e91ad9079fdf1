"""Makes new keyed hashes while no intake runs: under a new key, and by this version's canonical form.

Items are changed page by page. No two have the same hash meanwhile, since hashes under different keys are
never equal. Each row says how its hashes were made, so a run that was cut off continues where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import CANONICALISER_VERSION, canonical
from intake_api.audit.log import OPERATOR, TOOK_ANOTHER_IN, WENT_INTO_ANOTHER, AuditLog
from intake_api.items.circumstances import as_bits, of_bits, tapped_anew
from intake_api.items.making import host_hash
from intake_api.items.reopening import join_marks, reopen, take_words
from intake_api.items.totals import SOURCE, uncount, update_totals
from intake_api.items.words import move_words
from intake_api.keys import FROM_ELSEWHERE, IntakeKeys, is_key_id, make_key, newest, read_keys
from intake_api.known_keys.checks import (
    is_in_use,
    known_checks,
    later_than_known,
    record_made,
    require_keys,
    with_pending,
    without_later,
)
from intake_api.known_keys.processes import Silence, pass_over_all, wait_for_writers, wait_until_none_serves
from intake_api.store.columns import later_than
from intake_api.store.database import Database, upsert
from intake_api.store.models import Assessment, Item, Mention, QueuePlace, Source, State, StoredReport
from intake_api.upkeep.locks import while_none_serves
from intake_api.vault import Place, Vault, VaultClosed, key_of
from reportline.readiness import NotReady

PAGE: Final = 100
# Rows of an earlier version, which had only one key, name no key.
_EARLIEST: Final = {"k1": ("k1", "")}
# The session holds no object of these rows.
_UNSEEN: Final = {"synchronize_session": False}
Progress = Callable[[int], None]


@dataclass(slots=True)
class Reindexed:
    """How many items have new hashes, how many were merged into another, and how many no key can decrypt."""

    key_id: str
    items: int = 0
    merged: int = 0
    damaged: int = 0


async def require_indexed(session: AsyncSession, vault: Vault) -> None:
    """Raise NotReady unless the hashes of every item are of this version and of the newest key."""
    if await session.scalar(select(Item.item_id).where(is_behind(vault)).limit(1)) is not None:
        raise NotReady(
            "Items have keyed hashes of an earlier version or key. Stop every intake, make a backup, "
            "then run `reportline intake reindex`."
        )


async def reindex_all(  # noqa: PLR0913, PLR0917 - the last two only tell how far it is
    database: Database,
    folder: Path,
    reopen_after: timedelta | None,
    now: datetime,
    progress: Progress,
    silence: Silence | None = None,
) -> Reindexed:
    """Make all keyed hashes anew under a new key, or continue an earlier run; equal items are merged.

    `progress` is called with the number of items done so far, and `silence` learns of processes that do not
    answer. Raises NotReady if an intake is running or a vault key is missing. A process that does not answer
    may have been cut off from the database: from here on it writes nothing, even if it comes back.
    """
    with while_none_serves(folder):
        if database.is_postgresql:
            # Other machines do not see the lock. SQLite's file is in the folder itself.
            await wait_until_none_serves(database, silence or Silence())
        work = _Reindexing(await _choose_key(database, folder), reopen_after, now)
        await wait_for_writers(database)
        last: str | None = None
        while rows := await work.rows_after(database, last):
            async with database.writing() as session:
                await work.reindex(session, rows)
            progress(work.done.items)
            last = rows[-1]
        await work.note(database)
        return work.done


async def _choose_key(database: Database, folder: Path) -> IntakeKeys:
    """Make a new key, unless an earlier run has made one and was cut off; ends all that serves."""
    keys = read_keys(folder)
    vault = Vault(keys)
    under_newest = Item.index_key.in_(_EARLIEST.get(vault.index_key, (vault.index_key,)))
    compared_otherwise = under_newest & (Item.canonicaliser != CANONICALISER_VERSION)
    async with database.reading() as session:
        behind, unlike = [
            await session.scalar(select(Item.item_id).where(condition).limit(1)) is not None
            for condition in (is_behind(vault), compared_otherwise)
        ]
    if unlike or not behind:
        make_key(folder, "index")
    async with database.writing() as session:
        keys = read_keys(folder)
        left = later_than_known(await known_checks(session), keys, "index")
        await record_made(session, keys, left)
        keys = without_later(await known_checks(session), keys)
        await require_keys(session, keys, left)
        await pass_over_all(session)
        return await with_pending(session, keys)


def is_behind(vault: Vault) -> ColumnElement[bool]:
    """Say of an item that its hashes are of another key, or of another version's canonical form."""
    return or_(Item.index_key != vault.index_key, Item.canonicaliser != CANONICALISER_VERSION)


class _Reindexing:
    """One run over all items with old hashes, page by page, each page in a transaction of its own."""

    def __init__(self, keys: IntakeKeys, reopen_after: timedelta | None, now: datetime) -> None:
        self._keys, self._reopen_after, self._now = keys, reopen_after, now
        self._vault, self._audit = Vault(keys), AuditLog(keys.audit)
        self.done = Reindexed(newest(keys.indexes))

    async def rows_after(self, database: Database, row: str | None) -> Sequence[str]:
        """Return the ids of the next page of items with old hashes, in order."""
        behind = select(Item.item_id).where(later_than(Item.item_id, row), is_behind(self._vault))
        async with database.reading() as session:
            return (await session.scalars(behind.order_by(Item.item_id).limit(PAGE))).all()

    async def note(self, database: Database) -> None:
        """Write into the audit log that all hashes are under the new key."""
        async with database.writing() as session:
            self._audit.add(session, self._now, OPERATOR, "reindexed", f"index-{self.done.key_id}")

    async def reindex(self, session: AsyncSession, rows: Sequence[str]) -> None:
        """Set the new hashes of these items; if another item has the same address, merge the two."""
        if not await is_in_use(session, "vault", self._keys.in_use("vault")):
            raise NotReady("A new vault key came into use meanwhile. Run this again.")
        behind = select(Item).where(Item.item_id.in_(rows)).order_by(Item.item_id).with_for_update()
        anew = [(item, self._addressed(item)) for item in (await session.scalars(behind)).all()]
        hashes = [columns["address_hash"] for _, columns in anew]
        before = select(Item).where(Item.address_hash.in_(hashes), ~is_behind(self._vault))
        over = {item.address_hash: item for item in (await session.scalars(before.with_for_update())).all()}
        for item, columns in anew:
            other = over.get(columns["address_hash"])
            kept = item if other is None else await self._merge(session, item, other)
            if kept is item:
                for name, value in columns.items():
                    setattr(item, name, value)
            over[kept.address_hash] = kept
        self.done.items += len(anew)

    def _addressed(self, item: Item) -> dict[str, Any]:
        made_with = {"index_key": self._vault.index_key, "canonicaliser": CANONICALISER_VERSION}
        try:
            given = self._vault.open(Place("items", item.item_id, "given"), item.given)
        except VaultClosed:
            self._require_key(key_of(item.given))
            self.done.damaged += 1
            return made_with | {"address_hash": item.address_hash, "host_hash": None}
        spelt = canonical(given)
        return made_with | {
            "address_hash": self._vault.blind_address(spelt),
            "host_hash": host_hash(self._vault, given),
            "canonical": self._vault.seal(Place("items", item.item_id, "canonical"), spelt),
        }

    def _require_key(self, key_id: str) -> None:
        if is_key_id(key_id) and key_id not in self._keys.vaults:
            raise NotReady(
                f"The key file vault-{key_id}.key is missing, and items are sealed with it. "
                f"Copy it {FROM_ELSEWHERE}."
            )

    async def _merge(self, session: AsyncSession, one: Item, other: Item) -> Item:
        gone, kept = sorted((one, other), key=_order_of_keeping)
        # One entry after the other: that is how the log tells which item took the first one in.
        for what, item in ((WENT_INTO_ANOTHER, gone), (TOOK_ANOTHER_IN, kept)):
            self._audit.add(session, self._now, OPERATOR, what, item.item_id)
        await _absorb(session, self._vault, kept, gone, self._reopen_after)
        self.done.merged += 1
        return kept


def _order_of_keeping(item: Item) -> tuple[float, bool, str]:
    # A claimed item is kept, so that its claim holds; else an assessed one, so that it is not shown again.
    leased_until = item.lease_expires.timestamp() if item.lease_expires else 0.0
    return leased_until, item.state == State.ASSESSED, item.item_id


async def _absorb(
    session: AsyncSession, vault: Vault, kept: Item, gone: Item, reopen_after: timedelta | None
) -> None:
    """Move an item's reports and assessments to another item, and delete it; the other may reopen by them."""
    if await _was_assessed_later(session, gone, kept):
        kept.unseen, kept.not_illegal = gone.unseen, gone.not_illegal
    join_marks(kept, gone)
    arrivals: Sequence[datetime] = []
    into = update(Assessment).where(Assessment.item_id == gone.item_id)
    await session.execute(into.values(item_id=kept.item_id), execution_options=_UNSEEN)
    if State.ASSESSED not in (kept.state, gone.state):
        kept.open_since = min(kept.open_since, gone.open_since)
    elif (kept.state, gone.state) == (State.ASSESSED, State.WAITING):
        arrivals = await _arrivals(session, gone)
        await reopen(session, kept, arrivals, reopen_after)
    new_words = await move_words(session, vault, kept, gone, await _counted_for(session, kept, gone))
    if gone.state == State.WAITING and arrivals:
        new_taps = await tapped_anew(session, [kept.item_id], await _tapped(session, gone))
        take_words(kept, new_words | new_taps[kept.item_id], min(arrivals))
    await _join_double_mentions(session, kept, gone)
    await _move_mentions(session, kept, gone)
    for table in (Source, QueuePlace):
        await session.execute(delete(table).where(table.item_id == gone.item_id))
    await session.delete(gone)
    await session.flush()
    await update_totals(session, kept)


async def _was_assessed_later(session: AsyncSession, one: Item, other: Item) -> bool:
    newest = select(func.max(Assessment.sequence))
    last, last_of_other = [
        await session.scalar(newest.where(Assessment.item_id == item.item_id)) or 0 for item in (one, other)
    ]
    return last > last_of_other


async def _counted_for(session: AsyncSession, kept: Item, gone: Item) -> Sequence[StoredReport]:
    """Return the reports that are counted for an item that goes, and not for the one that is kept."""
    counted_for_kept = select(Mention.draft_id).where(
        Mention.item_id == kept.item_id, Mention.left.is_(False)
    )
    reports = select(StoredReport).join_from(Mention, StoredReport)
    named = reports.where(Mention.item_id == gone.item_id, Mention.left.is_(False))
    return (await session.scalars(named.where(Mention.draft_id.not_in(counted_for_kept)))).all()


async def _arrivals(session: AsyncSession, item: Item) -> Sequence[datetime]:
    """Return the hours in which an item's reports arrived."""
    hours = select(StoredReport.arrival_hour).join_from(Mention, StoredReport).distinct()
    still_named = hours.where(Mention.item_id == item.item_id, Mention.left.is_(False))
    return (await session.scalars(still_named)).all()


async def _tapped(session: AsyncSession, item: Item) -> int:
    """Return what was tapped in an item's reports, as bits."""
    tapped = select(Mention.circumstances).where(Mention.item_id == item.item_id, Mention.left.is_(False))
    return as_bits(of_bits(*await session.scalars(tapped.distinct())))


async def _join_double_mentions(session: AsyncSession, kept: Item, gone: Item) -> None:
    """Drop the second mention of each report that named both items."""
    theirs = select(Mention.draft_id).where(Mention.item_id == kept.item_id)
    twice = select(Mention).where(Mention.item_id == gone.item_id, Mention.draft_id.in_(theirs))
    for mention in (await session.scalars(twice)).all():
        same = await session.get_one(Mention, (kept.item_id, mention.draft_id))
        same.left = same.left and mention.left
        await uncount(session, mention)
        await session.delete(mention)
    await session.flush()


async def _move_mentions(session: AsyncSession, kept: Item, gone: Item) -> None:
    moved = update(Mention).where(Mention.item_id == gone.item_id).values(item_id=kept.item_id)
    await session.execute(moved, execution_options=_UNSEEN)
    ways = [getattr(Source, name) for name in SOURCE]
    theirs = select(literal(kept.item_id), *ways, Source.reports).where(Source.item_id == gone.item_id)
    added = upsert(session, Source).from_select(["item_id", *SOURCE, "reports"], theirs)
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["item_id", *SOURCE], set_={"reports": Source.reports + added.excluded.reports}
        )
    )

"""Merges reports into items in ticks that no arrival wakes, each in a transaction that can be repeated.

A hand-in starts no work, so neither its own answer nor the time that the next one takes tells whether an
address was known. A merge depends only on the report's newest revision. If a crash cuts it off, nothing of it
is kept, and it is done again.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.items.making import NamedAddress, addresses_in, make_missing
from intake_api.items.reopening import reopen
from intake_api.items.totals import count, uncount, update_totals
from intake_api.store.database import Database
from intake_api.store.models import Item, Mention, StoredReport
from intake_api.vault import Vault
from reportline.logs import log_failure

TICK_SECONDS = 1.0
_RETRY_TICKS = 20


class Merger:
    """Merges waiting reports when started and in every tick, and those that failed in every twentieth.

    A failure is logged once an hour, from the hour after the first one on: a line at once would tell when the
    report arrived.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        reopen_after: timedelta | None,
        now: Callable[[], datetime],
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self._database = database
        self._vault = vault
        self._reopen_after = reopen_after
        self._now = now
        self._tick_seconds = tick_seconds
        self._failed: dict[str, datetime] = {}
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Merge until stopped; a failure neither ends the loop nor keeps other reports from being merged."""
        loop, ticks = asyncio.get_running_loop(), 0
        while not self._stopped.is_set():
            with _logged():
                await self.merge_waiting(again=ticks % _RETRY_TICKS == 0)
            ticks += 1
            # The next full second, whatever came in meanwhile.
            with suppress(TimeoutError):
                seconds = self._tick_seconds - loop.time() % self._tick_seconds
                await asyncio.wait_for(self._stopped.wait(), seconds)

    def stop(self) -> None:
        """End `run` after the current report."""
        self._stopped.set()

    async def merge_waiting(self, *, again: bool) -> None:
        """Merge each report that waits now once; those that failed before only if `again`."""
        failed_before = self._failed
        if again:
            self._failed = {}
        for draft_id in await self._waiting():
            if self._stopped.is_set():
                return
            if again or draft_id not in self._failed:
                await self._merge(draft_id, failed_before.get(draft_id))

    async def _merge(self, draft_id: str, failed_in: datetime | None) -> None:
        try:
            # An item that has gone meanwhile is made anew in the next tick.
            with suppress(ItemGone):
                async with self._database.writing() as session:
                    await merge(session, self._vault, draft_id, self._reopen_after)
        except Exception as error:  # noqa: BLE001 - one report's trouble, whatever it is, stays its own
            hour = self._now().replace(minute=0, second=0, microsecond=0)
            if failed_in is not None and failed_in < hour:
                log_failure("merge_failed", error)
            self._failed[draft_id] = hour

    async def _waiting(self) -> Sequence[str]:
        # All at once: what comes in while these are merged waits for the next tick.
        waits = StoredReport.merged_revision < StoredReport.revision
        async with self._database.reading() as session:
            waiting = select(StoredReport.draft_id).where(waits).order_by(StoredReport.draft_id)
            return (await session.scalars(waiting)).all()


class ItemGone(Exception):  # noqa: N818 - it names what happened, as the intake's other errors do
    """Another transaction deleted an item while this one waited for its lock: merge again, and remake it."""


async def merge(
    session: AsyncSession, vault: Vault, draft_id: str, reopen_after: timedelta | None = None
) -> None:
    """Update the items of a report to its highest revision; a withdrawn report names no address.

    An item that is out of the queue keeps the reports with which it was claimed until it comes back. An item
    that was assessed `reopen_after` or longer before the report arrived comes back. If `reopen_after` is
    None, it does not, and the report is only counted. Raises ItemGone; the caller must then roll back.
    """
    mine = select(StoredReport).where(StoredReport.draft_id == draft_id)
    # If the report is locked, another process is merging it.
    report = (await session.scalars(mine.with_for_update(skip_locked=True))).one_or_none()
    if report is None or report.merged_revision >= report.revision:
        return
    named = addresses_in(vault, report)
    await make_missing(session, vault, named.values())
    touched = await _touched(session, draft_id, list(named))
    if not named.keys() <= {item.address_hash for item in touched}:
        raise ItemGone
    for item in touched:
        mention = await session.get(Mention, (item.item_id, draft_id))
        if item.address_hash in named:
            await _take(session, report, item, mention, named[item.address_hash], reopen_after)
        elif mention is not None:
            mention.left = True
            await session.flush()
        await update_totals(session, item)
    report.merged_revision = report.revision


async def _touched(session: AsyncSession, draft_id: str, hashes: list[bytes]) -> Sequence[Item]:
    mentioned = select(Mention.item_id).where(Mention.draft_id == draft_id)
    touched = select(Item).where(or_(Item.address_hash.in_(hashes), Item.item_id.in_(mentioned)))
    # Always in the same order, so that two merges of the same addresses cannot deadlock.
    return (await session.scalars(touched.order_by(Item.address_hash).with_for_update())).all()


async def _take(  # noqa: PLR0913, PLR0917 - what a report says of one item, and what is known of it
    session: AsyncSession,
    report: StoredReport,
    item: Item,
    before: Mention | None,
    named: NamedAddress,
    reopen_after: timedelta | None,
) -> None:
    now = Mention(
        item_id=item.item_id,
        draft_id=report.draft_id,
        portal=report.portal,
        channel=report.channel,
        language=report.language,
        hour=report.hour,
        due_hour=named.due_hour,
        arrival_hour=report.arrival_hour,
        circumstances=named.circumstances,
        left=False,
    )
    if before is None:
        await reopen(session, item, [report.arrival_hour], reopen_after)
    else:
        await uncount(session, before)
    await session.merge(now)
    await count(session, now)


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the next minute may be better, whatever it is
        log_failure("merge_failed", error)

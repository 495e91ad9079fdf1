"""Merges reports into items after the hand-in was answered, each in a transaction that can be repeated.

A merge depends only on the report's newest revision. If a crash cuts it off, nothing of it is kept, and it is
done again.
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
from intake_api.store.database import Database, LeftBehind
from intake_api.store.models import Item, Mention, StoredReport
from intake_api.vault import Vault
from reportline.logs import log_failure

RETRY_SECONDS = 20.0
_BATCH = 100


class Merger:
    """Merges waiting reports when started and when woken, and retries failed ones every twenty seconds.

    It ends when this process may not write any more.

    A failure is logged once an hour, from the hour after the first one on: a line at once would tell when the
    report arrived.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        reopen_after: timedelta | None,
        now: Callable[[], datetime],
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._database = database
        self._vault = vault
        self._reopen_after = reopen_after
        self._now = now
        self._retry_seconds = retry_seconds
        self._failed: dict[str, datetime] = {}
        self._woken = asyncio.Event()
        self._stopped = False

    async def run(self) -> None:
        """Merge until stopped; a failure neither ends the loop nor keeps other reports from being merged."""
        loop, again_at = asyncio.get_running_loop(), 0.0
        while not self._stopped:
            again = loop.time() >= again_at
            if again:
                again_at = loop.time() + self._retry_seconds
            self._woken.clear()
            with _logged():
                await self.merge_waiting(again=again)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), max(again_at - loop.time(), 0))

    async def wake(self) -> None:
        """Wake the loop, since a report was handed in."""
        self._woken.set()

    def stop(self) -> None:
        """End `run` after the current report."""
        self._stopped = True
        self._woken.set()

    async def merge_waiting(self, *, again: bool) -> None:
        """Merge each waiting report once; those that failed before only if `again`."""
        failed_before = self._failed
        if again:
            self._failed = {}
        batch = await self._waiting_after("")
        while batch and not self._stopped:
            for draft_id in batch:
                if again or draft_id not in self._failed:
                    await self._merge(draft_id, failed_before.get(draft_id))
            batch = await self._waiting_after(batch[-1])

    async def _merge(self, draft_id: str, failed_in: datetime | None) -> None:
        try:
            async with self._database.writing() as session:
                await merge(session, self._vault, draft_id, self._reopen_after)
        except ItemGone:
            self._woken.set()
        except LeftBehind:
            self.stop()
        except Exception as error:  # noqa: BLE001 - one report's trouble, whatever it is, stays its own
            hour = self._now().replace(minute=0, second=0, microsecond=0)
            if failed_in is not None and failed_in < hour:
                log_failure("merge_failed", error)
            self._failed[draft_id] = hour

    async def _waiting_after(self, draft_id: str) -> Sequence[str]:
        waits = StoredReport.merged_revision < StoredReport.revision
        after = select(StoredReport.draft_id).where(waits, StoredReport.draft_id > draft_id)
        async with self._database.reading() as session:
            return (await session.scalars(after.order_by(StoredReport.draft_id).limit(_BATCH))).all()


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

"""Merges waiting reports in ticks that no arrival wakes.

A hand-in starts no work, so neither its own answer nor the time that the next one takes tells whether an
address was known.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta

from sqlalchemy import select

from intake_api.items.merging import ItemGone, merge
from intake_api.items.reopening import bring_back_marked, has_waited
from intake_api.store.away import EVENTS, DatabaseAway, LeftBehind
from intake_api.store.columns import UNREADABLE
from intake_api.store.database import Database
from intake_api.store.models import Item, StoredReport
from intake_api.vault import Vault
from reportline.logs import log_failure

TICK_SECONDS = 1.0
_RETRY_TICKS = 20
_BETWEEN_OUTAGES = timedelta(minutes=1)
_BETWEEN_FAULTS = timedelta(hours=1)


class Merger:
    """Merges waiting reports when started and in every tick, and those that failed in every twentieth.

    It ends when this process may not write any more.

    A report's failure is logged once an hour, from the hour after the first one on: a line at once would tell
    when the report arrived. That the database is away is logged once a minute.
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
        # The hour in which each failed last; None where that was an outage's doing, and no fault of its own.
        self._failed: dict[str, datetime | None] = {}
        self._looked_on: date | None = None
        self._told: dict[str, datetime] = {}
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Merge until stopped; a failure neither ends the loop nor keeps other reports from being merged."""
        loop, ticks = asyncio.get_running_loop(), 0
        while not self._stopped.is_set():
            with self._going_on():
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
        """Merge each report that waits now once; those that failed before only if `again`.

        On a new day, first bring back the items whose words have waited for it.
        """
        with self._going_on():
            await self._bring_back(self._now().date())
        failed_before = self._failed
        if again:
            self._failed = {}
        for draft_id in await self._waiting():
            if self._stopped.is_set():
                return
            if again or draft_id not in self._failed:
                await self._merge(draft_id, failed_before.get(draft_id))

    async def _bring_back(self, today: date) -> None:
        if self._looked_on == today:
            return
        async with self._database.reading() as session:
            waiting = (await session.scalars(select(Item.item_id).where(has_waited(today)))).all()
        for item_id in waiting:
            # What somebody spoilt keeps no other item from coming back: the doctor counts it.
            with suppress(LeftBehind, *UNREADABLE):
                async with self._database.writing() as session:
                    item = await session.get(Item, item_id, with_for_update=True)
                    if item is not None:
                        await bring_back_marked(session, item, today)
        self._looked_on = today

    async def _merge(self, draft_id: str, failed_in: datetime | None) -> None:
        try:
            # An item that has gone meanwhile is made anew in the next tick.
            with suppress(ItemGone):
                async with self._database.writing() as session:
                    await merge(session, self._vault, draft_id, self._now(), self._reopen_after)
        except LeftBehind:
            self.stop()
        except DatabaseAway as error:
            self._failed[draft_id] = failed_in
            self._tell(EVENTS[error.why], error, _BETWEEN_OUTAGES)
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

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        try:
            yield
        except LeftBehind:
            self.stop()
        except DatabaseAway as error:
            self._tell(EVENTS[error.why], error, _BETWEEN_OUTAGES)
        except Exception as error:  # noqa: BLE001 - the next minute may be better, whatever it is
            self._tell("merge_failed", error, _BETWEEN_FAULTS)

    def _tell(self, event: str, error: Exception, pause: timedelta) -> None:
        now, told = self._now(), self._told.get(event)
        if told is None or now - told >= pause:
            log_failure(event, error)
            self._told[event] = now

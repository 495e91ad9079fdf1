"""Looks after the audit log each minute: keeps its head outside the database, and adds the hour's counts."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from intake_api.audit.counts import count_hour
from intake_api.audit.head import HeadKeeper, HeadState
from intake_api.audit.log import INTAKE, AuditLog
from intake_api.clock import Clock
from intake_api.http.refusals import Refusals
from intake_api.numbers.counting import hour_of
from intake_api.store.database import Database
from reportline.logs import log_event, log_failure

SECONDS: Final = 60.0
_SECONDS_TO_WAIT: Final = 10


class AuditTask:
    """The work of each minute; what fails is logged, and done a minute later."""

    def __init__(  # noqa: PLR0913, PLR0917 - it brings as many parts together
        self,
        database: Database,
        audit: AuditLog,
        heads: HeadKeeper,
        refusals: Refusals,
        now: Clock,
        seconds: float = SECONDS,
    ) -> None:
        self._database, self._audit, self._heads = database, audit, heads
        self._refusals, self._now, self._seconds = refusals, now, seconds
        self._stopped = asyncio.Event()
        # Counted only as an hour begins: a count in its midst would tell which half of it a report came in.
        self._hour = hour_of(now())
        self._told: tuple[HeadState, datetime] | None = None

    async def run(self) -> None:
        """Work each minute until stopped, and once more at the end."""
        stopped = False
        while not stopped:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._seconds)
            stopped = self._stopped.is_set()
            await self.tick()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopped.set()

    async def tick(self) -> None:
        """Do the work of a minute."""
        self._refusals.tell()
        await _tried(self._add_hourly())
        await _tried(self._heads.keep(self._database))
        self._tell_head()

    async def _add_hourly(self) -> None:
        hour = hour_of(self._now())
        begins = hour != self._hour
        if begins:
            await count_hour(self._database, self._audit, hour)
        if begins or self._stopped.is_set():
            await self._add_refusals(hour)
        self._hour = hour

    async def _add_refusals(self, hour: datetime) -> None:
        refused = self._refusals.without_key
        if refused:
            async with self._database.writing() as session:
                self._audit.add(session, hour, INTAKE, "keys_refused", str(refused))
            self._refusals.without_key -= refused

    def _tell_head(self) -> None:
        state, hour = self._heads.state, hour_of(self._now())
        if state in {"ok", "unkept"} or self._told == (state, hour):
            # What could not be kept is in the log already, as a task that failed.
            return
        self._told = state, hour
        if state == "cut":
            log_event("audit_log_cut")
        else:
            log_event("audit_head_unusable", reason=state)


async def _tried(work: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(_SECONDS_TO_WAIT):
            await work
    except Exception as error:  # noqa: BLE001 - the next minute may be better, whatever it is
        log_failure("audit_task_failed", error)

"""Puts the hour of arrival in place of one that cannot be, so that nobody's clock costs a report.

That it happened is told in the log once an hour, and after that hour: a line at once would tell when the
report arrived.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from intake_api.clock import Clock
from reportline.logs import log_event

EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_TICK_SECONDS: Final = 1.0


class SenderClocks:
    """Corrects the hours that senders' clocks, or ours, got wrong."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._last: datetime | None = None
        self._stopped = asyncio.Event()

    def possible(self, hour: datetime, arrival: datetime) -> datetime:
        """Return the hour of a report, or that of its arrival if it is before 2020 or after the next hour."""
        arrival_hour = _hour_of(arrival)
        if EARLIEST <= hour <= arrival_hour + _HOUR:
            return hour
        self._last = arrival_hour
        return arrival_hour

    async def run(self) -> None:
        """Tell until stopped."""
        while not self._stopped.is_set():
            self.tell()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _TICK_SECONDS)

    def tell(self) -> None:
        """Log that an hour was corrected, once that hour has ended."""
        if self._last is not None and _hour_of(self._now()) != self._last:
            self._last = None
            log_event("clock_ahead")

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)

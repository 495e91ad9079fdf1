"""Logs what single reports give rise to once the hour has ended, so that no line tells when one arrived."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from intake_api.clock import Clock
from reportline.logs import log_event

EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_TICK_SECONDS: Final = 1.0


class HourLog:
    """The events of the hour that runs; each is logged once, when the next hour has begun."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._untold = dict[tuple[str, str | None], datetime]()
        self._stopped = asyncio.Event()

    def note(self, event: str, reason: str | None = None) -> None:
        """Remember an event of the hour that runs, unless one of an earlier hour is still to be told."""
        self._untold.setdefault((event, reason), _hour_of(self._now()))

    def possible_hour(self, hour: datetime, arrival: datetime) -> datetime:
        """Return the hour of a report, or that of its arrival if it is before 2020 or after the next hour.

        So nobody's clock costs a report.
        """
        arrival_hour = _hour_of(arrival)
        if EARLIEST <= hour <= arrival_hour + _HOUR:
            return hour
        self.note("clock_ahead")
        return arrival_hour

    async def run(self) -> None:
        """Tell until stopped."""
        while not self._stopped.is_set():
            self.tell()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _TICK_SECONDS)

    def tell(self) -> None:
        """Log the events of hours that have ended."""
        hour = _hour_of(self._now())
        for (event, reason), noted in list(self._untold.items()):
            if noted != hour:
                del self._untold[event, reason]
                log_event(event, **({} if reason is None else {"reason": reason}))

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)

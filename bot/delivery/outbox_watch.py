"""Says whether an outbox takes a report now, and whether one has waited for hours; no time is more exact."""

import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.delivery.outbox import PARTIAL, Full, Outbox, floor_times, hour_of
from reportline.logs import log_event

# From the third full hour on a report has waited for more than two, whatever minute it came in.
_SECONDS_OF_WAITING: Final = 3 * 3600
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_PAGE: Final = bytes(4096)


class OutboxWatch:
    """Looks at the outbox in a folder; `clock` gives seconds since 1970."""

    def __init__(self, folder: Path, outbox: Outbox, clock: Callable[[], float]) -> None:
        self._folder, self._outbox, self._clock = folder, outbox, clock
        self._is_told = False

    def state(self) -> str:
        """Say "ok" if a new report is taken now, or in a word why not; a small file tries the disk."""
        try:
            self._outbox.require_room(1)
            _try(self._folder)
        except Full:
            return "full"
        except OSError as fault:
            return "disk_full" if fault.errno in _NO_SPACE else "unwritable"
        return "ok"

    def waits_long(self) -> bool:
        """Tell whether a report has waited for more than two hours; it becomes so at full hours only."""
        limit = hour_of(self._clock()) - _SECONDS_OF_WAITING
        try:
            return any(self._was_put_by(entry.file_name, limit) for entry in self._outbox.waiting())
        except OSError:
            return False

    def tell(self) -> None:
        """Log that a report has waited long, once until none has."""
        waits_long = self.waits_long()
        if waits_long and not self._is_told:
            log_event("report_waits_long")
        self._is_told = waits_long

    def _was_put_by(self, name: str, hour: int) -> bool:
        # It may be delivered meanwhile.
        with suppress(FileNotFoundError):
            return hour_of((self._folder / name).lstat().st_mtime) <= hour
        return False


def _try(folder: Path) -> None:
    """Write a small file and remove it; raises OSError. If a crash leaves it, the next sweep removes it."""
    trial = folder / f"{secrets.token_hex(8)}{PARTIAL}"
    try:
        descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, _PAGE)
        finally:
            os.close(descriptor)
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
            floor_times(folder)

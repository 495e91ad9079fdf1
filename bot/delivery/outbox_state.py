"""Counts the reports that wait in an outbox, and finds the oldest one's hour; changes nothing."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.delivery.outbox import KEPT_FREE_BYTES, Entry, entries_in, hour_of, set_aside_folder

MOST_SEALED_BYTES: Final = 128 * 1024


@dataclass(frozen=True, slots=True)
class OutboxState:
    """The numbers of entries that wait and that were set aside, and the hour in which the oldest was put."""

    waiting: int
    aside: int
    oldest: datetime | None

    def percent(self, maximum: int) -> int:
        """Give how many percent of the maximum there are, those set aside included."""
        return 100 * (self.waiting + self.aside) // maximum

    def room(self, maximum: int, free: int) -> int:
        """Give how many more reports are taken for certain, with so many bytes free on the disk."""
        on_disk = (free - KEPT_FREE_BYTES) // MOST_SEALED_BYTES
        return max(0, min(maximum - self.waiting - self.aside, on_disk))


def state_of(folder: Path) -> OutboxState:
    """Return the state of the outbox in a folder, which need not be there; raises OSError."""
    aside = set_aside_folder(folder)
    there = {path: entries_in(path) for path in (folder, aside) if path.exists()}
    hours = [hour for path, entries in there.items() for hour in _hours(path, entries)]
    oldest = datetime.fromtimestamp(min(hours), UTC) if hours else None
    return OutboxState(len(there.get(folder, ())), len(there.get(aside, ())), oldest)


def _hours(folder: Path, entries: Iterable[Entry]) -> Iterator[int]:
    for entry in entries:
        # The report may be delivered meanwhile.
        with suppress(FileNotFoundError):
            yield hour_of((folder / entry.file_name).lstat().st_mtime)

"""Keeps apart, on one host, what may not run at the same time: a reindex or an upgrade, and an intake.

The kernel releases such a lock when the process ends, even if it is killed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reportline.readiness import NotReady

_CHANGING: Final = "Items are being reindexed, or the database is being upgraded. Wait until that has ended."


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """Prevent a reindex and an upgrade while an intake serves with this folder's keys; raises NotReady."""
    with _locked(folder, fcntl.LOCK_SH, _CHANGING):
        yield


@contextmanager
def serving_alone(folder: Path) -> Iterator[None]:
    """Prevent a second intake from serving this folder's SQLite file; raises NotReady if one serves it."""
    # This key is always there and never replaced. SQLite's own locks would be lost with a lock on its file.
    with _locked(
        folder / "audit.key",
        fcntl.LOCK_EX,
        "Another intake serves this database. A file (SQLite) serves one process; several need PostgreSQL.",
    ):
        yield


@contextmanager
def while_none_serves(folder: Path) -> Iterator[None]:
    """Prevent that an intake serves with this folder's keys; raises NotReady if one does."""
    with _locked(folder, fcntl.LOCK_EX, "An intake is running. Stop every one, then run this again."):
        yield


@contextmanager
def _locked(path: Path, how: int, otherwise: str) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady(otherwise) from None
        yield
    finally:
        os.close(descriptor)

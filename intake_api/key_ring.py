"""Gives a running process its keys, and reads a new seal or vault key in the folder at once."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from intake_api.keys import PURPOSES, IntakeKeys, read_keys
from reportline.logs import log_failure
from reportline.readiness import NotReady


class Keys(Protocol):
    """A source of keys, asked each time that keys are needed."""

    def current(self) -> IntakeKeys:
        """Return the current keys."""


class KeyRing:
    """The keys of a running process, which reads a new seal or vault key in the folder at once.

    A new key only opens, until the database has it in use. A key that was read is kept until the process
    ends, even if its file is lost or damaged; that is logged once. The other keys stay as they were at the
    start: a new index key needs a restart.
    """

    def __init__(self, folder: Path) -> None:
        """Read the keys; raises NotReady as `read_keys` does."""
        self._folder = folder
        self._seen = _look(folder)
        self._keys = read_keys(folder)
        self._is_told = False

    def current(self) -> IntakeKeys:
        """Return the current keys; never raises."""
        seen = _look(self._folder)
        if seen != self._seen:
            self._seen = seen
            self._take_up()
        return self._keys

    def use_all_but(self, pending: frozenset[str]) -> None:
        """Take it from the database which keys, given by name, are not in use yet.

        What is in use is never set back to an older key, whatever somebody writes into the database.
        """
        if self._is_told:
            pending -= {f"{purpose}-{self._keys.in_use(purpose)}" for purpose in PURPOSES}
        self._is_told = True
        if pending != self._keys.pending:
            self._keys = replace(self._keys, pending=pending)

    def _take_up(self) -> None:
        known = self._keys
        try:
            found = read_keys(self._folder)
        except (NotReady, OSError) as fault:
            log_failure("keys_unreadable", fault)
            return
        seals, vaults = {**found.seals, **known.seals}, {**found.vaults, **known.vaults}
        taken_up = replace(known, seals=seals, vaults=vaults)
        new = taken_up.by_name().keys() - known.by_name().keys()
        self._keys = replace(taken_up, pending=known.pending | new)


def _look(folder: Path) -> frozenset[tuple[str, int]]:
    # Not the folder's own time: it is too coarse to change for each of two files made at once.
    try:
        with os.scandir(folder) as files:
            return frozenset(
                (file.name, file.stat().st_ctime_ns) for file in files if file.name.endswith(".key")
            )
    except OSError:
        return frozenset()

"""The courier hands in the reports that wait in the outbox, and retries until the intake has them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import Final

from bot.delivery.intake import (
    KEY_REFUSED,
    LONGEST_TIMEOUT_SECONDS,
    TIMEOUT_SECONDS,
    Intake,
    IntakeAway,
    IntakeRefused,
    ShapeUnknown,
)
from bot.delivery.outbox import Entry, Outbox, Unreadable
from reportline.logs import log_event, log_failure

LONGEST_REST_SECONDS: Final = 60.0
# Enough to hide the way to the intake and its commits; few enough to leave capacity for others.
AT_ONCE: Final = 4
FILLING_PERCENT: Final = 80
_FILLING_SECONDS: Final = 3600.0
_DOUBLINGS: Final = 6
_random: Final = random.SystemRandom()


class Outcome(StrEnum):
    """What became of one try to deliver one entry."""

    DELIVERED = "delivered"
    GONE = "gone"
    AWAY = "away"
    KEY_REFUSED = "key_refused"
    REFUSED = "refused"
    UNKNOWN_SHAPE = "unknown_shape"
    UNREADABLE = "unreadable"
    FAILED = "failed"


TROUBLE: Final = frozenset({Outcome.AWAY, Outcome.KEY_REFUSED, Outcome.FAILED})
_EVENTS: Final = {Outcome.AWAY: "intake_away", Outcome.KEY_REFUSED: "intake_refuses_key"}


def rest_after(failures: int) -> float:
    """Give the seconds to rest after so many failed rounds in a row: doubling from about one, with jitter.

    Never more than a minute; about that long also after none, so that nothing depends on being woken.
    """
    longest = min(LONGEST_REST_SECONDS, 2.0 ** min(failures - 1, _DOUBLINGS))
    return (longest if failures else LONGEST_REST_SECONDS) * _random.uniform(0.5, 1)


def timeout_after(failures: int) -> float:
    """Give the seconds to wait for an answer after so many failed rounds: an intake may be slow for long."""
    return min(LONGEST_TIMEOUT_SECONDS, TIMEOUT_SECONDS * 2.0 ** min(failures, _DOUBLINGS))


class Courier:
    """Delivers the entries of one outbox to one intake, in random order; `rest` gives a round's pause (s).

    Several may work on one folder: what one has delivered, the others no longer find.
    """

    def __init__(self, outbox: Outbox, intake: Intake, rest: Callable[[int], float] = rest_after) -> None:
        self._outbox = outbox
        self._intake = intake
        self._rest = rest
        self._woken = asyncio.Event()
        self._failures = 0
        self._trouble: Outcome | None = None
        self._told: Outcome | None = None
        self._is_probing = False
        self._filling_untold_at = 0.0
        self._is_too_new_told = False

    @property
    def is_failing(self) -> bool:
        """Whether the last round could not deliver."""
        return self._failures > 0

    async def deliver(self, entry: Entry) -> bool:
        """Try once to deliver the entry; True when the intake has it. Twice at the same time is harmless.

        False leaves it to wait, or sets it aside when it can never be delivered. While the intake is away,
        one at a time finds out whether it is back, and the others wait for nothing. Raises OSError when the
        disk fails.
        """
        if self._trouble is None:
            return await self._deliver(entry)
        if self._is_probing:
            return False
        self._is_probing = True
        try:
            return await self._deliver(entry)
        finally:
            self._is_probing = False

    async def _deliver(self, entry: Entry) -> bool:
        outcome = await self._attempt(entry)
        if outcome is Outcome.GONE:
            return entry not in self._outbox.aside()
        return outcome is Outcome.DELIVERED

    def wake(self) -> None:
        """Ask for a round now, since something waits; after a failed round its rest is kept all the same."""
        if not self._failures:
            self._woken.set()

    async def run(self) -> None:
        """Deliver everything that waits, now and after every rest or waking, until cancelled."""
        while True:
            self._woken.clear()
            outcomes = await self.round()
            self._tell_if_too_new(outcomes)
            self._failures = self._failures + 1 if TROUBLE & outcomes.keys() else 0
            if not self._failures:
                self._tell_if_back()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest(self._failures)):
                    await self._woken.wait()

    async def round(self) -> Counter[Outcome]:
        """Try every entry once, a few at a time, until the intake is away; counts the outcomes."""
        outcomes: Counter[Outcome] = Counter()
        try:
            self._outbox.sweep()
            self._tell_if_filling()
            entries = list(self._outbox.waiting())
        except OSError as error:
            log_failure("unexpected_error", error)
            return Counter({Outcome.FAILED: 1})
        # In random order, entries that always fail cannot hold up the same others.
        _random.shuffle(entries)
        left = iter(entries)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work(left, outcomes))
        return outcomes

    async def _work(self, left: Iterator[Entry], outcomes: Counter[Outcome]) -> None:
        """Try what is left until something is in the way: so a few bad entries do not end the whole round."""
        for entry in left:
            try:
                longer = timeout_after(self._failures) if self._failures else None
                outcome = await self._attempt(entry, longer)
            except Exception as error:  # noqa: BLE001 - reports wait, so the courier outlives any fault
                log_failure("unexpected_error", error)
                outcome = Outcome.FAILED
            outcomes[outcome] += 1
            if outcome in TROUBLE:
                return

    async def _attempt(self, entry: Entry, seconds: float | None = None) -> Outcome:
        try:
            sealed = self._outbox.read(entry)
            if sealed is None:
                return Outcome.GONE
            await self._intake.hand_in(entry.draft_id, sealed, seconds)
        except IntakeAway as away:
            return self._note_trouble(away.status)
        except IntakeRefused as refused:
            self._note_answer()
            if self._outbox.set_aside(entry):
                lacked = {} if refused.key_id is None else {"key_id": refused.key_id}
                log_event("report_refused_by_intake", status=refused.status, **lacked)
            return Outcome.REFUSED
        except ShapeUnknown:
            # It waits: an intake that is upgraded takes it.
            self._note_answer()
            return Outcome.UNKNOWN_SHAPE
        except Unreadable:
            if self._outbox.set_aside(entry):
                log_event("entry_set_aside", reason="unreadable")
            return Outcome.UNREADABLE
        self._note_answer()
        self._outbox.remove(entry)
        log_event("report_delivered")
        return Outcome.DELIVERED

    def _note_trouble(self, status: int | None) -> Outcome:
        trouble = Outcome.KEY_REFUSED if status in KEY_REFUSED else Outcome.AWAY
        if trouble != self._told:
            log_event(_EVENTS[trouble], **({} if status is None else {"status": status}))
        self._trouble = self._told = trouble
        return trouble

    def _note_answer(self) -> None:
        if self._trouble:
            self._woken.set()
        self._trouble = None

    def _tell_if_back(self) -> None:
        """Log it only after a whole round: an intake that takes every other report is not back."""
        if self._told and not self._trouble:
            log_event("intake_back")
            self._told = None

    def _tell_if_too_new(self, outcomes: Counter[Outcome]) -> None:
        """Log it once for all that wait, and again only after they were taken."""
        is_too_new = outcomes[Outcome.UNKNOWN_SHAPE] > 0
        if is_too_new and not self._is_too_new_told:
            log_event("intake_too_old")
        self._is_too_new_told = is_too_new

    def _tell_if_filling(self) -> None:
        """Log it here, and not in `put`, where the line would show when one report arrived."""
        percent = self._outbox.fullness()
        if percent >= FILLING_PERCENT and time.monotonic() >= self._filling_untold_at:
            log_event("outbox_filling", number=percent // 10 * 10)
            self._filling_untold_at = time.monotonic() + _FILLING_SECONDS

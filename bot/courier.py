"""The courier brings what waits in the outbox to the intake, and tries as long as it takes."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from bot.intake import Intake, IntakeAway, IntakeRefused
from bot.outbox import Entry, Outbox, Unreadable
from logs import log_event, log_failure

LONGEST_REST_SECONDS: Final = 300.0
_DOUBLINGS: Final = 9
_KEY_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_random: Final = random.SystemRandom()


def rest_after(failures: int) -> float:
    """Give the seconds to rest after so many failed rounds in a row: doubling from about one, with jitter.

    Never more than 5 minutes; that long also after none, so that nothing depends on being woken.
    """
    if failures == 0:
        return LONGEST_REST_SECONDS
    longest = min(LONGEST_REST_SECONDS, 2.0 ** min(failures - 1, _DOUBLINGS))
    return longest * _random.uniform(0.5, 1)


class Courier:
    """Delivers the entries of one outbox to one intake, in random order; `rest` gives a round's pause (s)."""

    def __init__(self, outbox: Outbox, intake: Intake, rest: Callable[[int], float] = rest_after) -> None:
        self._outbox = outbox
        self._intake = intake
        self._rest = rest
        self._woken = asyncio.Event()
        self._trouble: str | None = None

    async def deliver(self, entry: Entry) -> bool:
        """Try once to deliver the entry; True when the intake has it. Twice at the same time is harmless.

        False leaves it to wait, or sets it aside when it can never be delivered. Raises OSError when the
        disk fails.
        """
        try:
            sealed = self._outbox.read(entry)
            if sealed is None:
                return entry not in self._outbox.aside()
            await self._intake.hand_in(entry.draft_id, sealed)
        except IntakeAway as away:
            self._note_trouble(away.status)
            return False
        except IntakeRefused as refused:
            self._note_answer()
            return self._give_up(entry, "report_refused_by_intake", status=refused.status)
        except Unreadable:
            return self._give_up(entry, "entry_set_aside", reason="unreadable")
        self._note_answer()
        self._outbox.remove(entry)
        log_event("report_delivered")
        return True

    def wake(self) -> None:
        """Ask for a round now: something waits, or the intake may be back."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver everything that waits, now and after every rest or waking, until cancelled."""
        failures = 0
        while True:
            self._woken.clear()
            failures = 0 if await self._round() else failures + 1
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest(failures)):
                    await self._woken.wait()

    async def _round(self) -> bool:
        """Try every entry until the intake is away; True when it never was."""
        try:
            entries = list(self._outbox.waiting())
            # In random order, one entry that the intake always fails on cannot hold up the same others.
            _random.shuffle(entries)
            for entry in entries:
                await self.deliver(entry)
                if self._trouble:
                    return False
        except Exception as error:  # noqa: BLE001 - reports wait, so the courier outlives any fault
            log_failure("unexpected_error", error)
            return False
        return True

    def _give_up(self, entry: Entry, event: str, **fields: str | int) -> bool:
        self._outbox.set_aside(entry)
        log_event(event, **fields)
        return False

    def _note_trouble(self, status: int | None) -> None:
        trouble = "intake_refuses_key" if status in _KEY_REFUSED else "intake_away"
        if trouble != self._trouble:
            log_event(trouble, **({} if status is None else {"status": status}))
        self._trouble = trouble

    def _note_answer(self) -> None:
        if self._trouble:
            log_event("intake_back")
            self.wake()
        self._trouble = None

"""Asks the intake whether it is this bot's: at the start, hourly, at first contact and after a refusal.

The question is asked beside the talks: no turn ever waits for its answer.
"""

import asyncio
from contextlib import suppress
from typing import Final, NamedTuple

from bot.delivery.intake import (
    KEY_REFUSED,
    ChannelAnswer,
    Intake,
    IntakeAway,
    IntakeRefused,
    Refusal,
    ShapeUnknown,
)
from bot.delivery.intake_match import MISMATCHES, Match, match_of
from conversations.wire.report import SealedReport
from conversations.wire.sealing import IntakePublicKey
from reportline.logs import log_event, log_failure


class Rest(NamedTuple):
    """The seconds until the next question: while all is well, and while something is not as it should be."""

    settled: float = 3600.0
    unsettled: float = 60.0


_USUAL: Final = Rest()


class IntakeWatch:
    """The intake as a bot delivers to it; `match` is what it last said of this bot.

    While `is_away`, since it did not answer last, what it said before holds. `key` is the public key to which
    this bot seals.
    """

    def __init__(self, intake: Intake, key: IntakePublicKey, rest: Rest = _USUAL) -> None:
        self._intake, self._key, self._rest = intake, key, rest
        self._woken = asyncio.Event()
        self.is_away = True
        self.match = Match.UNASKED

    @property
    def takes_links(self) -> bool:
        """Whether a reporter's link may be taken: nothing is known that keeps the intake from opening it."""
        return self.match not in MISMATCHES

    async def hand_in(self, draft_id: str, sealed: SealedReport, seconds: float | None = None) -> None:
        """Hand in as the intake does; an answer after an outage and a refusal have the question asked."""
        try:
            await self._intake.hand_in(draft_id, sealed, seconds)
        except IntakeAway as away:
            self.is_away = True
            if away.status in KEY_REFUSED:
                self._woken.set()
            raise
        except IntakeRefused as refused:
            self._woken.set()
            if self.match is Match.OTHER_KEY:
                # It may be another hotline's intake, reached by mistake: what waits here stays.
                raise IntakeAway(refused.status) from None
            raise
        except ShapeUnknown:
            self._woken.set()
            raise
        if not self._is_settled:
            self._woken.set()

    async def status(self, receipt: str) -> str | None:
        """Give the status word of a receipt, as the intake does."""
        return await self._intake.status(receipt)

    async def channel(self) -> ChannelAnswer | Refusal:
        """Ask what the intake says of itself."""
        return await self._intake.channel()

    async def ask(self) -> Match:
        """Ask now; gives what the intake says, or what it said before while it is away."""
        try:
            answer = await self.channel()
        except IntakeAway:
            self.is_away = True
        else:
            self.is_away = False
            self.match = match_of(answer, self._key)
        return self.match

    async def run(self) -> None:
        """Ask again after every rest or waking, and log what has changed, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_rest()):
                    await self._woken.wait()
            self._woken.clear()
            took_links = self.takes_links
            try:
                await self.ask()
            except Exception as error:  # noqa: BLE001 - the next answer may be a better one
                log_failure("unexpected_error", error)
            self._tell_change(took_links=took_links)

    def _seconds_to_rest(self) -> float:
        return self._rest.settled if self._is_settled else self._rest.unsettled

    @property
    def _is_settled(self) -> bool:
        return self.takes_links and not self.is_away

    def _tell_change(self, *, took_links: bool) -> None:
        if took_links and not self.takes_links:
            log_event("intake_mismatch", reason=self.match)
        elif self.takes_links and not took_links:
            log_event("intake_matches")

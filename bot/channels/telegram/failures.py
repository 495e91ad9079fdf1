"""The ways in which a call of the Bot API fails, how long it is retried, and when a lasting fault is told."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import SystemRandom

_random = SystemRandom()


class CallError(Exception):
    """A call of the Bot API failed; holds no text of a library, since that may contain the token."""


class TokenRefusedError(CallError):
    """Telegram does not know the bot's token."""


class UnreachableError(CallError):
    """There was no answer, or a server error: the call may be retried."""


class OtherPollerError(UnreachableError):
    """Another process is polling the same bot."""


class WebhookSetError(UnreachableError):
    """Somebody has set a webhook for the bot that is polled."""


class OddAnswerError(UnreachableError):
    """What answered does not speak as the Bot API does: it may be a proxy, which knows of no token."""


class BlockedError(CallError):
    """The chat is closed to the bot."""


class RefusedError(CallError):
    """The call cannot be done."""


class MigratedError(RefusedError):
    """The group is a supergroup now, under the number `chat`."""

    def __init__(self, chat: int) -> None:
        super().__init__()
        self.chat = chat


class UnchangedError(RefusedError):
    """The card already looks as the edit asks."""


class FloodedError(CallError):
    """Telegram asks to wait `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a channel waits, in seconds, and how often it tries.

    A call is retried for `patience`, an update on which the host fails is tried `tries` times. A notice of an
    outage stays for `notice`. A webhook's answer waits for `shown` until the card is shown, the confirmation
    of a polled update for `confirm`. While updates are in hand, polls are `between_polls` apart: within half
    a second, Telegram would answer with one update alone. One bot makes `calls_a_second`, and in any one
    second five more at most; a chat gets `cards_a_second`, after the first three. That no updates come is
    told after `silence`, and again each `silence_again`. A stop works off what waits, for `grace` at most and
    no longer than `standstill` after the last call that succeeded.
    """

    poll: int = 30
    answer: float = 10.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    # Units and compose give 45 seconds: ten more are the server's, three the last poll's.
    grace: float = 25.0
    standstill: float = 10.0
    shown: float = 3.0
    confirm: float = 1.0
    between_polls: float = 0.6
    calls_a_second: float = 25.0
    cards_a_second: float = 1.0
    tries: int = 5
    patience: float = 1700.0
    notice: float = 3600.0
    silence: float = 900.0
    silence_again: float = 3600.0

    def pause(self, tries: int) -> float:
        """Give the seconds to wait after so many tries: doubling, bounded, and never two bots in step."""
        doubled: float = self.first_pause * 2.0 ** min(tries - 1, 16)
        return min(self.longest_pause, doubled) * _random.uniform(0.5, 1)


class LastingFault:
    """A fault that is due to be told after so many seconds, and `again` each so many, until it ends.

    `clock` gives seconds that never go back.
    """

    def __init__(self, after: float, again: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._after, self._again, self._clock = after, again, clock
        self._due_at: float | None = None

    def is_due(self) -> bool:
        """Take note that the fault is there; says whether to tell of it now."""
        now = self._clock()
        if self._due_at is None:
            self._due_at = now + self._after
        if now < self._due_at:
            return False
        self._due_at = now + self._again
        return True

    def end(self) -> None:
        """Take note that the fault is gone."""
        self._due_at = None


def silence(*libraries: str) -> None:
    """Drop every line of these loggers, at any level: they hold the token and what reporters write."""
    for name in libraries:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        logger.handlers = [logging.NullHandler()]

"""Limits without identity: a budget per blind key slows a talk; a flood raises an alarm, blocks nobody."""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.exchange import TalkHandle
from bot.sessions.sealing import TalkSecrets
from conversations.events import Chose, Command, Commanded, Event
from conversations.flow.cards import is_everywhere
from reportline.logs import log_event

EVENTS_AT_ONCE = 60
EVENTS_A_SECOND = 0.5
MAXIMUM_BUDGETS = 10_000
REPORTS_TO_ALARM = 200
_HOUR = 3600


_ALWAYS_HEARD = frozenset({Command.HELP, Command.LANGUAGE, Command.FORGET})


def is_always_heard(event: Event) -> bool:
    """Tell whether an event is never refused for speed: help in danger, the language, clearing the chat."""
    if isinstance(event, Chose):
        return is_everywhere(event.choice)
    return isinstance(event, Commanded) and event.command in _ALWAYS_HEARD


@dataclass(slots=True)
class _Bucket:
    left: float
    since: float


class Budgets:
    """How much each talk may still do, by its blind key: in memory, and forgotten once it is full again.

    `secrets` make the blind keys and never leave memory either. `clock` gives monotonic seconds. `most` is
    what a talk may do at once, before it has to slow down to one thing in two seconds. A person cannot tap
    so fast; a sender who does is told to wait, and loses nothing.
    """

    def __init__(self, secrets: TalkSecrets, clock: Callable[[], float], most: int = EVENTS_AT_ONCE) -> None:
        self._secrets = secrets
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    def allow(self, talk: TalkHandle) -> bool:
        """Take one from the budget of a talk; False when nothing is left."""
        now = self._clock()
        blind_key = self._secrets.live()[0].blind_key(talk)
        bucket = self._buckets.pop(blind_key, None) or _Bucket(self._most, now)
        left = min(self._most, bucket.left + (now - bucket.since) * EVENTS_A_SECOND)
        allowed = left >= 1
        self._buckets[blind_key] = _Bucket(left - 1 if allowed else left, now)
        self._forget_full(now)
        return allowed

    def __len__(self) -> int:
        """Give how many budgets are not full."""
        return len(self._buckets)

    def _forget_full(self, now: float) -> None:
        """Forget the longest untouched that are full again, and more of them when there are too many."""
        until_full = self._most / EVENTS_A_SECOND
        while self._buckets:
            oldest = next(iter(self._buckets.values()))
            if now - oldest.since < until_full and len(self._buckets) <= MAXIMUM_BUDGETS:
                return
            self._buckets.popitem(last=False)


class Alarm:
    """Counts the reports of each portal and channel by the hour, and tells the operator of a flood, once."""

    def __init__(self, clock: Callable[[], float], most: int = REPORTS_TO_ALARM) -> None:
        self._clock = clock
        self._most = most
        self._hour = 0
        self._counted: Counter[tuple[str, str]] = Counter()
        self._alarmed: set[tuple[str, str]] = set()

    def count(self, portal: str, channel: str) -> None:
        """Count one report."""
        self._turn_over()
        self._counted[portal, channel] += 1

    def tell(self) -> None:
        """Log each flood once; called every minute, so that no line marks a single report."""
        self._turn_over()
        for source, count in self._counted.items():
            if count >= self._most and source not in self._alarmed:
                self._alarmed.add(source)
                log_event("many_reports", portal=source[0], channel=source[1], number=count)

    def _turn_over(self) -> None:
        hour = int(self._clock() // _HOUR)
        if hour != self._hour:
            self._hour, self._counted, self._alarmed = hour, Counter(), set()

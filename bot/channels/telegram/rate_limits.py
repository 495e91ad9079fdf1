"""Limits one bot's calls: its own rate, one card at a time in a chat, and the waits that Telegram asks for.

core.telegram.org/bots/faq asks for at most 30 messages a second from one bot, and for one a second in one
chat; it tolerates short bursts.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

# With 25 more in the same second, which is what a bot usually takes, no more than Telegram asks for.
CALLS_AT_ONCE = 5
CARDS_AT_ONCE = 3
# Long enough not to press a bot that is too fast, and short enough for the reporters of its other chats.
SECONDS_TO_PROBE = 5.0
# A tenth of a bot's usual rate or less, and yet the turn of a chat that was never named comes soon.
SECONDS_BETWEEN_PROBES = 0.25
# Whoever was told to wait lets others find out first, and says nothing new if it is told so again by then.
_SECONDS_BEHIND = 1.0
_SECONDS_NAMED = 30.0


@dataclass(slots=True)
class _Bucket:
    """A token bucket, stored as the time at which it is full again."""

    rate: float
    most: int
    full_at: float = 0

    def take(self, now: float) -> float:
        """Take one, or book the next one that there will be; gives the seconds until then."""
        self.full_at = max(self.full_at, now) + 1 / self.rate
        return max(0.0, self.full_at - self.most / self.rate - now)


class Allowance:
    """The rate limits of one bot; a chat that need not wait is dropped when it is looked up.

    `clock` gives monotonic seconds.
    """

    def __init__(
        self, calls_a_second: float, cards_a_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._cards_a_second = cards_a_second
        self._calls = _Bucket(calls_a_second, CALLS_AT_ONCE)
        self._cards: OrderedDict[str, _Bucket] = OrderedDict()
        self._held: dict[str, float] = {}
        self._named: dict[str, float] = {}
        self._suspects: set[str] = set()
        self._all_held = 0.0
        self._probe_at = 0.0

    def card(self, chat: str) -> float:
        """Book the next card of a chat, in the order of asking; gives the seconds until its turn."""
        now = self._clock()
        bucket = self._cards.pop(chat, None) or _Bucket(self._cards_a_second, CARDS_AT_ONCE)
        wait = bucket.take(now)
        self._cards[chat] = bucket
        self.forget_free()
        return wait

    def call(self) -> float:
        """Book the next call of the bot, in the order of asking; gives the seconds until its turn."""
        return self._calls.take(self._clock())

    def hold(self, chat: str, seconds: float) -> None:
        """Wait as Telegram asks in this chat, and for a while in all, if no other chat gets through either.

        Telegram does not say whether the chat or the bot is too fast. If it slows down two chats and no call
        succeeded in between, it may be the bot: then all wait, for SECONDS_TO_PROBE at most. What is tried
        next tells. A chat that was named before, and others got through since, says nothing of the bot.
        """
        now = self._clock()
        self.forget_free()
        if chat not in self._named:
            self._suspects.add(chat)
        self._held[chat] = max(now + seconds, self._held.get(chat, 0))
        self._named[chat] = self._held[chat] + _SECONDS_NAMED
        if len(self._suspects) > 1 and chat in self._suspects:
            self._all_held = max(now + min(seconds, SECONDS_TO_PROBE), self._all_held)

    def probe(self, chat: str) -> float:
        """Give the seconds until this chat may show a card though all wait, to find out; 0 books it.

        Chats that Telegram named are not asked for that.
        """
        now = self._clock()
        if chat in self._named or self._all_held <= now:
            return inf
        if now >= self._probe_at:
            self._probe_at = now + SECONDS_BETWEEN_PROBES
            return 0.0
        return self._probe_at - now

    def note_success(self) -> bool:
        """Go on in all chats that Telegram did not name: a call succeeded, so it does not mean the bot.

        Tells whether all were waiting.
        """
        waited = self._all_held > self._clock()
        self._suspects.clear()
        self._all_held = 0.0
        return waited

    def held(self, chat: str) -> float:
        """Give the seconds for which Telegram still asks to wait, in this chat or everywhere."""
        if not (self._all_held or self._named or self._held):
            return 0.0
        now = self._clock()
        behind = _SECONDS_BEHIND if chat in self._named else 0.0
        return max(0.0, self._all_held + behind - now, self._held.get(chat, 0) - now)

    def __len__(self) -> int:
        """Give how many chats are known."""
        return len(self._cards.keys() | self._held.keys() | self._named.keys())

    def forget_free(self) -> None:
        """Forget every chat that may do anything again."""
        now = self._clock()
        while self._cards and next(iter(self._cards.values())).full_at <= now:
            self._cards.popitem(last=False)
        if not (self._held or self._named):
            self._suspects.clear()
            return
        for chat in [chat for chat, until in self._held.items() if until <= now]:
            del self._held[chat]
        for chat in [chat for chat, until in self._named.items() if until <= now]:
            del self._named[chat]
        self._suspects &= self._held.keys()

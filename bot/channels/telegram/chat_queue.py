"""The calls that wait for one chat: the newest card only, and everything else however late."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.channels.telegram.calls import Call
from bot.exchange import TalkHandle


class Waits(Protocol):
    """Who waits until a chat's calls are made."""

    while_held_up: bool

    def release(self) -> None:
        """End the waiting."""
        ...


@dataclass(eq=False, slots=True, weakref_slot=True)
class ChatQueue:
    """The calls that wait for one chat; its lock keeps updates and calls apart, `order` updates in order.

    `shown` is the number of a card, `deleted` those of messages that are gone, of which the host has not been
    told yet. After `repeats`, a card may stand twice: its call got no answer. `since` is the time of the
    newest call.
    `sender` is the task that makes the calls, `waiting` those who wait for it.
    `held_up` is set while Telegram does not take the next call: it asks to wait, or cannot be reached.
    """

    chat: str = field(repr=False)
    talk: TalkHandle | None = None
    calls: list[Call] = field(default_factory=list)
    shown: int | None = field(default=None, repr=False)
    deleted: list[int] = field(default_factory=list, repr=False)
    repeats: bool = False
    tries: int = 0
    since: float = field(default_factory=time.monotonic)
    sender: "asyncio.Task[Any] | None" = None
    waiting: list[Waits] = field(default_factory=list, repr=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    held_up: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Tell all who wait for the calls that they are made."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.release()

    def hold_up(self) -> None:
        """Take note that Telegram does not take the next call; who does not wait for that is told."""
        self.held_up.set()
        for one in self.waiting:
            if not one.while_held_up:
                one.release()

    @property
    def fails_to_delete(self) -> bool:
        """Whether a deletion was tried and failed, so that its message still stands in the chat."""
        return self.tries > 0 and any(call.deletes for call in self.calls)

    @property
    def waits(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self.calls) or self.has_news

    @property
    def has_news(self) -> bool:
        """Whether the host is to be told something now: of a card at once, of deletions when all are done."""
        if self.shown is not None:
            return True
        return bool(self.deleted) and not any(call.deletes for call in self.calls)

    def put(self, calls: Sequence[Call]) -> None:
        """Add calls behind those that wait."""
        # Of several cards only the newest counts; everything else is done, however late.
        if any(call.shows for call in calls):
            self.calls = [call for call in self.calls if not call.shows]
        # Each answer deletes again what is not known to be gone.
        again = {number for call in calls for number in call.deletes}
        self.calls = [call for call in self.calls if not call.deletes or not again.issuperset(call.deletes)]
        self.calls += [call for call in calls if call not in self.calls]
        self.tries, self.since = 0, time.monotonic()

    def advance(self, *instead: Call) -> None:
        """Remove the first call, or put another in its place."""
        self.calls[:1] = instead
        self.tries = 0
        self.held_up.clear()

    def put_deletions_first(self) -> None:
        """Order what waits for a stop: what is not deleted then stays for long, or for good."""
        self.calls.sort(key=lambda call: 0 if call.deletes else 1 if call.shows else 2)

    def take_notice(self) -> None:
        """Remove a notice that waits."""
        self.calls = [call for call in self.calls if not call.is_notice]

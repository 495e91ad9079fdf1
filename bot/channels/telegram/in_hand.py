"""An update in hand: who brought it hears once it is saved and answered, or after a time limit.

One task takes the turn and then makes the calls that answer it: a second one that only made the calls, and a
third that waited for it, would cost time. So the end of the task is not what is waited for, but `over`. The
calls of a chat are made by the task that came first; a later one leaves its own to it, and ends.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.channels.telegram.chat_queue import ChatQueue


class UpdatesHeld:
    """Every update in hand, so that a stop can wait for them; `waiting` of them wait for their answer."""

    def __init__(self) -> None:
        self.waiting = 0
        self._held: set[InHand] = set()
        self._is_empty = asyncio.Event()

    def begin(self, queue: ChatQueue) -> "InHand":
        """Take one more in hand; its task follows."""
        held = InHand(self, queue, asyncio.get_running_loop().create_future())
        self._held.add(held)
        return held

    def let_go(self, held: "InHand") -> None:
        """Forget one that is over."""
        self._held.discard(held)
        if not self._held:
            self._is_empty.set()

    async def settle(self, seconds: float) -> None:
        """Give what is in hand so many seconds, and drop the rest."""
        self._is_empty.clear()
        if self._held:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._is_empty.wait()
        late = {held.task for held in self._held if held.task and not held.has_waited}
        for held in [*self._held]:
            if held.has_waited:
                held.release()  # its turn is saved, and its calls may still be made
        await settle(late, 0)


@dataclass(eq=False, slots=True)
class InHand:
    """One update; `over` gives its chat's queue, or what ended it."""

    _all: UpdatesHeld
    queue: ChatQueue
    over: "asyncio.Future[ChatQueue | None]"
    task: "asyncio.Task[Any] | None" = field(default=None, repr=False)
    while_held_up: bool = False
    has_waited: bool = False
    _limit: asyncio.TimerHandle | None = None

    def wait(self, seconds: float, *, while_held_up: bool) -> None:
        """Wait for the answer, so many seconds at most; while Telegram holds it up only if it is told so."""
        self.has_waited, self.while_held_up = True, while_held_up
        self._all.waiting += 1
        self._limit = asyncio.get_running_loop().call_later(seconds, self.release)

    def release(self) -> None:
        """End the waiting."""
        self._end()
        if not self.over.done():
            self.over.set_result(self.queue)

    def fail(self, error: BaseException) -> None:
        """End it by an error, which whoever brought the update gets, if they are still there."""
        self._end()
        if self.over.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.over.cancel()
        else:
            self.over.set_exception(error)
            self.over.exception()  # or Python would log it where nobody is there

    def _end(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
            self._all.waiting -= 1
        self._all.let_go(self)


async def settle(tasks: "set[asyncio.Task[Any]]", seconds: float) -> None:
    """Wait so many seconds for tasks, then cancel those that still run; raises nothing of theirs."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

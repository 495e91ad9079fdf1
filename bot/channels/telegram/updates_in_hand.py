"""Knows which updates of a polled bot are in hand: the offset confirms those that are done, and no other."""

import asyncio
from collections.abc import Callable, Sequence

from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.raw_updates import Update

_Served = asyncio.Future[ChatQueue | None]


class UpdatesInHand:
    """The updates that Telegram has told of and that are not confirmed yet.

    `serve` begins to handle one update; once what it gives is done, with the queue of what answers it, the
    update may be confirmed. Updates are served beside one another, and begin in the order in which they came.
    """

    def __init__(self, serve: Callable[[Update], _Served]) -> None:
        self._serve = serve
        self._in_hand: dict[int, _Served] = {}
        self._being_confirmed: dict[int, _Served] = {}
        self._next = 0

    @property
    def waits(self) -> bool:
        """Whether there are updates that were not confirmed yet."""
        return bool(self._in_hand)

    def offset(self) -> int:
        """Give the number to ask from: the first update that is not done, or what follows the newest batch.

        It follows the newest batch also to a smaller number: after a week without updates, Telegram numbers
        them anew from a random number.
        """
        waiting = [number for number, served in self._in_hand.items() if not _is_done(served)]
        if not waiting:
            self._being_confirmed, self._in_hand = self._in_hand, {}
        return min(waiting, default=self._next)

    def last_offset(self) -> int:
        """Give the number to ask from at a stop: the first update whose answer is not made, or is unknown."""
        known = {**self._being_confirmed, **self._in_hand}
        waiting = [number for number, served in known.items() if not _is_answered(served)]
        return min(waiting, default=self._next)

    def take(self, updates: Sequence[Update]) -> None:
        """Begin to serve the updates that are new; those without a number are passed over."""
        self._being_confirmed = {}
        numbered = {number: update for update in updates if (number := update_number(update)) is not None}
        new = [number for number in numbered if number not in self._in_hand]
        for number in new:
            self._in_hand[number] = self._serve(numbered[number])
        if new:
            self._next = max(new) + 1

    async def wait(self, seconds: float) -> None:
        """Wait until everything in hand is done, so many seconds at most; raises what ended an update."""
        if self._in_hand:
            done, _ = await asyncio.wait(self._in_hand.values(), timeout=seconds)
            for served in done:
                served.result()


def _is_done(served: _Served) -> bool:
    return served.done() and not served.cancelled() and served.exception() is None


def _is_answered(served: _Served) -> bool:
    if not _is_done(served):
        return False
    queue = served.result()
    return queue is None or not queue.waits


def update_number(update: Update) -> int | None:
    """Give the number of an update, or None if it has none."""
    return update.update_id if isinstance(update.update_id, int) else None

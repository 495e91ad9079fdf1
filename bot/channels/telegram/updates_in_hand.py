"""Knows which updates of a polled bot are in hand: the offset confirms those that are done, and no other."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.raw_updates import Update
from bot.channels.telegram.sending import settle

_Task = asyncio.Task[ChatQueue | None]


class UpdatesInHand:
    """The updates that Telegram has told of and that are not confirmed yet.

    `serve` handles one update, and gives the queue of what answers it; when it returns, the update may be
    confirmed. Updates are served beside one another, and begin in the order in which they came.
    """

    def __init__(self, serve: Callable[[Update], Coroutine[Any, Any, ChatQueue | None]]) -> None:
        self._serve = serve
        self._tasks: dict[int, _Task] = {}
        self._being_confirmed: dict[int, _Task] = {}
        self._next = 0

    @property
    def waits(self) -> bool:
        """Whether there are updates that were not confirmed yet."""
        return bool(self._tasks)

    def offset(self) -> int:
        """Give the number to ask from: the first update that is not done, or what follows the newest batch.

        It follows the newest batch also to a smaller number: after a week without updates, Telegram numbers
        them anew from a random number.
        """
        waiting = [number for number, task in self._tasks.items() if not _is_done(task)]
        if not waiting:
            self._being_confirmed, self._tasks = self._tasks, {}
        return min(waiting, default=self._next)

    def last_offset(self) -> int:
        """Give the number to ask from at a stop: the first update whose answer is not made, or is unknown."""
        known = {**self._being_confirmed, **self._tasks}
        waiting = [number for number, task in known.items() if not _is_answered(task)]
        return min(waiting, default=self._next)

    def take(self, updates: Sequence[Update]) -> None:
        """Begin to serve the updates that are new; those without a number are passed over."""
        self._being_confirmed = {}
        numbered = {number: update for update in updates if (number := update_number(update)) is not None}
        new = [number for number in numbered if number not in self._tasks]
        for number in new:
            self._tasks[number] = asyncio.create_task(self._serve(numbered[number]))
        if new:
            self._next = max(new) + 1

    async def wait(self, seconds: float) -> None:
        """Wait until everything in hand is done, so many seconds at most; raises what ended an update."""
        if self._tasks:
            done, _ = await asyncio.wait(self._tasks.values(), timeout=seconds)
            for task in done:
                task.result()

    async def close(self, seconds: float) -> None:
        """Give what is in hand so many seconds, and drop the rest, which stays unconfirmed."""
        await settle({*self._tasks.values()}, seconds)


def _is_done(task: _Task) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _is_answered(task: _Task) -> bool:
    if not _is_done(task):
        return False
    queue = task.result()
    return queue is None or not queue.waits


def update_number(update: Update) -> int | None:
    """Give the number of an update, or None if it has none."""
    return update.update_id if isinstance(update.update_id, int) else None

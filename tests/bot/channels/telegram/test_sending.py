"""A queue makes its calls in order, retries them until the talk expires, and leaves nothing behind."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.telegram.calls import Call
from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.failures import CallError, FloodedError, UnreachableError
from bot.channels.telegram.sending import ChatQueues
from tests.bot.channels.telegram.transports import HASTE, EchoHost

CARD = Call("sendMessage", {"chat_id": 7, "text": "card"})
DELETION = Call("deleteMessage", {"chat_id": 7, "message_id": 3})


class BotApiOfOne:
    """Answers calls, or fails them as a test says; notes when each came."""

    def __init__(self, trouble: CallError | None = None) -> None:
        self.trouble = trouble
        self.made: list[tuple[float, Call]] = []

    async def __call__(self, call: Call) -> Any:
        """Answer one call."""
        self.made.append((time.monotonic(), call))
        if self.trouble:
            raise self.trouble
        return {"message_id": len(self.made)}


def _queues(bot_api: BotApiOfOne, **pace: Any) -> ChatQueues:
    return ChatQueues(EchoHost(), bot_api, replace(HASTE, **pace), lambda hint: f"away ({hint})")


async def _done(queues: ChatQueues, queue: ChatQueue) -> None:
    queues.send(queue)
    assert queue.sender is not None
    await asyncio.wait_for(queue.sender, 10)


async def test_what_helps_nobody_any_more_is_given_up() -> None:
    """A card and a deletion are tried until the talk must have ended, and no longer."""
    bot_api = BotApiOfOne(UnreachableError())
    queues = _queues(bot_api, patience=0.3)
    queue = queues.of("7")
    queue.put([CARD, DELETION])
    await _done(queues, queue)
    times = [when for when, _ in bot_api.made]
    assert len(times) > 2
    assert times[-1] - times[0] < 0.3
    assert not queue.fails_to_delete


async def test_a_deletion_that_waits_already_is_asked_for_once() -> None:
    """A redelivered update that owes the same deletion adds no call."""
    bot_api = BotApiOfOne()
    queues = _queues(bot_api)
    queue = queues.of("7")
    queue.put([CARD, DELETION])
    queue.put([CARD, DELETION])
    await _done(queues, queue)
    assert [call.method for _, call in bot_api.made].count("deleteMessage") == 1


async def test_of_deletions_that_wait_the_newest_holds_the_others() -> None:
    """Each answer deletes again what is not known to be gone; a notice's deletion is kept beside."""
    bot_api = BotApiOfOne()
    queues = _queues(bot_api)
    queue = queues.of("7")
    notice = Call("deleteMessage", {"chat_id": 7, "message_id": 9})
    both = Call("deleteMessages", {"chat_id": 7, "message_ids": [3, 4]})
    queue.put([CARD, DELETION])
    queue.put([notice])
    queue.put([CARD, both])
    await _done(queues, queue)
    assert [call for _, call in bot_api.made] == [notice, CARD, both]


@pytest.mark.alone("reads at which moment each call was made")
async def test_lanes_that_waited_for_their_locks_do_not_go_all_at_once() -> None:
    """However many chats are held up at the same moment, a second sees no more calls than a bot may make."""
    bot_api = BotApiOfOne()
    queues = _queues(bot_api, calls_a_second=25.0)
    held = [queues.of(str(chat)) for chat in range(60)]
    for queue in held:
        await queue.lock.acquire()
        queue.put([Call("sendMessage", {"chat_id": int(queue.chat), "text": "card"})])
        queues.send(queue)
    await asyncio.sleep(1.5)
    assert bot_api.made == []
    for queue in held:
        queue.lock.release()
    await asyncio.wait({queue.sender for queue in held if queue.sender}, timeout=10)
    starts = [when for when, _ in bot_api.made]
    assert len(starts) == 60
    assert max(sum(start <= other < start + 1 for other in starts) for start in starts) <= 32


async def test_a_notice_stands_for_a_while_and_goes() -> None:
    """Whoever never comes back is not left with it; who is told again meanwhile is told nothing new."""
    bot_api = BotApiOfOne()
    queues = _queues(bot_api, notice=0.2)
    queue = queues.of("7")
    async with queue.lock:
        queues.give_notice(queue, "es")
        queues.give_notice(queue, "es")
    async with asyncio.timeout(5):
        while len(bot_api.made) < 2:
            await asyncio.sleep(0.01)
    told, taken = (call for _, call in bot_api.made)
    assert (told.method, told.parameters["text"]) == ("sendMessage", "away (es)")
    assert (taken.method, taken.parameters["message_id"]) == ("deleteMessage", 1)


async def test_a_notice_that_is_not_yet_told_is_never_told() -> None:
    """An outage that is over before the notice had its turn leaves no trace."""
    bot_api = BotApiOfOne()
    queues = _queues(bot_api)
    queue = queues.of("7")
    async with queue.lock:
        queues.give_notice(queue, None)
        queue.put(queues.take_notice_back(queue))
    await _done(queues, queue)
    assert bot_api.made == []


@pytest.mark.alone("reads at which moment each call was made")
async def test_a_bot_that_is_slowed_down_in_two_chats_waits_in_all() -> None:
    """Telegram does not say whether chat or bot is too fast; in two chats at once, it is the bot."""
    bot_api = BotApiOfOne(FloodedError(0.6))
    queues = _queues(bot_api)
    slow = [queues.of(chat) for chat in ("7", "8")]
    for queue in slow:
        queue.put([Call("sendMessage", {"chat_id": int(queue.chat), "text": "card"})])
        queues.send(queue)
    async with asyncio.timeout(5):
        while len(bot_api.made) < 2:
            await asyncio.sleep(0.01)
    told = time.monotonic()
    bot_api.trouble = None
    other = queues.of("9")
    other.put([Call("sendMessage", {"chat_id": 9, "text": "card"})])
    await _done(queues, other)
    (when,) = (when for when, call in bot_api.made if call.parameters["chat_id"] == 9)
    assert when - told > 0.4

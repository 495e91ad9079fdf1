"""A queue makes its calls in order, retries them until the talk expires, and leaves nothing behind."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.telegram.calls import Call
from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.failures import CallError, FloodedError, UnreachableError
from bot.channels.telegram.rate_limits import CALLS_AT_ONCE, SECONDS_BETWEEN_PROBES
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


class SlowChats(BotApiOfOne):
    """Slows these chats down whatever they try, and takes the calls of all others."""

    def __init__(self, *slow: int) -> None:
        super().__init__()
        self.slow = slow

    async def __call__(self, call: Call) -> Any:
        """Answer one call."""
        if call.parameters["chat_id"] in self.slow:
            raise FloodedError(1)
        return await super().__call__(call)


@pytest.mark.alone("an answer has two seconds at most")
async def test_however_many_chats_are_slowed_down_another_does_not_wait() -> None:
    """The first that was not named finds out that it is not the bot; what is named again tells nothing."""
    bot_api = SlowChats(*range(20))
    queues = _queues(bot_api, calls_a_second=25.0)
    for chat in range(20):
        queue = queues.of(str(chat))
        queue.put([Call("sendMessage", {"chat_id": chat, "text": "card"})])
        queues.send(queue)
    waits = []
    for chat in range(100, 110):
        await asyncio.sleep(1)
        other, began = queues.of(str(chat)), time.monotonic()
        other.put([Call("sendMessage", {"chat_id": chat, "text": "card"})])
        await _done(queues, other)
        waits.append(time.monotonic() - began)
    await queues.drop()
    assert waits[0] < SECONDS_BETWEEN_PROBES * 21 + 1
    assert max(waits[1:]) < 2


@pytest.mark.alone("reads at which moment each call was made")
async def test_those_who_wait_with_all_go_on_as_soon_as_one_got_through() -> None:
    bot_api = SlowChats(7, 8)
    queues = _queues(bot_api)
    others = {*range(9, 17)}
    waiting = [queues.of(str(chat)) for chat in (*bot_api.slow, *others)]
    for number, queue in enumerate(waiting):
        if number == len(bot_api.slow):
            await asyncio.gather(*(slow.held_up.wait() for slow in waiting[:number]))
        queue.put([Call("sendMessage", {"chat_id": int(queue.chat), "text": "card"})])
        queues.send(queue)
    async with asyncio.timeout(0.8):
        while {call.parameters["chat_id"] for _, call in bot_api.made} != others:
            await asyncio.sleep(0.01)
    await queues.drop()


@pytest.mark.alone("reads at which moment each call was made")
async def test_a_bot_that_is_slowed_down_in_every_chat_hardly_calls_any_more() -> None:
    """Telegram does not say whether chat or bot is too fast; those that find out do so one after another."""
    bot_api = BotApiOfOne(FloodedError(60))
    queues = _queues(bot_api, calls_a_second=25.0)
    for chat in range(60):
        queue = queues.of(str(chat))
        queue.put([Call("sendMessage", {"chat_id": chat, "text": "card"})])
        queues.send(queue)
    await asyncio.sleep(2)
    await queues.drop()
    assert len(bot_api.made) <= CALLS_AT_ONCE + 2 / SECONDS_BETWEEN_PROBES + 2

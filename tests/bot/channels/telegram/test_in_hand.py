"""Who brought an update hears once, at its answer or after a time limit; a stop waits for turns."""

import asyncio

import pytest

from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.chats import PutOffError
from bot.channels.telegram.in_hand import InHand, UpdatesHeld


@pytest.fixture(name="all_held")
def _all_held() -> UpdatesHeld:
    return UpdatesHeld()


def _waiting(all_held: UpdatesHeld, seconds: float = 5, *, while_held_up: bool = False) -> InHand:
    held = all_held.begin(ChatQueue("7"))
    held.queue.waiting.append(held)
    held.wait(seconds, while_held_up=while_held_up)
    return held


async def test_who_waits_hears_when_the_calls_are_made(all_held: UpdatesHeld) -> None:
    held = _waiting(all_held)
    assert all_held.waiting == 1
    assert not held.over.done()
    held.queue.release()
    assert held.over.result() is held.queue
    held.queue.release()
    assert all_held.waiting == 0


async def test_who_waits_hears_after_the_time_limit(all_held: UpdatesHeld) -> None:
    held = _waiting(all_held, 0.01)
    assert await asyncio.wait_for(held.over, 5) is held.queue
    assert all_held.waiting == 0


@pytest.mark.parametrize("while_held_up", [True, False])
async def test_only_who_says_so_waits_while_telegram_holds_a_chat_up(
    all_held: UpdatesHeld, *, while_held_up: bool
) -> None:
    held = _waiting(all_held, while_held_up=while_held_up)
    held.queue.hold_up()
    assert held.over.done() is not while_held_up
    held.release()


async def test_who_has_gone_hears_nothing_and_harms_nobody(all_held: UpdatesHeld) -> None:
    for error in (None, OSError(), asyncio.CancelledError()):
        held = _waiting(all_held)
        held.over.cancel()
        if error is None:
            held.release()
        else:
            held.fail(error)
        assert held.over.cancelled()
    assert all_held.waiting == 0


async def test_what_ends_an_update_reaches_who_brought_it(all_held: UpdatesHeld) -> None:
    held = all_held.begin(ChatQueue("7"))
    held.fail(PutOffError())
    with pytest.raises(PutOffError):
        await held.over
    other = all_held.begin(ChatQueue("7"))
    other.fail(asyncio.CancelledError())
    assert other.over.cancelled()


async def test_a_stop_waits_for_turns_and_cancels_late_ones_but_none_that_is_saved(
    all_held: UpdatesHeld,
) -> None:
    late, saved = all_held.begin(ChatQueue("7")), _waiting(all_held)
    late.task = asyncio.create_task(asyncio.sleep(60))
    saved.task = asyncio.create_task(asyncio.sleep(60))
    await all_held.settle(0.01)
    assert late.task.cancelled()
    assert not saved.task.done()
    assert saved.over.done()
    saved.task.cancel()


async def test_a_stop_ends_as_soon_as_nothing_is_in_hand(all_held: UpdatesHeld) -> None:
    held = all_held.begin(ChatQueue("7"))
    settling = asyncio.create_task(all_held.settle(60))
    await asyncio.sleep(0)
    held.release()
    await asyncio.wait_for(settling, 5)

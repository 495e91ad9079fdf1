"""What is in hand is never confirmed, and what is done is not done again, whatever numbers updates have."""

import asyncio

import pytest

from bot.channels.telegram.calls import Call
from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.raw_updates import Update
from bot.channels.telegram.updates_in_hand import UpdatesInHand


class Served:
    """Serves updates, each until a test lets it end; `failures` end in an error."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failures: dict[int, BaseException] = {}
        self.queues: dict[int, ChatQueue] = {}

    def __call__(self, update: Update) -> "asyncio.Future[ChatQueue | None]":
        """Begin to serve one update."""
        return asyncio.ensure_future(self._serve(update))

    async def _serve(self, update: Update) -> ChatQueue | None:
        number: int = update.update_id
        self.begun.append(number)
        if number in self.gates:
            await self.gates[number].wait()
        if number in self.failures:
            raise self.failures[number]
        return self.queues.get(number)

    def hold(self, number: int) -> None:
        """Keep an update from ending."""
        self.gates[number] = asyncio.Event()


def _updates(*numbers: int) -> list[Update]:
    return [Update(number) for number in numbers]


@pytest.fixture(name="served")
def _served() -> Served:
    return Served()


@pytest.fixture(name="in_hand")
def _in_hand(served: Served) -> UpdatesInHand:
    return UpdatesInHand(served)


@pytest.mark.parametrize("later", [(9, 10), (3, 4), (2_000_000_000,)])
async def test_the_offset_follows_the_newest_batch_whatever_its_numbers(
    in_hand: UpdatesInHand, later: tuple[int, ...]
) -> None:
    assert in_hand.offset() == 0
    for batch in ((7, 8), later):
        in_hand.take(_updates(*batch))
        await in_hand.wait(5)
        assert in_hand.offset() == batch[-1] + 1
        assert not in_hand.waits


async def test_what_is_not_done_is_not_confirmed_and_what_is_done_is_not_done_again(
    in_hand: UpdatesInHand, served: Served
) -> None:
    served.hold(8)
    in_hand.take(_updates(7, 8, 9))
    await in_hand.wait(0.01)
    assert in_hand.offset() == 8
    assert in_hand.waits
    in_hand.take(_updates(8, 9, 10))
    await in_hand.wait(0.01)
    assert (in_hand.offset(), served.begun) == (8, [7, 8, 9, 10])
    served.gates[8].set()
    await in_hand.wait(5)
    assert in_hand.offset() == 11
    assert served.begun == [7, 8, 9, 10]


async def test_an_update_of_before_the_numbers_began_anew_may_still_be_in_hand(
    in_hand: UpdatesInHand, served: Served
) -> None:
    """Telegram answers an offset far ahead from its oldest update, which is not done again."""
    served.hold(900)
    in_hand.take(_updates(900))
    await in_hand.wait(0.01)
    for _ in range(2):
        in_hand.take(_updates(5))
        await in_hand.wait(0.01)
        assert in_hand.offset() == 900
    served.gates[900].set()
    await in_hand.wait(5)
    assert (in_hand.offset(), served.begun) == (6, [900, 5])


async def test_what_ends_an_update_is_raised_and_leaves_it_unconfirmed(
    in_hand: UpdatesInHand, served: Served
) -> None:
    served.failures[7] = LookupError()
    in_hand.take(_updates(7, 8))
    with pytest.raises(LookupError):
        await in_hand.wait(5)
    assert in_hand.offset() == 7


async def test_a_stop_confirms_no_update_whose_answer_is_not_made(
    in_hand: UpdatesInHand, served: Served
) -> None:
    """Also one that the next poll would have confirmed, until Telegram has answered that poll."""
    queue = served.queues[8] = ChatQueue("5", calls=[Call("deleteMessage", {"message_id": 1})])
    in_hand.take(_updates(7, 8, 9))
    await in_hand.wait(5)
    assert in_hand.last_offset() == 8
    assert in_hand.offset() == 10
    assert in_hand.last_offset() == 8
    in_hand.take([])
    assert in_hand.last_offset() == 10
    in_hand.take(_updates(10))
    served.queues[11] = queue
    in_hand.take(_updates(11))
    await in_hand.wait(5)
    assert in_hand.last_offset() == 11
    queue.advance()
    assert in_hand.last_offset() == 12


async def test_what_has_no_number_is_passed_over(in_hand: UpdatesInHand, served: Served) -> None:
    in_hand.take([Update(), Update("7"), *_updates(7)])
    await in_hand.wait(5)
    assert served.begun == [7]

"""Handles the updates of each chat in order; chats do not wait for one another.

What the host raises is handled by one rule. An OSError says that the host's disk or store is away: the
reporter is told so once, and the update is tried again until it goes through, since skipping it would lose
it. Any other exception is tried `Pace.tries` times. Then the update is skipped, logged by its kind and
counted, so that it blocks no other update.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.channels.telegram.calls import Call, calls_for, calls_to_leave, calls_to_tidy, end_of_tap
from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.failures import Pace
from bot.channels.telegram.in_hand import InHand, UpdatesHeld
from bot.channels.telegram.raw_updates import Update
from bot.channels.telegram.sending import ChatQueues
from bot.channels.telegram.updates import (
    Gone,
    Ignored,
    Leave,
    Outcome,
    Pinned,
    UnreadableUpdateError,
    event_from,
)
from bot.exchange import Answer, Arrival, Host
from bot.sessions.store import StoreAway
from reportline.logs import log_event, log_failure

# Eight for each of fifty bots still leave connections to others when Telegram does not answer any of them.
MOST_WAITING = 8


class PutOffError(OSError):
    """The host's disk or store is away while the bot stops: the update comes again to the next process."""


class NotDeletedYet(OSError):  # noqa: N818 - it names what happened, not an error
    """A message that was to be deleted stands in the chat still: Telegram does not take the call now."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said outside a talk, in a hinted language: in a group before leaving it, and in an outage."""

    group: Callable[[str | None], str]
    away: Callable[[str | None], str]


class TelegramChats:
    """The chats of one bot, between its host and the Bot API; `skipped` counts what could not be handled.

    After `close`, `left` is the number of chats in which something was left undone. `bot` tells the bots of
    one host apart; `request` makes one call, gives its result as plain JSON, raises only CallError.
    """

    def __init__(
        self,
        host: Host,
        bot: str,
        sentences: Sentences,
        request: Callable[[Call], Awaitable[Any]],
        pace: Pace,
    ) -> None:
        self.skipped = 0
        self.left = 0
        self._closing = asyncio.Event()
        self._held = UpdatesHeld()
        self._has_told = False
        self._host, self._bot, self._sentences = host, bot, sentences
        self._pace = pace
        self._queues = ChatQueues(host, request, pace, sentences.away)

    def serve(self, update: Update) -> "asyncio.Future[ChatQueue | None]":
        """Begin to bring one polled update before the host, until it is saved, or skipped.

        Of each chat, updates are brought in the order in which this was called. What is given is done, with
        the chat's queue, once the update may be confirmed: when its answer is shown too, but for that it
        waits for `Pace.confirm` seconds at most, and not at all while Telegram holds it up. It may end in
        PutOffError.
        """
        outcome = self._read(update)
        if isinstance(outcome, Ignored):
            nothing_to_do: asyncio.Future[ChatQueue | None] = asyncio.get_running_loop().create_future()
            nothing_to_do.set_result(None)
            return nothing_to_do
        held = self._held.begin(self._queues.of(_chat(outcome)))
        held.task = asyncio.create_task(self._served(held, outcome, end_of_tap(update)))
        return held.over

    async def _served(self, held: InHand, outcome: Outcome, tap: Call | None) -> None:
        try:
            async with held.queue.order:
                await self._insist(held.queue, outcome, tap)
        except BaseException as error:
            held.fail(error)
            if isinstance(error, OSError):
                return
            raise
        await self._queues.answer(held, self._pace.confirm, while_held_up=False)

    async def take(self, update: Update) -> Call | None:
        """Bring one update before the host: on return it is saved, or skipped; gives what ends a tap.

        Waits for `Pace.shown` seconds at most until its card is shown too, so that only a longer outage of
        Telegram can part the two; beyond MOST_WAITING for none. Raises OSError when a disk or store of the
        host's is away, or when a message could not be deleted yet: then the update is to come again.
        Cancelled, it cuts no turn in two.
        """
        outcome = self._read(update)
        if isinstance(outcome, Ignored):
            return None
        held = self._held.begin(self._queues.of(_chat(outcome)))
        held.task = asyncio.create_task(self._taken(held, outcome))
        await held.over
        if held.has_waited and held.queue.fails_to_delete:
            raise NotDeletedYet
        return end_of_tap(update)

    async def _taken(self, held: InHand, outcome: Outcome) -> None:
        try:
            await self._bring(held.queue, outcome)
        except BaseException as error:
            held.fail(error)
            if isinstance(error, asyncio.CancelledError):
                raise
            return
        seconds = self._pace.shown if self._held.waiting < MOST_WAITING else 0
        await self._queues.answer(held, seconds, while_held_up=True)

    async def make(self, calls: Iterable[Call]) -> None:
        """Make calls that belong to no chat, one after another, and retry them as a chat's are."""
        await self._queues.drain(ChatQueue("", calls=list(calls)))

    async def close(self) -> None:
        """End: work off what waits, deletions first, and drop the rest once the pace's `grace` is over."""
        self._closing.set()
        self._queues.hurry()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.grace):
                    await self._held.settle(self._pace.standstill)
                    await self._queues.take_all_notices_back()
                    await self._queues.work_off()
        finally:
            self.left = self._queues.undone
        await self._held.settle(0)
        await self._queues.drop()

    def _read(self, update: Update) -> Outcome:
        try:
            return event_from(update, self._bot)
        except UnreadableUpdateError:
            self._skip()
            return Ignored()

    def _skip(self) -> None:
        self.skipped += 1
        log_event("update_skipped", channel="telegram")

    async def _insist(self, queue: ChatQueue, outcome: Outcome, tap: Call | None) -> None:
        tries = 0
        while not await self._brought(queue, outcome, tap):
            if self._closing.is_set():
                raise PutOffError
            tries += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.pause(tries)):
                    await self._closing.wait()

    async def _brought(self, queue: ChatQueue, outcome: Outcome, tap: Call | None) -> bool:
        try:
            await self._bring(queue, outcome, *([tap] if tap else []))
        except OSError:
            return False
        return True

    async def _bring(self, queue: ChatQueue, outcome: Outcome, *first: Call) -> None:
        """Bring one thing before the host, and put what answers it behind what waits, after `first`."""
        async with queue.lock:
            try:
                await self._queues.tell_host(queue)
                calls = await self._calls_of(outcome, queue)
            except OSError as error:
                self._tell(error)
                if isinstance(outcome, Arrival):
                    self._queues.give_notice(queue, outcome.language)
                raise
            self._has_told = False
            # The notice goes first, so that it does not stand below the card that says more.
            queue.put([*first, *self._queues.take_notice_back(queue), *calls])

    def _tell(self, error: OSError) -> None:
        # Once in an outage, or each line would mark an act of a reporter's; the store's is told elsewhere.
        if not self._has_told and not isinstance(error, StoreAway):
            log_failure("unexpected_error", error)
            self._has_told = True

    async def _calls_of(self, outcome: Outcome, queue: ChatQueue) -> Sequence[Call]:
        match outcome:
            case Leave() if queue.calls:
                return ()  # it is being said already
            case Leave():
                log_event("left_group", channel="telegram")
                return calls_to_leave(outcome, self._sentences.group(outcome.language))
            case Pinned():
                return calls_to_tidy(outcome)
            case Gone():
                queue.talk = outcome.talk
                await self._queues.forget(queue, outcome.talk)
            case Arrival():
                queue.talk = outcome.talk
                answer = await self._handled(outcome)
                if answer is not None:
                    return calls_for(answer, outcome.talk.chat)
                self._skip()
        return ()

    async def _handled(self, arrival: Arrival) -> Answer | None:
        for tries in range(1, self._pace.tries + 1):
            try:
                return await self._host.handle(arrival)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the other chats
                log_failure("unexpected_error", error)
            if tries < self._pace.tries:
                await asyncio.sleep(self._pace.pause(tries))
        return None


def tell_left(chats: int) -> None:
    """Log in how many chats a stop left something undone, if in any."""
    if chats:
        log_event("chats_left_undone", number=chats)


def _chat(outcome: Arrival | Gone | Leave | Pinned) -> str:
    return outcome.chat if isinstance(outcome, Leave) else outcome.talk.chat

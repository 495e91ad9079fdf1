"""One queue per chat: calls to Telegram go out in order and are retried until the talk expires."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast
from weakref import WeakValueDictionary

from bot.channels.telegram.calls import Call, in_chat, sent_anew
from bot.channels.telegram.chat_queue import ChatQueue
from bot.channels.telegram.failures import (
    BlockedError,
    CallError,
    FloodedError,
    MigratedError,
    OddAnswerError,
    Pace,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
    UnreachableError,
)
from bot.channels.telegram.in_hand import InHand, settle
from bot.channels.telegram.outage_notices import Notices
from bot.channels.telegram.rate_limits import Allowance
from bot.exchange import Host, TalkHandle
from reportline.logs import log_event, log_failure

_SECONDS_TO_TIDY = 5.0
_SECONDS_OF_A_TURN = 0.1


class ChatQueues:
    """The queues of one bot's chats; a queue is dropped once it is no longer used.

    `request` makes one call, gives its result as plain JSON, raises only CallError; `host` is told which card
    is shown, and who has gone; `away` says in a hinted language that we are away.
    """

    def __init__(
        self,
        host: Host,
        request: Callable[[Call], Awaitable[Any]],
        pace: Pace,
        away: Callable[[str | None], str],
    ) -> None:
        self._host, self._request, self._pace = host, request, pace
        self._allowance = Allowance(pace.calls_a_second, pace.cards_a_second)
        self._notices = Notices(away, self._expire, pace.notice)
        self._sending: set[asyncio.Task[Any]] = set()
        self._told: set[str] = set()
        self._tidying: asyncio.TimerHandle | None = None
        self._released = asyncio.Event()
        self._is_hurried = False
        self._got_through_at = time.monotonic()
        self._queues: WeakValueDictionary[str, ChatQueue] = WeakValueDictionary()

    def of(self, chat: str) -> ChatQueue:
        """Give the queue of a chat."""
        return self._queues.setdefault(chat, ChatQueue(chat))

    @property
    def undone(self) -> int:
        """In how many chats something is still to be done."""
        return sum(queue.waits for queue in self._queues.values())

    def hurry(self) -> None:
        """Let deletions go before everything else from now on."""
        self._is_hurried, self._got_through_at = True, time.monotonic()
        for queue in self._queues.values():
            if not queue.lock.locked():  # else a call may be under way, which stays the first
                queue.put_deletions_first()

    async def work_off(self) -> None:
        """Wait until everything is sent, or until no call has succeeded for the pace's `standstill`."""
        while self._sending:
            left = self._got_through_at + self._pace.standstill - time.monotonic()
            if left <= 0:
                return
            await asyncio.wait(self._sending, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def drop(self) -> None:
        """Stop sending."""
        await settle(self._sending.copy(), 0)

    def send(self, queue: ChatQueue) -> None:
        """Go on with what the queue waits for, in a task of its own, unless another does."""
        if queue.waits and (queue.sender is None or queue.sender.done()):
            queue.sender = asyncio.create_task(self.drain(queue))
            self._sending.add(queue.sender)
            queue.sender.add_done_callback(self._sending.discard)

    async def answer(self, held: InHand, seconds: float, *, while_held_up: bool) -> None:
        """Do what the queue of an update waits for, unless another does; releases the update after that.

        After so many seconds at the latest, and at once if it is not to wait while Telegram holds it up.
        """
        queue = held.queue
        if not queue.waits and queue.sender is None:
            held.release()
            return
        is_held_up = queue.held_up.is_set() or bool(self._allowance.held(queue.chat))
        if seconds and (while_held_up or not is_held_up):
            held.wait(seconds, while_held_up=while_held_up)
            queue.waiting.append(held)
        else:
            held.release()
        if queue.sender is None or queue.sender.done():
            await self.drain(queue)

    async def drain(self, queue: ChatQueue) -> None:
        """Do all that the queue waits for."""
        queue.sender = cast("asyncio.Task[Any]", asyncio.current_task())
        self._sending.add(queue.sender)
        try:
            await self._drain(queue)
        finally:
            self._sending.discard(queue.sender)
            queue.sender = None
            queue.release()

    async def _drain(self, queue: ChatQueue) -> None:
        while queue.waits:
            if self._is_hurried:
                queue.put_deletions_first()
            await self._turn_of(queue)
            booked = time.monotonic()
            async with queue.lock:
                # After a wait for the lock the turn is over: wait for another.
                late = time.monotonic() - booked > _SECONDS_OF_A_TURN
                pause = 0 if late else await self._step(queue)
            if pause:
                await asyncio.sleep(pause)
        if self._tidying is None:
            self._tidy()

    def give_notice(self, queue: ChatQueue, language: str | None) -> None:
        """Tell the chat that we are away, unless it was told; the caller holds the queue's lock."""
        queue.calls += self._notices.tell(queue.chat, language)
        self.send(queue)

    def take_notice_back(self, queue: ChatQueue) -> tuple[Call, ...]:
        """Give the call that deletes the chat's notice; the caller holds the queue's lock."""
        queue.take_notice()
        return self._notices.take_back(queue.chat)

    async def take_all_notices_back(self) -> None:
        """Delete all notices, since no other process knows them."""
        await asyncio.gather(*map(self._take_back, self._notices.chats))

    async def _take_back(self, chat: str) -> None:
        queue = self.of(chat)
        async with queue.lock:
            queue.put(self.take_notice_back(queue))
            self.send(queue)

    def _expire(self, chat: str) -> None:
        expiring = asyncio.create_task(self._take_back(chat))
        self._sending.add(expiring)
        expiring.add_done_callback(self._sending.discard)

    async def tell_host(self, queue: ChatQueue) -> None:
        """Tell the host which card was shown last, and what was deleted; raises OSError."""
        if not queue.has_news or queue.talk is None:
            return
        try:
            if queue.shown is not None:
                await self._host.shown(queue.talk, queue.shown, again=queue.repeats)
                queue.shown, queue.repeats = None, False
            if queue.deleted:
                await self._host.deleted(queue.talk, queue.deleted)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the chat
            log_failure("unexpected_error", error)
        queue.shown = None
        queue.deleted.clear()
        queue.tries = 0

    async def forget(self, queue: ChatQueue, talk: TalkHandle) -> None:
        """End the talk of a reporter who cannot be reached any more; raises OSError."""
        queue.calls.clear()
        queue.held_up.clear()
        queue.shown = None
        queue.deleted.clear()
        log_event("reporter_gone", channel="telegram")
        await self._host.gone(talk)

    def _tidy(self) -> None:
        """Forget the chats that are free again, also when nothing happens any more."""
        self._allowance.forget_free()
        loop = asyncio.get_running_loop()
        self._tidying = loop.call_later(_SECONDS_TO_TIDY, self._tidy) if len(self._allowance) else None

    async def _turn_of(self, queue: ChatQueue) -> None:
        """Wait until a queue may make its next call."""
        if not queue.calls or not queue.chat:
            return
        if queue.calls[0].shows and (pause := self._allowance.card(queue.chat)):
            await asyncio.sleep(pause)
        while True:
            probes = bool(self._allowance.held(queue.chat)) and await self._release_of(queue)
            # Booked only now, so that what was told to wait does not all go at the same moment.
            if pause := self._allowance.call():
                await asyncio.sleep(pause)
            if probes or not self._allowance.held(queue.chat):
                return

    async def _release_of(self, queue: ChatQueue) -> bool:
        """Wait while Telegram asks a chat to wait; tells whether its card is to find out if all must wait."""
        while pause := self._allowance.held(queue.chat):
            # A message that is deleted tells nothing: it is cards that Telegram counts.
            if queue.calls[0].shows:
                until = self._allowance.probe(queue.chat)
                if not until:
                    return True
                pause = min(pause, until)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._released.wait()
        return False

    async def _step(self, queue: ChatQueue) -> float:
        """Do the next thing that a queue waits for; gives the seconds until the queue goes on."""
        if not queue.has_news:
            self._give_up_if_old(queue)
            return await self._try(queue, queue.calls[0]) if queue.calls else 0
        try:
            await self.tell_host(queue)
        except OSError:
            queue.tries += 1
            return self._pace.pause(queue.tries)
        return 0

    async def _try(self, queue: ChatQueue, call: Call) -> float:
        """Make a queue's first call; gives the seconds to wait before the queue goes on."""
        queue.tries += 1
        try:
            result = await self._request(call)
        except FloodedError as flood:
            return self._slow_down(queue, flood.seconds)
        except (UnreachableError, TokenRefusedError) as error:
            return self._later(queue, error)
        except CallError as error:
            return await self._meet_refusal(queue, call, error)
        self._got_through_at = time.monotonic()
        if call.shows and self._allowance.note_success():
            self._released.set()
            self._released = asyncio.Event()
        queue.advance()
        self._note(queue, call, result)
        return 0

    def _note(self, queue: ChatQueue, call: Call, result: Any) -> None:
        match call.method, result:
            case "sendMessage", {"message_id": int(number)}:
                self._note_card(queue, call, number)
            case "sendMessage", _:
                # It may stand in the chat, so it is not sent again; a tap on it will tell its number.
                self._tell("telegram_odd_answer")
                return
        self._told.clear()
        self._note_deletion(queue, call)

    def _note_card(self, queue: ChatQueue, call: Call, number: int) -> None:
        if call.is_notice:
            self._notices.stands(queue.chat, number)
        elif queue.talk is not None:
            queue.shown = number

    def _note_deletion(self, queue: ChatQueue, call: Call) -> None:
        if queue.talk is not None:
            queue.deleted += call.deletes

    def _slow_down(self, queue: ChatQueue, seconds: float) -> float:
        queue.hold_up()
        self._tell("telegram_slowed_down", seconds=round(seconds))
        if queue.chat:
            self._allowance.hold(queue.chat, seconds)
        return seconds

    def _later(self, queue: ChatQueue, error: CallError) -> float:
        pause = self._pace.pause(queue.tries)
        queue.hold_up()
        queue.repeats |= queue.calls[0].shows and queue.calls[0].method == "sendMessage"
        if isinstance(error, TokenRefusedError):
            self._tell("telegram_token_refused")  # a new one will show the card
        elif isinstance(error, OddAnswerError):
            self._tell("telegram_odd_answer")
        else:
            self._tell("telegram_unreachable", seconds=round(pause))
        return pause

    def _tell(self, event: str, **fields: int) -> None:
        # Once until a call succeeds, or each line would mark an act of a reporter's.
        if event not in self._told:
            log_event(event, **fields)
        self._told.add(event)

    def _give_up_if_old(self, queue: ChatQueue) -> None:
        # A talk ends by then: its card is of no use any more, and its messages can hardly be deleted.
        if time.monotonic() - queue.since >= self._pace.patience:
            queue.calls.clear()
            queue.held_up.clear()

    async def _meet_refusal(self, queue: ChatQueue, call: Call, error: CallError) -> float:
        if isinstance(error, BlockedError) and queue.talk is not None:
            # With the store away, the talk ends by itself.
            with suppress(OSError):
                await self.forget(queue, queue.talk)
        elif isinstance(error, MigratedError):
            queue.calls = [in_chat(waiting, error.chat) for waiting in queue.calls]
        elif call.method == "editMessageText" and not isinstance(error, UnchangedError):
            queue.advance(sent_anew(call))
        else:
            queue.advance()
            self._note_deletion(queue, call)  # what Telegram refuses to delete, it refuses for good
            if isinstance(error, RefusedError) and (call.method == "sendMessage" or queue.talk is None):
                log_event("telegram_refused", status=400)
        return 0

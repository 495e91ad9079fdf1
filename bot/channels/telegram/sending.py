"""The patient way of every chat's calls to Telegram: in their turn, and for as long as a talk lives."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from bot.channels.telegram.chat_queue import Lane
from bot.channels.telegram.failures import (
    BlockedError,
    CallError,
    FloodedError,
    Pace,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
    UnreachableError,
)
from bot.channels.telegram.outage_notices import Notices
from bot.channels.telegram.rate_limits import Allowance
from bot.channels.telegram.updates import Call, sent_anew
from bot.exchange import Host, TalkHandle
from reportline.logs import log_event, log_failure

_SECONDS_TO_TIDY = 5.0
_SECONDS_OF_A_TURN = 0.1


class Lanes:
    """The lanes of one bot's chats; a lane is forgotten once nobody works on it.

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
        self._sending: set[asyncio.Task[None]] = set()
        self._told: set[str] = set()
        self._tidying: asyncio.TimerHandle | None = None
        self._lanes: WeakValueDictionary[str, Lane] = WeakValueDictionary()

    def of(self, chat: str) -> Lane:
        """Give the lane of a chat."""
        return self._lanes.setdefault(chat, Lane(chat))

    def under_way(self) -> "set[asyncio.Task[None]]":
        """Give what is still being sent."""
        return self._sending.copy()

    def send(self, lane: Lane) -> None:
        """Go on with what the lane waits for, beside everything else."""
        if lane.waits and (lane.sender is None or lane.sender.done()):
            lane.sender = asyncio.create_task(self.drain(lane))
            self._sending.add(lane.sender)
            lane.sender.add_done_callback(self._sending.discard)

    async def drain(self, lane: Lane) -> None:
        """Do all that the lane waits for."""
        while lane.waits:
            await self._turn_of(lane)
            booked = time.monotonic()
            async with lane.lock:
                # Whoever had to wait for the lock books anew: its turn is over.
                late = time.monotonic() - booked > _SECONDS_OF_A_TURN
                pause = 0 if late else await self._step(lane)
            await asyncio.sleep(pause)
        if self._tidying is None:
            self._tidy()

    def give_notice(self, lane: Lane, language: str | None) -> None:
        """Tell the chat that we are away, unless it was told; whoever calls it holds the lane's lock."""
        lane.calls += self._notices.tell(lane.chat, language)
        self.send(lane)

    def take_notice_back(self, lane: Lane) -> tuple[Call, ...]:
        """Give the call that deletes what the chat was told; whoever asks holds the lane's lock."""
        lane.take_notice()
        return self._notices.take_back(lane.chat)

    async def take_all_notices_back(self) -> None:
        """Delete everything that was told, since after this process nobody could."""
        await asyncio.gather(*map(self._take_back, self._notices.chats))

    async def _take_back(self, chat: str) -> None:
        lane = self.of(chat)
        async with lane.lock:
            lane.put(self.take_notice_back(lane))
            self.send(lane)

    def _expire(self, chat: str) -> None:
        expiring = asyncio.create_task(self._take_back(chat))
        self._sending.add(expiring)
        expiring.add_done_callback(self._sending.discard)

    async def tell_shown(self, lane: Lane) -> None:
        """Tell the host the number of the card that was shown last; raises OSError."""
        if lane.shown is None or lane.talk is None:
            return
        try:
            await self._host.shown(lane.talk, lane.shown)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the chat
            log_failure("unexpected_error", error)
        lane.shown = None
        lane.tries = 0

    async def forget(self, lane: Lane, talk: TalkHandle) -> None:
        """End the talk of a reporter who cannot be reached any more; raises OSError."""
        lane.calls.clear()
        lane.shown = None
        log_event("reporter_gone", channel="telegram")
        await self._host.gone(talk)

    def _tidy(self) -> None:
        """Forget the chats that are free again, also when nothing happens any more."""
        self._allowance.forget_free()
        loop = asyncio.get_running_loop()
        self._tidying = loop.call_later(_SECONDS_TO_TIDY, self._tidy) if len(self._allowance) else None

    async def _turn_of(self, lane: Lane) -> None:
        """Wait until a lane may make its next call."""
        if not lane.calls or not lane.chat:
            return
        if lane.calls[0].shows:
            await asyncio.sleep(self._allowance.card(lane.chat))
        while True:
            while pause := self._allowance.held(lane.chat):  # noqa: ASYNC110 - nothing but time ends it
                await asyncio.sleep(pause)
            # Booked only now, so that what was told to wait does not all go at the same moment.
            await asyncio.sleep(self._allowance.call())
            if not self._allowance.held(lane.chat):
                return

    async def _step(self, lane: Lane) -> float:
        """Do the next thing that a lane waits for; gives the seconds until the lane goes on."""
        if lane.shown is None:
            self._give_up_if_old(lane)
            return await self._try(lane, lane.calls[0]) if lane.calls else 0
        try:
            await self.tell_shown(lane)
        except OSError:
            lane.tries += 1
            return self._pace.pause(lane.tries)
        return 0

    async def _try(self, lane: Lane, call: Call) -> float:
        """Make a lane's first call; gives the seconds to wait before the lane goes on."""
        lane.tries += 1
        try:
            result = await self._request(call)
        except FloodedError as flood:
            return self._slow_down(lane, flood.seconds)
        except (UnreachableError, TokenRefusedError) as error:
            return self._later(lane, error)
        except CallError as error:
            return await self._meet_refusal(lane, call, error)
        self._told.clear()
        lane.advance()
        self._note(lane, call, result)
        return 0

    def _note(self, lane: Lane, call: Call, result: Any) -> None:
        if call.is_notice:
            self._notices.stands(lane.chat, result["message_id"])
        elif call.method == "sendMessage" and lane.talk is not None:
            lane.shown = result["message_id"]

    def _slow_down(self, lane: Lane, seconds: float) -> float:
        self._tell("telegram_slowed_down", seconds=round(seconds))
        if lane.chat:
            self._allowance.hold(lane.chat, seconds)
        return seconds

    def _later(self, lane: Lane, error: CallError) -> float:
        pause = self._pace.pause(lane.tries)
        if isinstance(error, TokenRefusedError):
            self._tell("telegram_token_refused")  # a new one will show the card
        else:
            self._tell("telegram_unreachable", seconds=round(pause))
        return pause

    def _tell(self, event: str, **fields: int) -> None:
        # Once until a call succeeds, or each line would mark an act of a reporter's.
        if event not in self._told:
            log_event(event, **fields)
        self._told.add(event)

    def _give_up_if_old(self, lane: Lane) -> None:
        # A talk ends by then: its card helps nobody any more, and its messages can hardly be deleted.
        if time.monotonic() - lane.since >= self._pace.patience:
            lane.calls.clear()

    async def _meet_refusal(self, lane: Lane, call: Call, error: CallError) -> float:
        if isinstance(error, BlockedError) and lane.talk is not None:
            # With the store away, the talk ends by itself.
            with suppress(OSError):
                await self.forget(lane, lane.talk)
        elif call.method == "editMessageText" and not isinstance(error, UnchangedError):
            lane.advance(sent_anew(call))
        else:
            lane.advance()
            if isinstance(error, RefusedError) and (call.method == "sendMessage" or lane.talk is None):
                log_event("telegram_refused", status=400)
        return 0


async def settle(tasks: "set[asyncio.Task[Any]]", seconds: float) -> None:
    """Wait so many seconds for tasks, then cancel those that still run; raises nothing of theirs."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

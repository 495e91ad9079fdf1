"""Every chat's updates one after another, its newest card until it is shown, and no chat waiting for another.

What the host raises is met by one rule. An OSError says that the host's disk or store is away: the update is
tried again, with growing pauses, until it goes through, since to skip it would lose it. Anything else is
tried `Pace.tries` times and then skipped, logged by its kind and counted, so that one update stops nobody.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.channels.telegram import (
    Call,
    Gone,
    Ignored,
    Leave,
    Outcome,
    UnreadableUpdateError,
    calls_for,
    calls_to_leave,
    end_of_tap,
    event_from,
    sent_anew,
)
from bot.channels.telegram_calls import (
    BlockedError,
    CallError,
    FloodedError,
    Pace,
    RefusedError,
    UnchangedError,
    UnreachableError,
)
from bot.exchange import Arrival, Host, TalkHandle
from logs import log_event, log_failure

_T = TypeVar("_T")


@dataclass(eq=False, slots=True, weakref_slot=True)
class _Lane:
    """What one chat still waits for; its lock keeps handling and showing from overtaking one another."""

    talk: TalkHandle | None = None
    calls: list[Call] = field(default_factory=list)
    tries: int = 0
    sending: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def put(self, calls: Sequence[Call]) -> None:
        # Of several cards only the newest counts; everything else is done, however late.
        if any(call.shows for call in calls):
            self.calls = [call for call in self.calls if not call.shows]
        self.calls += calls
        self.tries = 0

    def advance(self, *instead: Call) -> None:
        self.calls[:1] = instead
        self.tries = 0


class TelegramChats:
    """The chats of one bot, between its host and the Bot API; `skipped` counts what could not be handled.

    `bot` tells the bots of one host apart; `group_words` gives what is said in a group before leaving it, in
    the language of a hint; `request` makes one call, gives its result as plain JSON, raises only CallError.
    """

    def __init__(
        self,
        host: Host,
        bot: str,
        group_words: Callable[[str | None], str],
        request: Callable[[Call], Awaitable[Any]],
        pace: Pace,
    ) -> None:
        self.skipped = 0
        self._host, self._bot, self._group_words = host, bot, group_words
        self._request, self._pace = request, pace
        self._senders: set[asyncio.Task[None]] = set()
        self._lanes: WeakValueDictionary[str, _Lane] = WeakValueDictionary()

    async def handle(self, updates: Iterable[Any]) -> None:
        """Bring updates before the host: on return each is saved, or skipped, and its answer on the way."""
        chats: defaultdict[str, list[tuple[Outcome, Call | None]]] = defaultdict(list)
        for update in updates:
            outcome = self._read(update)
            if not isinstance(outcome, Ignored):
                chat = outcome.chat if isinstance(outcome, Leave) else outcome.talk.chat
                chats[chat].append((outcome, end_of_tap(update)))
        await asyncio.gather(*(self._handle_chat(chat, steps) for chat, steps in chats.items()))

    async def make(self, calls: Iterable[Call]) -> None:
        """Make calls that belong to no chat, one after another, as patiently as a chat's."""
        await self._drain(_Lane(calls=list(calls)))

    async def close(self, seconds: float) -> None:
        """Give what is on its way so many seconds to arrive, and drop the rest."""
        await settle(self._senders.copy(), seconds)

    def _read(self, update: Any) -> Outcome:
        try:
            return event_from(update, self._bot)
        except UnreadableUpdateError:
            self._skip()
            return Ignored()

    def _skip(self) -> None:
        self.skipped += 1
        log_event("update_skipped", channel="telegram")

    async def _handle_chat(self, chat: str, steps: Sequence[tuple[Outcome, Call | None]]) -> None:
        lane = self._lanes.setdefault(chat, _Lane())
        for outcome, tap in steps:
            async with lane.lock:
                calls = await self._calls_of(outcome, lane)
                lane.put([tap, *calls] if tap else calls)
            self._send(lane)

    async def _calls_of(self, outcome: Outcome, lane: _Lane) -> Sequence[Call]:
        match outcome:
            case Leave() if lane.calls:
                return ()  # it is being said already
            case Leave():
                log_event("left_group", channel="telegram")
                return calls_to_leave(outcome, self._group_words(outcome.language))
            case Gone():
                lane.talk = outcome.talk
                await self._forget(lane, outcome.talk)
            case Arrival():
                lane.talk = outcome.talk
                answer = await self._patiently(lambda: self._host.handle(outcome))
                if answer is not None:
                    return calls_for(answer, outcome.talk.chat)
                self._skip()
        return ()

    async def _forget(self, lane: _Lane, talk: TalkHandle) -> None:
        lane.calls.clear()
        log_event("reporter_gone", channel="telegram")
        await self._patiently(lambda: self._host.gone(talk))

    async def _patiently(self, act: Callable[[], Awaitable[_T]]) -> _T | None:
        tries = 0
        while True:
            tries += 1
            try:
                return await act()
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the other chats
                log_failure("unexpected_error", error)
                if tries >= self._pace.tries and not isinstance(error, OSError):
                    return None
            await asyncio.sleep(self._pace.pause(tries))

    def _send(self, lane: _Lane) -> None:
        if lane.calls and not lane.sending:
            lane.sending = True
            sender = asyncio.create_task(self._drain(lane))
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)

    async def _drain(self, lane: _Lane) -> None:
        try:
            while True:
                async with lane.lock:
                    if not lane.calls:
                        return
                    pause = await self._try(lane, lane.calls[0])
                await asyncio.sleep(pause)
        finally:
            lane.sending = False

    async def _try(self, lane: _Lane, call: Call) -> float:
        """Make a lane's first call; gives the seconds to wait before the lane goes on."""
        lane.tries += 1
        try:
            result = await self._request(call)
        except FloodedError as flood:
            return self._later(lane, min(flood.seconds, self._pace.longest_pause), "telegram_slowed_down")
        except UnreachableError:
            return self._later(lane, self._pace.pause(lane.tries), "telegram_unreachable")
        except CallError as error:
            await self._meet_refusal(lane, call, error)
        else:
            await self._done(lane, call, result)
        return 0

    def _later(self, lane: _Lane, pause: float, reason: str) -> float:
        log_event(reason, seconds=round(pause))
        if lane.tries >= self._pace.tries:
            lane.advance()
        return pause

    async def _meet_refusal(self, lane: _Lane, call: Call, error: CallError) -> None:
        if isinstance(error, BlockedError) and lane.talk is not None:
            await self._forget(lane, lane.talk)
        elif call.method == "editMessageText" and not isinstance(error, UnchangedError):
            lane.advance(sent_anew(call))
        else:
            lane.advance()
            if isinstance(error, RefusedError) and (call.method == "sendMessage" or lane.talk is None):
                log_event("telegram_refused", status=400)

    async def _done(self, lane: _Lane, call: Call, result: Any) -> None:
        lane.advance()
        if call.method == "sendMessage" and (talk := lane.talk) is not None:
            await self._patiently(lambda: self._host.shown(talk, result["message_id"]))


async def settle(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Wait so many seconds for tasks, then cancel those that still run; raises nothing of theirs."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""The bots of a fleet, each with its webhook and its chats; bots come and go while others serve."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.channels.telegram.calls import Call
from bot.channels.telegram.chats import Sentences, TelegramChats, tell_left
from bot.channels.telegram.failures import (
    FloodedError,
    Pace,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
)
from bot.channels.telegram.raw_updates import Update
from bot.exchange import Answer, Arrival, Host, TalkHandle
from bot.fleet.bots_file import BotEntry
from bot.fleet.numbers import BotState, FleetNumbers
from bot.fleet.webhook_keys import WebhookKeys, opens
from bot.sessions.store import StoreAway
from conversations.portals.model import Portal
from reportline.logs import log_event, log_failure
from reportline.readiness import NotReady

SECONDS_BETWEEN_LOOKS = 5.0


class ClosingError(OSError):
    """The bot is no longer served here; the update goes to the process that serves it next."""


class Sender(Protocol):
    """Makes the calls of one bot under one token."""

    async def request(self, call: Call) -> Any:
        """Make one call and give its result as plain JSON; raises only CallError."""
        ...

    async def close(self) -> None:
        """Close the connections; no call may follow."""
        ...


@dataclass(frozen=True, slots=True)
class SharedParts:
    """The parts that all bots of a fleet share; `host_of` and `sender_of` make each bot's own parts."""

    host_of: Callable[[BotEntry], Host]
    sender_of: Callable[[str], Sender]
    sentences: Sentences
    numbers: FleetNumbers
    pace: Pace


class FleetBot:
    """One bot; its chats outlive a change of its token, its portal, its languages and its pause."""

    def __init__(self, entry: BotEntry, shared: SharedParts) -> None:
        self._shared, self.entry = shared, entry
        self._host, self._sender = shared.host_of(entry), shared.sender_of(entry.token)
        self._chats = TelegramChats(self, entry.bot_id, shared.sentences, self._request, shared.pace)
        self._skipped = 0
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self.is_refused = False

    def become(self, entry: BotEntry) -> None:
        """Go on as the file says now; calls on their way under an old token are repeated with the new."""
        if entry.token != self.entry.token:
            leaving = asyncio.create_task(self._sender.close())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            self._sender = self._shared.sender_of(entry.token)
        if entry != self.entry:
            self._host, self.entry = self._shared.host_of(entry), entry

    async def receive(self, update: Update) -> Call | None:
        """Take one update; on return it is saved. Gives the call that may travel in the answer's body.

        Raises OSError when a disk or store of ours is away, so that Telegram brings the update again.
        """
        if self._is_closing:
            raise ClosingError
        try:
            ends_tap = await self._chats.take(update)
        except OSError as error:
            self._shared.numbers.count_update("put_off")
            if isinstance(error, StoreAway):
                self._shared.numbers.set_store_answers(answers=False)
            raise
        self._shared.numbers.set_store_answers(answers=True)
        self._shared.numbers.count_update("skipped" if self._has_skipped() else "taken")
        return ends_tap

    async def handle(self, arrival: Arrival) -> Answer:
        """Have the bot's current host advance the talk."""
        return await self._host.handle(arrival)

    async def shown(self, talk: TalkHandle, message: int, *, again: bool = False) -> None:
        """Tell the bot's current host."""
        await self._host.shown(talk, message, again=again)

    async def deleted(self, talk: TalkHandle, messages: Sequence[int]) -> None:
        """Tell the bot's current host."""
        await self._host.deleted(talk, messages)

    async def gone(self, talk: TalkHandle) -> None:
        """Tell the bot's current host."""
        await self._host.gone(talk)

    async def close(self) -> int:
        """Finish the calls on their way, for the pace's `grace` at most, and close the connections.

        Gives the number of chats in which something is left undone.
        """
        self._is_closing = True
        await self._chats.close()
        await self._sender.close()
        await asyncio.gather(*self._leaving)
        return self._chats.left

    def _has_skipped(self) -> bool:
        skipped, self._skipped = self._chats.skipped - self._skipped, self._chats.skipped
        return skipped > 0

    async def _request(self, call: Call) -> Any:
        try:
            result = await self._sender.request(call)
        except FloodedError:
            self._shared.numbers.count_call("slowed_down")
            raise
        except UnchangedError:
            raise
        except RefusedError:
            self._shared.numbers.count_call("refused")
            raise
        except TokenRefusedError:
            self.is_refused = True
            raise
        self.is_refused = False
        return result


@dataclass(frozen=True, slots=True)
class _Webhook:
    secret: str
    bot: FleetBot


class Fleet:
    """Every bot by its webhook's path. `keys` gives paths and secrets."""

    def __init__(self, keys: WebhookKeys, shared: SharedParts) -> None:
        self._keys, self._shared = keys, shared
        self._served: tuple[BotEntry, ...] = ()
        self._open: dict[str, _Webhook] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def admit(self, path: str, secret: str) -> FleetBot | None:
        """Give the bot of a path if the secret is right, in the same time if it is wrong."""
        webhook = self._open.get(path)
        return webhook.bot if opens(webhook.secret if webhook else None, secret) and webhook else None

    def apply(self, entries: Iterable[BotEntry]) -> None:
        """Serve exactly these bots from now on, without a pause for those that stay."""
        self._served = tuple(entries)
        wanted = {self._keys.path(entry.bot_id): entry for entry in self._served}
        self._close([self._open.pop(path).bot for path in self._open.keys() - wanted.keys()])
        for path, entry in wanted.items():
            if path in self._open:
                self._open[path].bot.become(entry)
            else:
                self._open[path] = _Webhook(self._keys.secret(entry.bot_id), FleetBot(entry, self._shared))

    async def watch(self, read: Callable[[], Iterable[BotEntry]], seconds: float) -> None:
        """Read the bots every so many seconds, and serve them if they changed, until cancelled.

        Bots that cannot be read are logged once, and change nothing. Two reads in a row must agree, since
        the file may just be being written.
        """
        told, before = False, None
        while True:
            await asyncio.sleep(seconds)
            try:
                found = tuple(await asyncio.to_thread(read))
                if found == before and found != self._served:
                    self.apply(found)
                    log_event("bots_changed", number=len(found))
                before = found
            except NotReady:
                if not told:
                    log_event("bots_unreadable")
                told = True
            except Exception as error:  # noqa: BLE001 - a later file may be right, and may pause a bot
                log_failure("unexpected_error", error)
            else:
                told = False

    def states(self) -> Mapping[BotState, int]:
        """Count the bots that serve, that are paused, and whose token Telegram refuses."""
        bots = [webhook.bot for webhook in self._open.values()]
        refused = sum(bot.is_refused for bot in bots)
        paused = sum(bot.entry.paused and not bot.is_refused for bot in bots)
        return {"serving": len(bots) - paused - refused, "paused": paused, "refused": refused}

    async def close(self) -> None:
        """Finish the calls of every bot that are on their way."""
        self.apply(())
        await asyncio.gather(*self._leaving)

    def _close(self, bots: Sequence[FleetBot]) -> None:
        leaving = asyncio.create_task(_close_all(bots))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)


async def _close_all(bots: Sequence[FleetBot]) -> None:
    tell_left(sum(await asyncio.gather(*(bot.close() for bot in bots))))


def portals_of(entry: BotEntry, portals: Mapping[str, Portal]) -> dict[str, Portal]:
    """Give the portals as one bot's talks see them: its own in the bot's languages; paused where it is."""
    own = replace(portals[entry.portal], languages=entry.languages)
    seen = {**portals, entry.portal: own}
    return {name: replace(portal, paused=True) for name, portal in seen.items()} if entry.paused else seen

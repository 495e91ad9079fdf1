"""Serves one Telegram bot by long polling: an update is confirmed only once the host has saved its turn."""

import asyncio
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.chats import Sentences, TelegramChats
from bot.channels.telegram.failures import (
    BlockedError,
    CallError,
    FloodedError,
    OtherPollerError,
    Pace,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
    UnreachableError,
    silence,
)
from bot.channels.telegram.sending import settle
from bot.channels.telegram.updates import UPDATE_KINDS, Call, Presentation, presentation_calls
from bot.exchange import Host
from reportline.logs import log_event

_USUAL = Pace()


class TelegramPolling:
    """One bot between Telegram and its host.

    `api_url` is the Bot API's address up to the token (https://api.telegram.org/bot); `presentations` say how
    the app presents the bot, `sentences` what is said outside a talk.
    """

    def __init__(  # noqa: PLR0913 - each is a different part of the world
        self,
        host: Host,
        token: str,
        api_url: str,
        *,
        presentations: Sequence[Presentation],
        sentences: Sentences,
        pace: Pace = _USUAL,
    ) -> None:
        silence("telegram", "httpx", "httpcore")
        # The library advises its parsed methods; we want raw JSON: one odd update spoils a parsed batch.
        warnings.filterwarnings("ignore", category=PTBUserWarning)
        self._presentations, self._pace = presentations, pace
        self._http = HTTPXRequest(connection_pool_size=64, pool_timeout=pace.longest_pause)
        self._bot = Bot(token, api_url, request=self._http, get_updates_request=self._http)
        self._chats = TelegramChats(host, token.partition(":")[0], sentences, self._request, pace)
        self._offset = 0
        self._batch: set[asyncio.Task[None]] = set()
        self._presenting: set[asyncio.Task[None]] = set()

    @property
    def skipped(self) -> int:
        """How many updates could not be handled since the start."""
        return self._chats.skipped

    async def run(self) -> None:
        """Serve until cancelled, then finish and confirm what is in hand.

        Raises TokenRefusedError when Telegram does not know the token.
        """
        async with self._http:
            try:
                await self._insist(Call("deleteWebhook", {"drop_pending_updates": False}))
                self._start_presenting()
                while True:
                    await self._take(await self._insist(self._poll(self._pace.poll)))
            finally:
                await self._wind_down()

    def _start_presenting(self) -> None:
        # Beside the polling: Telegram slows these calls down for hours, and no reporter shall wait for them.
        calls = presentation_calls(self._presentations)
        self._presenting = {asyncio.create_task(self._chats.make(calls))}

    def _poll(self, seconds: int) -> Call:
        wanted = {"offset": self._offset, "timeout": seconds, "allowed_updates": [*UPDATE_KINDS]}
        return Call("getUpdates", wanted)

    async def _take(self, updates: Sequence[Any]) -> None:
        # Shielded, so that a stop finds the batch going on and can wait for its end.
        batch = asyncio.create_task(self._handle(updates))
        self._batch = {batch}
        await asyncio.shield(batch)

    async def _handle(self, updates: Sequence[Any]) -> None:
        await self._chats.handle(updates)
        numbers = [update.get("update_id") for update in updates if isinstance(update, Mapping)]
        known = [number for number in numbers if isinstance(number, int)]
        self._offset = max([self._offset, *(number + 1 for number in known)])

    async def _wind_down(self) -> None:
        await settle(self._presenting, 0)
        await settle(self._batch, self._pace.grace)
        await self._chats.close(self._pace.grace)
        if self._offset:
            with suppress(CallError, TimeoutError):
                await asyncio.wait_for(self._request(self._poll(0)), self._pace.grace)

    async def _insist(self, call: Call) -> Any:
        """Make a call until it is answered, however long the network is away."""
        tries = 0
        while True:
            tries += 1
            pause = self._pace.pause(tries)
            try:
                return await self._request(call)
            except TokenRefusedError:
                log_event("telegram_token_refused")
                raise
            except OtherPollerError:
                log_event("telegram_other_poller")
            except FloodedError as flood:
                pause = min(flood.seconds, self._pace.longest_pause)
                log_event("telegram_slowed_down", seconds=round(pause))
            except CallError:
                log_event("telegram_unreachable", seconds=round(pause))
            await asyncio.sleep(pause)

    async def _request(self, call: Call) -> Any:
        """Make one call and give its result as plain JSON; raises only CallError."""
        seconds = self._pace.answer + call.parameters.get("timeout", 0)
        try:
            return await self._bot.do_api_request(call.method, dict(call.parameters), read_timeout=seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold the token
            trouble = _trouble(error)
        # Raised out here, so that the library's exception does not travel along as its context.
        raise trouble


def _trouble(error: Exception) -> CallError:
    match error:
        case RetryAfter(retry_after=wait):
            return FloodedError(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        case InvalidToken():
            return TokenRefusedError()
        case Forbidden():
            return BlockedError()
        case Conflict():
            return OtherPollerError()
        case BadRequest() if "not modified" in error.message.lower():
            return UnchangedError()
        case BadRequest():
            return RefusedError()
    return UnreachableError()

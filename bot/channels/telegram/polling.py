"""Serves one Telegram bot by long polling; an update is confirmed only once the host has saved its turn.

Its answer is waited for too, for a second at most.
"""

import asyncio
import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from msgspec import Raw
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest, RequestData
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.answers import answer_in, as_json, result_in
from bot.channels.telegram.calls import Call, Presentation, presentation_calls
from bot.channels.telegram.chats import Sentences, TelegramChats, tell_left
from bot.channels.telegram.failures import (
    BlockedError,
    CallError,
    FloodedError,
    LastingFault,
    MigratedError,
    OddAnswerError,
    OtherPollerError,
    Pace,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
    UnreachableError,
    WebhookSetError,
    silence,
)
from bot.channels.telegram.in_hand import settle
from bot.channels.telegram.newer_token import newer_token
from bot.channels.telegram.raw_updates import rewritten, updates_in
from bot.channels.telegram.updates import UPDATE_KINDS
from bot.channels.telegram.updates_in_hand import UpdatesInHand
from bot.exchange import Host
from reportline.logs import log_event

_USUAL = Pace()
_SECONDS_TO_CONFIRM = 3.0
_WEBHOOK = Call("getWebhookInfo")
_NO_WEBHOOK = Call("deleteWebhook", {"drop_pending_updates": False})
_STATUS = re.compile(r"\((401|404)\)")


def _unheard(_call: Call, _outcome: Any) -> None:
    """Tell nobody how a call ended."""


class _Request(HTTPXRequest):
    """The library's requests, which keep the bytes of a result, so that each update is read by itself.

    The library's bot checks each call and makes objects of its parameters and its result, for a twentieth of
    a millisecond. It still makes the requests, and tells how one failed.
    """

    async def ask(self, url: str, call: Call, seconds: float) -> Any:
        """Make one call; gives its result as plain JSON, or updates."""
        form = _Form({name: _as_text(value) for name, value in call.parameters.items()})
        told = await self.post(url, cast("RequestData", form), read_timeout=seconds)
        result = cast("Raw", told)
        return updates_in(result) if call.method == "getUpdates" else result_in(result, call.method)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer."""
        answer = answer_in(payload)
        if answer is not None:
            return {"result": answer.result}
        told = HTTPXRequest.parse_json_payload(payload)
        if "result" in told:
            told["result"] = Raw(rewritten(json.dumps(told["result"]), _no_number))
        return told


@dataclass(frozen=True, slots=True)
class _Form:
    """What the library's request asks of a call's parameters."""

    json_parameters: dict[str, str]
    multipart_data: None = None


def _no_number(_constant: str) -> float:
    # NaN and Infinity are no JSON. Whatever asks for a whole number refuses this too.
    return 0.5


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value).decode()


class TelegramPolling:
    """One bot between Telegram and its host.

    `api_url` is the Bot API's address up to the token (https://api.telegram.org/bot); `presentations` say how
    the app presents the bot, `sentences` what is said outside a talk. `ended` hears of each call, and of its
    result or CallError. `read_token` gives the newest token, and is asked while Telegram refuses the one in
    use; it may raise NotReady.
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
        ended: Callable[[Call, Any], None] = _unheard,
        read_token: Callable[[], str] | None = None,
    ) -> None:
        silence("telegram", "httpx", "httpcore")
        # The library announces that it will tell times in another type: both are read.
        warnings.filterwarnings("ignore", category=PTBUserWarning)
        self._presentations, self._pace, self._ended = presentations, pace, ended
        self._http = _Request(connection_pool_size=64, pool_timeout=pace.longest_pause)
        self._api_url, self._read_token = api_url, read_token or (lambda: token)
        self._token = token
        self._silence = LastingFault(pace.silence, pace.silence_again)
        self._chats = TelegramChats(host, token.partition(":")[0], sentences, self._request, pace)
        self._updates = UpdatesInHand(self._chats.serve)
        self._was_answered = False
        self._presenting: set[asyncio.Task[None]] = set()

    @property
    def skipped(self) -> int:
        """How many updates could not be handled since the start."""
        return self._chats.skipped

    async def run(self) -> None:
        """Serve until cancelled, then finish what is in hand, and confirm what is answered.

        Cancelled once more, it ends at once.

        Raises TokenRefusedError when Telegram does not know the token at the start.
        """
        async with self._http:
            try:
                await self._leave_webhook()
                self._start_presenting()
                while True:
                    await self._take_next()
            finally:
                await self._wind_down()

    async def _leave_webhook(self) -> None:
        """Delete a webhook of earlier days; whether there was one, Telegram says only if it is asked."""
        told = await self._insist(_WEBHOOK)
        await self._insist(_NO_WEBHOOK)
        if isinstance(told, Mapping) and told.get("url"):
            log_event("telegram_webhook_deleted")

    def _start_presenting(self) -> None:
        # Beside the polling: Telegram slows these calls down for hours, and no reporter shall wait for them.
        calls = presentation_calls(self._presentations)
        self._presenting = {asyncio.create_task(self._chats.make(calls))}

    async def _take_next(self) -> None:
        """Take the next updates; whatever is slow holds up no other update but for a pause between polls."""
        offset = self._updates.offset()
        updates = await self._insist(self._poll(offset, 0 if self._updates.waits else self._pace.poll))
        self._silence.end()
        self._updates.take(updates)
        await self._updates.wait(self._pace.between_polls)
        if updates and not self._updates.waits:
            # Nothing in it has a number, so nothing can be confirmed: it would come again at once.
            log_event("telegram_odd_answer")
            await asyncio.sleep(self._pace.first_pause)

    def _poll(self, offset: int, seconds: int) -> Call:
        wanted = {"offset": offset, "timeout": seconds, "allowed_updates": [*UPDATE_KINDS]}
        return Call("getUpdates", wanted)

    async def _wind_down(self) -> None:
        await settle(self._presenting, 0)
        try:
            await self._chats.close()
        finally:
            tell_left(self._chats.left)
        if offset := self._updates.last_offset():
            with suppress(CallError, TimeoutError):
                await asyncio.wait_for(self._request(self._poll(offset, 0)), _SECONDS_TO_CONFIRM)

    async def _insist(self, call: Call) -> Any:
        """Make a call until it is answered, however long the network is away.

        Raises TokenRefusedError if nothing was answered yet since the start: later, Telegram refuses for a
        while when it moves a bot, and to end would lose the talks in memory.
        """
        tries = 0
        while True:
            try:
                result = await self._request(call)
            except CallError as error:
                tries = 1 if await self._has_mended(error) else tries + 1
                await asyncio.sleep(self._tell(error, self._pace.pause(tries)))
            else:
                self._was_answered = True
                return result

    async def _has_mended(self, error: CallError) -> bool:
        """Mend what can be mended; raises the error if it is to end the polling."""
        match error:
            case TokenRefusedError():
                log_event("telegram_token_refused")
                if not self._was_answered:
                    raise error
                return self._has_renewed()
            case WebhookSetError():
                await self._insist(_NO_WEBHOOK)
                log_event("telegram_webhook_deleted")
                return True
        return False

    def _has_renewed(self) -> bool:
        token = newer_token(self._token, self._read_token)
        if token is None:
            return False
        self._token = token
        return True

    def _tell(self, error: CallError, pause: float) -> float:
        """Say why a call failed; gives the seconds until the next try."""
        match error:
            case TokenRefusedError() | WebhookSetError():
                pass
            case OtherPollerError():
                log_event("telegram_other_poller")
            case OddAnswerError():
                log_event("telegram_odd_answer")
            case FloodedError(seconds=seconds):
                pause = min(seconds, self._pace.longest_pause)
                log_event("telegram_slowed_down", seconds=round(pause))
            case _:
                log_event("telegram_unreachable", seconds=round(pause))
        if self._silence.is_due():
            log_event("telegram_no_updates")
        return pause

    async def _request(self, call: Call) -> Any:
        """Make one call and give its result as plain JSON; raises only CallError."""
        seconds = self._pace.answer + call.parameters.get("timeout", 0)
        try:
            result = await self._http.ask(f"{self._api_url}{self._token}/{call.method}", call, seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold the token
            trouble = _trouble(error)
        else:
            self._ended(call, result)
            return result
        self._ended(call, trouble)
        # Raised out here, so that the library's exception does not travel along as its context.
        raise trouble


def _trouble(error: Exception) -> CallError:
    match error:
        case RetryAfter(retry_after=wait):
            return FloodedError(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        case InvalidToken():
            return TokenRefusedError() if _is_telegrams(error) else OddAnswerError()
        case ChatMigrated(new_chat_id=chat):
            return MigratedError(chat)
        case Forbidden():
            return BlockedError()
        case Conflict():
            return WebhookSetError() if "webhook" in error.message.lower() else OtherPollerError()
        case BadRequest():
            return UnchangedError() if "not modified" in error.message.lower() else RefusedError()
        case TelegramError(message="Invalid server response") | LookupError() | TypeError():
            return OddAnswerError()
    return UnreachableError()


def _is_telegrams(refusal: InvalidToken) -> bool:
    """Tell whether Telegram said it: for an answer without its words the library gives the status instead."""
    return not _STATUS.search(refusal.message)

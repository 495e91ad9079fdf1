"""Makes one bot's calls with aiogram, over its own connections; a failure tells its kind and no more."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiohttp import ClientTimeout
from pydantic import PrivateAttr

from bot.channels.telegram.answers import answer_in, as_json, result_in
from bot.channels.telegram.calls import Call
from bot.channels.telegram.failures import (
    BlockedError,
    CallError,
    FloodedError,
    MigratedError,
    OddAnswerError,
    OtherPollerError,
    Pace,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
    UnreachableError,
    silence,
)

MOST_CONNECTIONS = 16
_USUAL = Pace()
_AS_JSON: Final = {"Content-Type": "application/json"}


class _Raw(TelegramMethod[Any]):
    """Any method, with a plain answer, so that a new shape of answer causes no error."""

    __returning__ = Any
    _name: str = PrivateAttr()

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._name = call.method

    @property
    def __api_method__(self) -> str:  # type: ignore[override] # the library's methods have one name each
        return self._name


class _Session(AiohttpSession):
    """The library's connections, over which a call goes out as JSON, and comes back as plain JSON.

    The library makes a model, a form and a model again of each call, for a tenth of a millisecond. It still
    makes the connections, and reads every answer that is no success, so that it says how a call failed.
    """

    async def ask(self, bot: Bot, call: Call) -> Any:
        """Make one call."""
        http = await self.create_session()
        url = self.api.api_url(token=bot.token, method=call.method)
        body = as_json(call.parameters)
        async with http.post(url, data=body, headers=_AS_JSON, timeout=ClientTimeout(self.timeout)) as answer:
            content = await answer.read()
            told = answer_in(content) if answer.status == HTTPStatus.OK else None
            if told is not None:
                return result_in(told.result, call.method)
            return self.check_response(bot, _Raw(call), answer.status, await answer.text()).result


class TelegramSender:
    """Makes the calls of one bot, over at most MOST_CONNECTIONS connections; close it when it is done.

    `api_url` is the Bot API's address up to the token (https://api.telegram.org/bot).
    """

    def __init__(self, token: str, api_url: str, pace: Pace = _USUAL) -> None:
        silence("aiogram", "aiohttp")
        server = TelegramAPIServer(base=f"{api_url}{{token}}/{{method}}", file="")
        self._session = _Session(api=server, limit=MOST_CONNECTIONS, timeout=pace.answer)
        self._bot = Bot(token, self._session)
        self._under_way = 0
        self._none_under_way = asyncio.Event()

    async def request(self, call: Call) -> Any:
        """Make one call and give its result as plain JSON; raises only CallError."""
        self._under_way += 1
        try:
            return await self._session.ask(self._bot, call)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold the token
            trouble = _trouble(error)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._none_under_way.set()
        # Raised out here, so that the library's exception does not travel along as its context.
        raise trouble

    async def close(self) -> None:
        """Wait for the calls that are under way, and close the connections; no call may follow."""
        while self._under_way:
            self._none_under_way.clear()
            await self._none_under_way.wait()
        await self._session.close()


def _trouble(error: Exception) -> CallError:
    match error:
        case TelegramRetryAfter(retry_after=wait):
            return FloodedError(wait)
        case TelegramUnauthorizedError() | TelegramNotFound():  # the second, when it has not a token's shape
            return TokenRefusedError()
        case TelegramMigrateToChat(migrate_to_chat_id=chat):
            return MigratedError(chat)
        case TelegramForbiddenError():
            return BlockedError()
        case TelegramConflictError():
            return OtherPollerError()
        case TelegramBadRequest():
            return UnchangedError() if "not modified" in error.message.lower() else RefusedError()
        case ClientDecodeError():
            return OddAnswerError()
    return UnreachableError()

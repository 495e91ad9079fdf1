"""Makes one bot's calls with aiogram, over its own connections; a failure tells its kind and no more."""

import asyncio
from typing import Any

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
from pydantic import PrivateAttr

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


class _Raw(TelegramMethod[Any]):
    """Any method, with plain parameters and a plain answer, so that a new shape of answer causes no error."""

    __returning__ = Any
    _name: str = PrivateAttr()

    def __init__(self, call: Call) -> None:
        super().__init__(**call.parameters)
        self._name = call.method

    @property
    def __api_method__(self) -> str:  # type: ignore[override] # the library's methods have one name each
        return self._name


class TelegramSender:
    """Makes the calls of one bot, over at most MOST_CONNECTIONS connections; close it when it is done.

    `api_url` is the Bot API's address up to the token (https://api.telegram.org/bot).
    """

    def __init__(self, token: str, api_url: str, pace: Pace = _USUAL) -> None:
        silence("aiogram", "aiohttp")
        server = TelegramAPIServer(base=f"{api_url}{{token}}/{{method}}", file="")
        session = AiohttpSession(api=server, limit=MOST_CONNECTIONS, timeout=pace.answer)
        self._bot = Bot(token, session)
        self._under_way: set[asyncio.Future[None]] = set()

    async def request(self, call: Call) -> Any:
        """Make one call and give its result as plain JSON; raises only CallError."""
        ended = asyncio.get_running_loop().create_future()
        self._under_way.add(ended)
        try:
            return await self._bot(_Raw(call))
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold the token
            trouble = _trouble(error)
        finally:
            self._under_way.discard(ended)
            ended.set_result(None)
        # Raised out here, so that the library's exception does not travel along as its context.
        raise trouble

    async def close(self) -> None:
        """Wait for the calls that are under way, and close the connections; no call may follow."""
        await asyncio.gather(*self._under_way)
        await self._bot.session.close()


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

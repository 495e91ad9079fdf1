"""Asks Telegram for each bot's settings, and sets those that differ; a fault of one bot stops no other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.channels.telegram.calls import Call
from bot.channels.telegram.failures import CallError, FloodedError, Pace, RefusedError, TokenRefusedError
from bot.channels.telegram.sender import TelegramSender
from bot.fleet.bots_file import BotEntry
from bot.fleet.sync import Change, changes, question, settings_of, undelivered
from bot.fleet.webhook_keys import WebhookKeys
from bot.settings import BotSettings
from locales.catalogues import KNOWN_LANGUAGES

BOTS_AT_ONCE = 16
_PACE = Pace()

Request = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One bot, the changes that it needs, and why it could not be asked or set ("" if it could)."""

    bot: BotEntry
    changes: tuple[Change, ...] = ()
    trouble: str = ""


async def look_at_each(
    settings: BotSettings, bots: Iterable[BotEntry], keys: WebhookKeys, url: str
) -> list[Found]:
    """Ask Telegram for each bot's settings, and compare."""
    return await _each(settings, [Found(bot) for bot in bots], partial(_look, keys=keys, url=url))


async def set_each(settings: BotSettings, found: Iterable[Found]) -> list[Found]:
    """Set the settings that differ at Telegram; gives those that still differ."""
    return await _each(settings, found, _apply)


async def _each(
    settings: BotSettings, found: Iterable[Found], work: Callable[[Found, Request], Awaitable[Found]]
) -> list[Found]:
    places = asyncio.Semaphore(BOTS_AT_ONCE)

    async def one(each: Found) -> Found:
        async with places:
            sender = TelegramSender(each.bot.token, f"{settings.telegram_api_url}/bot", _PACE)
            try:
                return await work(each, partial(_with_pauses, sender.request))
            except CallError as error:
                return replace(each, trouble=_advice(error))
            finally:
                await sender.close()

    return await asyncio.gather(*(one(each) for each in found))


async def _with_pauses(request: Request, call: Call) -> Any:
    """Make a call, waiting as Telegram asks where that is short; raises CallError."""
    for _ in range(_PACE.tries):
        try:
            return await request(call)
        except FloodedError as flood:
            if flood.seconds > _PACE.longest_pause:
                raise
            await asyncio.sleep(flood.seconds)
    return await request(call)


async def _look(found: Found, request: Request, *, keys: WebhookKeys, url: str) -> Found:
    bot = found.bot
    me = await request(Call("getMe"))
    if str(me["username"]).lower() != bot.username.lower():
        trouble = f"Telegram knows its token as @{me['username']}. Set username or token right in the file."
        return replace(found, trouble=trouble)
    if me.get("has_topics_enabled"):
        trouble = "It has topics in private chats, where answers get lost. Turn them off at BotFather."
        return replace(found, trouble=trouble)
    settings = settings_of(bot, keys, url, KNOWN_LANGUAGES)
    answers = [await request(question(setting)) for setting in settings]
    return replace(found, changes=changes(settings, answers), trouble=undelivered(answers, time.time()))


async def _apply(found: Found, request: Request) -> Found:
    left: list[Change] = []
    trouble = found.trouble
    for place, change in enumerate(found.changes):
        try:
            await request(change.call)
        except RefusedError as error:
            left.append(change)
            trouble = _advice(error)
        except CallError as error:
            return replace(found, changes=(*left, *found.changes[place:]), trouble=_advice(error))
    return replace(found, changes=tuple(left), trouble=trouble)


def _advice(error: CallError) -> str:
    match error:
        case TokenRefusedError():
            return (
                "Telegram refuses its token. Ask BotFather for a new one, and write it where the file says."
            )
        case FloodedError(seconds=seconds):
            return f"Telegram takes no more for {round(seconds / 60)} minutes. Run this again then."
        case RefusedError():
            return (
                "Telegram refuses something. A webhook needs a public https address in REPORTLINE_FLEET_URL, "
                "on port 443, 80, 88 or 8443."
            )
    return "Telegram does not answer. See the network, and run this again."

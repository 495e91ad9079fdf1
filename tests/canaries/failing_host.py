"""Runs a bot whose host raises a different error for each message, with all data of the reporter in it.

python -m tests.canaries.failing_host
"""

import asyncio
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Sequence

from bot.assembly import bot_host, sentences
from bot.channels.telegram.failures import Pace
from bot.channels.telegram.polling import TelegramPolling
from bot.exchange import Answer, Arrival, TalkHandle
from bot.settings import BotSettings, telegram_token
from bot.talks.runner import Runner
from conversations.events import Said
from conversations.wire.report import Report
from reportline.logs import configure_logs
from reportline.settings import read_settings
from tests.canaries.all_logs import enable_all_logs

HASTE = Pace(first_pause=0.01, longest_pause=0.05, tries=2)


def known_of(arrival: Arrival) -> str:
    """Return everything that the host was told about the reporter."""
    text = arrival.event.text if isinstance(arrival.event, Said) else ""
    return f"{arrival.talk.chat} {arrival.update} {arrival.message} {arrival.language} {text} {arrival!r}"


def _value(known: str) -> None:
    raise ValueError(known)


def _key(known: str) -> None:
    raise KeyError(known, {known: known})


def _disk(known: str) -> None:
    raise FileNotFoundError(2, known, f"/{known}")


def _unreadable(known: str) -> None:
    raise UnicodeDecodeError("utf-8", known.encode(), 0, 1, known)


def _invalid(known: str) -> None:
    Report.model_validate({"note": known, known: known})


def _json(known: str) -> None:
    json.loads(known)


def _chained(known: str) -> None:
    try:
        _value(known)
    except ValueError as error:
        raise ExceptionGroup(known, [error, KeyError(known)]) from error


def _noted(known: str) -> None:
    error = RuntimeError(known)
    error.add_note(known)
    raise error


def _in_thread(known: str) -> None:
    threading.Thread(target=_value, args=(known,), name=known).start()


def _in_callback(known: str) -> None:
    asyncio.get_running_loop().call_soon(_value, known)


async def _later(known: str) -> None:
    _value(known)


def _in_task(known: str) -> None:
    asyncio.get_running_loop().create_task(_later(known), name=known)


def _unraisable(known: str) -> None:
    class Leaving:
        def __del__(self) -> None:
            _value(known)

    Leaving()


def _warned(known: str) -> None:
    warnings.warn(known, stacklevel=1)


def _logged(known: str) -> None:
    for name in ("telegram", "httpx", "uvicorn.access", "sqlalchemy.engine", "asyncio", "somebody.new"):
        logging.getLogger(name).critical("%s", known, extra={"known": known}, stack_info=True)


def _never_awaited(known: str) -> None:
    _later(known)  # type: ignore[unused-coroutine] # that is the fault


FAULTS: tuple[Callable[[str], None], ...] = (
    _value,
    _key,
    _disk,
    _unreadable,
    _invalid,
    _json,
    _chained,
    _noted,
    _in_thread,
    _in_callback,
    _in_task,
    _unraisable,
    _warned,
    _logged,
    _never_awaited,
)


class EndingError(BaseException):
    """An error that no handler catches."""


class FailingHost:
    """Passes everything on to the real runner, then raises the next error, each of them once."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._left = list(FAULTS)
        self._last = ""

    async def handle(self, arrival: Arrival) -> Answer:
        """Advance the talk, then raise the next error if one is left."""
        answer = await self._runner.handle(arrival)
        self._last = known_of(arrival)
        if self._left:
            self._left.pop(0)(self._last)
        return answer

    async def shown(self, talk: TalkHandle, message: int, *, again: bool = False) -> None:
        """Pass it on."""
        await self._runner.shown(talk, message, again=again)

    async def deleted(self, talk: TalkHandle, messages: Sequence[int]) -> None:
        """Pass it on."""
        await self._runner.deleted(talk, messages)

    async def gone(self, talk: TalkHandle) -> None:
        """Pass it on, and end the process."""
        await self._runner.gone(talk)
        raise EndingError(self._last)


async def _serve() -> None:
    settings = read_settings(BotSettings)
    token = telegram_token(settings)
    async with bot_host(settings) as host:
        raising = FailingHost(host.runner(settings.portal))
        url = f"{settings.telegram_api_url}/bot"
        polling = TelegramPolling(raising, token, url, presentations=(), sentences=sentences(), pace=HASTE)
        enable_all_logs()
        await polling.run()


if __name__ == "__main__":
    configure_logs("DEBUG")
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a file
    asyncio.run(_serve())

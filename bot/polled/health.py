"""Says how the polled bot is, and what it counts, on loopback alone; nothing tells of a single report."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, get_args

import typer

from bot.assembly import BotHost
from bot.channels.telegram.failures import (
    CallError,
    FloodedError,
    OtherPollerError,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
)
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.telegram.updates import Call
from bot.fleet.numbers import BotState, FleetNumbers
from bot.fleet.webhook_keys import read_metrics_token
from bot.fleet.webhooks import WebhookApp, WebhookConnection
from bot.settings import BotSettings
from conversations.portals.model import Portal
from reportline.http_server import listen, serve
from reportline.readiness import NotReady

# Telegram keeps a request for half a minute, and a pause after a failure is a minute at most.
SECONDS_UNTIL_STUCK: Final = 300
# What a bot calls to get updates; the first answer to getUpdates may take half a minute.
_FETCHING: Final = frozenset({"deleteWebhook", "getUpdates"})
_LOOPBACK: Final = "127.0.0.1"


class WatchedPolling(TelegramPolling):
    """A polled bot that counts its updates and calls, and says how Telegram answers it.

    `clock` gives seconds that never go back; `parts` are those of TelegramPolling.
    """

    def __init__(self, numbers: FleetNumbers, clock: Callable[[], float], **parts: Any) -> None:
        super().__init__(**parts)
        self._numbers, self._clock = numbers, clock
        self._answered, self._asked_at = "away", clock()

    def telegram(self) -> str:
        """Say "ok", or in a word what keeps updates away; "stuck" if none was asked for in five minutes."""
        is_stuck = self._clock() - self._asked_at > SECONDS_UNTIL_STUCK
        return "stuck" if is_stuck else self._answered

    async def _request(self, call: Call) -> Any:
        if call.method not in _FETCHING:
            return await self._counted(call)
        self._asked_at = self._clock()
        try:
            result = await self._counted(call)
        except CallError as error:
            self._answered = _word_for(error)
            raise
        self._answered = "ok"
        if call.method == "getUpdates":
            for _ in result:
                self._numbers.count_update("taken")
        return result

    async def _counted(self, call: Call) -> Any:
        try:
            return await super()._request(call)
        except FloodedError:
            self._numbers.count_call("slowed_down")
            raise
        except RefusedError as error:
            if not isinstance(error, UnchangedError):
                self._numbers.count_call("refused")
            raise


def _word_for(error: CallError) -> str:
    match error:
        case TokenRefusedError():
            return "token_refused"
        case OtherPollerError():
            return "other_poller"
        case FloodedError():
            return "slowed_down"
    return "away"


async def serve_with_health(settings: BotSettings, host: BotHost, parts: dict[str, Any], port: int) -> None:
    """Serve the bot that is built of its parts, and its health, until cancelled or told to stop.

    Raises NotReady if the port is taken, and TokenRefusedError.
    """
    numbers = FleetNumbers(time.time, host.count_outbox, "polled")
    polling = WatchedPolling(numbers, time.monotonic, **parts)
    app = WebhookApp(
        admit=_nobody,
        readiness=partial(_readiness, host, polling, numbers),
        numbers=partial(_exposition, host.portals[settings.portal], polling, numbers),
        metrics_token=read_metrics_token(settings.metrics_token_file),
    )
    listener = _listen(port)
    typer.echo(f"Health and numbers are at http://{_LOOPBACK}:{listener.getsockname()[1]}")
    polled = asyncio.create_task(polling.run())
    served = asyncio.create_task(serve(app, WebhookConnection, listener))
    try:
        await asyncio.wait({polled, served}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        has_ended = polled.done()
        for task in (polled, served):
            task.cancel()
        await asyncio.gather(polled, served, return_exceptions=True)
    # What ended it says why; that the server has ended says that a signal told it to.
    if has_ended:
        await polled


async def _readiness(host: BotHost, polling: WatchedPolling, numbers: FleetNumbers) -> Mapping[str, str]:
    states = {"telegram": polling.telegram(), **await host.states()}
    numbers.set_store_answers(answers=states["store"] == "ok")
    numbers.set_states(states)
    return states


def _exposition(portal: Portal, polling: WatchedPolling, numbers: FleetNumbers) -> bytes:
    is_refused = polling.telegram() == "token_refused"
    now: BotState = "refused" if is_refused else "paused" if portal.paused else "serving"
    numbers.set_bots({state: int(state == now) for state in get_args(BotState)})
    return numbers.exposition()


def _nobody(_path: str, _secret: str) -> None:
    """Let nobody bring an update: a polled bot fetches its own."""


def _listen(port: int) -> socket.socket:
    try:
        return listen(_LOOPBACK, port)
    except OSError as fault:
        raise NotReady(
            f"Cannot listen on {_LOOPBACK}, port {port}: {fault.strerror}. Name another with --health-port."
        ) from None

"""Says how the polled bot is, and what it counts, on loopback alone; nothing tells of a single report."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, get_args

import typer

from bot.assembly import BotHost
from bot.channels.telegram.calls import Call
from bot.channels.telegram.failures import (
    CallError,
    FloodedError,
    OddAnswerError,
    OtherPollerError,
    RefusedError,
    TokenRefusedError,
    UnchangedError,
)
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.telegram.updates_in_hand import update_number
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
_FETCHING: Final = frozenset({"getWebhookInfo", "deleteWebhook", "getUpdates"})
_LOOPBACK: Final = "127.0.0.1"


class TelegramWatch:
    """Says how Telegram answers a polled bot, and counts its updates and troubled calls.

    `clock` gives seconds that never go back.
    """

    def __init__(self, numbers: FleetNumbers, clock: Callable[[], float]) -> None:
        self._numbers, self._clock = numbers, clock
        self._answered, self._asked_at = "away", clock()
        self._unconfirmed: set[int] = set()

    def telegram(self) -> str:
        """Say "ok", or in a word what keeps updates away; "stuck" if no poll ended in five minutes."""
        is_stuck = self._clock() - self._asked_at > SECONDS_UNTIL_STUCK
        return "stuck" if is_stuck else self._answered

    def ended(self, call: Call, outcome: Any) -> None:
        """Take note of a call and of its result or CallError."""
        self._count_trouble(outcome)
        if call.method in _FETCHING:
            self._asked_at, self._answered = self._clock(), _word_for(outcome)
        if call.method == "getUpdates" and isinstance(outcome, list):
            self._count_new(outcome)

    def _count_trouble(self, outcome: Any) -> None:
        match outcome:
            case FloodedError():
                self._numbers.count_call("slowed_down")
            case RefusedError() if not isinstance(outcome, UnchangedError):
                self._numbers.count_call("refused")

    def _count_new(self, updates: list[Any]) -> None:
        # Telegram gives an update in each answer until it is confirmed.
        given = {number for update in updates if (number := update_number(update)) is not None}
        for _ in given - self._unconfirmed:
            self._numbers.count_update("taken")
        self._unconfirmed = given


def _word_for(outcome: Any) -> str:
    match outcome:
        case TokenRefusedError():
            return "token_refused"
        case OtherPollerError():
            return "other_poller"
        case OddAnswerError():
            return "odd_answer"
        case FloodedError():
            return "slowed_down"
        case CallError():
            return "away"
    return "ok"


async def serve_with_health(
    settings: BotSettings, host: BotHost, polling: Callable[..., TelegramPolling], port: int
) -> None:
    """Serve the bot that `polling(ended=...)` builds, and its health, until cancelled or told to stop.

    Raises NotReady if the port is taken, and TokenRefusedError.
    """
    numbers = FleetNumbers(time.time, host.count_outbox, "polled")
    watch = TelegramWatch(numbers, time.monotonic)
    app = WebhookApp(
        admit=_nobody,
        readiness=partial(_readiness, host, watch, numbers),
        numbers=partial(_exposition, host.portals[settings.portal], watch, numbers),
        metrics_token=read_metrics_token(settings.metrics_token_file),
    )
    listener = _listen(port)
    typer.echo(f"Health and numbers are at http://{_LOOPBACK}:{listener.getsockname()[1]}")
    polled = asyncio.create_task(polling(ended=watch.ended).run())
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


async def _readiness(host: BotHost, watch: TelegramWatch, numbers: FleetNumbers) -> Mapping[str, str]:
    states = {"telegram": watch.telegram(), **await host.states()}
    numbers.set_store_answers(answers=states["store"] == "ok")
    numbers.set_states(states)
    numbers.set_outbox_waits_long(waits=host.outbox_waits_long())
    return states


def _exposition(portal: Portal, watch: TelegramWatch, numbers: FleetNumbers) -> bytes:
    now = state_of_bot(watch.telegram(), paused=portal.paused)
    numbers.set_bots({state: int(state == now) for state in get_args(BotState)})
    return numbers.exposition()


def state_of_bot(telegram: str, *, paused: bool) -> BotState:
    """Give the state of a bot whose Telegram is as this word says."""
    if telegram == "token_refused":
        return "refused"
    if telegram != "ok":
        return "no_updates"
    return "paused" if paused else "serving"


def _nobody(_path: str, _secret: str) -> None:
    """Let nobody bring an update: a polled bot fetches its own."""


def _listen(port: int) -> socket.socket:
    try:
        return listen(_LOOPBACK, port)
    except OSError as fault:
        raise NotReady(
            f"Cannot listen on {_LOOPBACK}, port {port}: {fault.strerror}. Name another with --health-port."
        ) from None

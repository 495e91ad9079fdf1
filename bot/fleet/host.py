"""Builds a fleet from its settings, with its webhooks and metrics, and serves it until told to stop."""

import asyncio
import os
import resource
import socket
import time
from collections.abc import Mapping
from functools import partial

import typer

from bot.assembly import BotHost, bot_host, sentences
from bot.channels.telegram.failures import Pace
from bot.channels.telegram.sender import TelegramSender
from bot.exchange import Host
from bot.fleet.bots import SECONDS_BETWEEN_LOOKS, Fleet, SharedParts, portals_of
from bot.fleet.bots_file import BotEntry, read_bots
from bot.fleet.numbers import FleetNumbers
from bot.fleet.webhook_keys import read_metrics_token, read_webhook_keys
from bot.fleet.webhooks import WebhookApp, WebhookConnection
from bot.settings import BotSettings, valkey_url
from reportline.garbage import collect_as_usual
from reportline.http_server import listen, serve
from reportline.logs import log_event
from reportline.readiness import NotReady

_FILES = 65_536


async def serve_fleet(settings: BotSettings) -> None:
    """Serve every bot of bots.toml until SIGINT or SIGTERM; raises NotReady."""
    if valkey_url(settings) is None:
        raise NotReady(
            "A fleet keeps open talks in Valkey, so that a process may die. "
            "Set REPORTLINE_VALKEY_URL_FILE to a file that holds its URL."
        )
    _allow_many_files()
    async with bot_host(settings) as host:
        read = partial(read_bots, settings.bots_file, host.portals, os.environ)
        numbers = FleetNumbers(time.time, host.count_outbox)
        fleet = Fleet(read_webhook_keys(settings.fleet_key_file), _shared_parts(settings, host, numbers))
        app = WebhookApp(
            admit=fleet.admit,
            readiness=partial(readiness, host, numbers),
            numbers=partial(_exposition, fleet, numbers),
            metrics_token=read_metrics_token(settings.metrics_token_file),
        )
        fleet.apply(read())
        listener = _listen(settings)
        watching = asyncio.create_task(fleet.watch(read, SECONDS_BETWEEN_LOOKS))
        typer.echo(f"The fleet takes webhooks at http://{_address(listener)}")
        log_event("started", house="bot", channel="telegram")
        collect_as_usual()  # what was made for the start stays
        try:
            await serve(app, WebhookConnection, listener)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await fleet.close()
            log_event("stopped", house="bot", channel="telegram")


def _shared_parts(settings: BotSettings, host: BotHost, numbers: FleetNumbers) -> SharedParts:
    pace = Pace()

    def host_of(entry: BotEntry) -> Host:
        return host.runner(entry.portal, portals_of(entry, host.portals))

    def sender_of(token: str) -> TelegramSender:
        return TelegramSender(token, f"{settings.telegram_api_url}/bot", pace)

    return SharedParts(host_of, sender_of, sentences(), numbers, pace)


async def readiness(host: BotHost, numbers: FleetNumbers) -> Mapping[str, str]:
    """Say how the store of open talks, the intake and the outbox are: "ok", or what is wrong."""
    states = await host.states()
    numbers.set_store_answers(answers=states["store"] == "ok")
    numbers.set_states(states)
    numbers.set_outbox_waits_long(waits=host.outbox_waits_long())
    return states


def _exposition(fleet: Fleet, numbers: FleetNumbers) -> bytes:
    numbers.set_bots(fleet.states())
    return numbers.exposition()


def _listen(settings: BotSettings) -> socket.socket:
    host, port = settings.fleet_host, settings.fleet_port
    try:
        return listen(host, port)
    except OSError as fault:
        raise NotReady(
            f"Cannot listen on {host}, port {port}: {fault.strerror}. "
            "Set REPORTLINE_FLEET_HOST and REPORTLINE_FLEET_PORT."
        ) from None


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{host}:{port}"


def _allow_many_files() -> None:
    """Let the process open as many files as it may: each bot and the server have connections of their own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

"""Builds the polled bot from its settings, and serves it until told to stop."""

from functools import partial

from bot.assembly import bot_host, presentations, sentences
from bot.channels.telegram.polling import TelegramPolling
from bot.settings import BotSettings, telegram_token
from reportline.logs import log_event


async def serve_polled(settings: BotSettings, token: str, health_port: int | None) -> None:
    """Serve the bot of a token until cancelled, with its health at a port of 127.0.0.1 if one is named.

    Raises NotReady, and TokenRefusedError.
    """
    async with bot_host(settings) as host:
        polling = partial(
            TelegramPolling,
            host.runner(settings.portal),
            token,
            f"{settings.telegram_api_url}/bot",
            presentations=presentations(),
            sentences=sentences(),
            read_token=partial(telegram_token, settings),
        )
        if health_port is None:
            served = polling().run()
        else:
            # The server and Prometheus's library take half a second to load, and are not needed otherwise.
            from bot.polled.health import serve_with_health  # noqa: PLC0415

            served = serve_with_health(settings, host, polling, health_port)
        log_event("started", house="bot", channel="telegram")
        try:
            await served
        finally:
            log_event("stopped", house="bot", channel="telegram")

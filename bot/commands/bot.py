"""The commands that hold talks with reporters: one polled bot, a fleet, or one talk in this terminal."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.command_line import bot_settings, ready, serve, until_stopped

if TYPE_CHECKING:
    from bot.settings import BotSettings

bot = typer.Typer(no_args_is_help=True, help="Hold talks with reporters.")


@bot.command()
def poll(
    health_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="port of 127.0.0.1 for health and numbers; without it there are none"
        ),
    ] = None,
) -> None:
    """Serve the Telegram bot of REPORTLINE_TELEGRAM_TOKEN_FILE by long polling, until stopped."""
    from bot.fleet.bots_file import require_unserved
    from bot.polled.host import serve_polled
    from bot.settings import telegram_token
    from bot.talks.portals import read_portals
    from locales.catalogues import KNOWN_LANGUAGES
    from reportline.logs import configure_logs

    settings = bot_settings(writes=True)
    token = ready(lambda: telegram_token(settings))
    portals = ready(lambda: read_portals(settings.portals_dir, KNOWN_LANGUAGES))
    ready(lambda: require_unserved(settings.bots_file, portals, token))
    configure_logs()
    serve(serve_polled(settings, token, health_port))


@bot.command()
def fleet() -> None:
    """Serve every Telegram bot of bots.toml by webhooks, until stopped; add processes for more."""
    from bot.fleet.host import serve_fleet
    from reportline.logs import configure_logs

    settings = bot_settings(writes=True)
    configure_logs()
    serve(serve_fleet(settings))


@bot.command()
def talk(
    start: Annotated[str, typer.Option(help="a start link's payload, such as ar-es or practice")] = "",
    language: Annotated[str | None, typer.Option(help="language to begin in, such as es")] = None,
    draft: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--draft", help="in English alone: new sentences need no translation yet")
    ] = False,
) -> None:
    """Hold one talk in this terminal."""
    import asyncio

    from reportline.logs import configure_logs

    settings = bot_settings(writes=True)
    configure_logs("ERROR")
    until_stopped(_talk(settings, start, language, draft=draft), asyncio.run)


async def _talk(settings: "BotSettings", start: str, language: str | None, *, draft: bool) -> None:
    from rich.console import Console

    from bot.assembly import bot_host
    from bot.channels.terminal import hold_talk

    async with bot_host(settings, draft=draft) as host:
        await hold_talk(host.runner(settings.portal), Console(highlight=False), start, language)

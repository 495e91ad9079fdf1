"""The bot host's commands: serving a channel, looking at the flow, checking portals."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.assembly import KNOWN_LANGUAGES, bot_host, presentations, sentences
from bot.channels.telegram.failures import TokenRefusedError
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.terminal import hold_talk
from bot.fleet.bots_file import require_unserved
from bot.settings import BotSettings, telegram_token
from bot.talks.portals import PortalsUnreadable, check, read_portals
from bot.tools import measure as measuring
from bot.tools.preview import preview as write_preview
from bot.tools.preview import regions_of
from conversations.flow.drawing import mermaid
from locales.catalogues import MissingMessage
from locales.glossary import GlossaryUnreadable
from reportline.logs import configure_logs, log_event
from reportline.readiness import NotReady
from reportline.settings import read_settings

Result = TypeVar("Result")

bot = typer.Typer(no_args_is_help=True, help="Hold talks with reporters.")
flow = typer.Typer(no_args_is_help=True, help="Look at the talk as data.")
portal = typer.Typer(no_args_is_help=True, help="Look at the portals' files.")


def ready(read: Callable[[], Result]) -> Result:
    """Read something that must be right before anything starts; otherwise say what to do, and stop."""
    try:
        return read()
    except (NotReady, PortalsUnreadable) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


@bot.command()
def poll() -> None:
    """Serve the Telegram bot of REPORTLINE_TELEGRAM_TOKEN by long polling, until stopped."""
    settings = ready(lambda: read_settings(BotSettings))
    token = ready(lambda: telegram_token(settings))
    portals = ready(lambda: read_portals(settings.portals_dir, KNOWN_LANGUAGES))
    ready(lambda: require_unserved(settings.bots_file, portals, token))
    configure_logs()
    _serve(_poll(settings, token))


@bot.command()
def fleet() -> None:
    """Serve every Telegram bot of bots.toml by webhooks, until stopped; add processes for more."""
    # It brings a library that takes seconds to load, and no other command needs it.
    from bot.fleet.host import serve_fleet

    settings = ready(lambda: read_settings(BotSettings))
    configure_logs()
    _serve(serve_fleet(settings))


@bot.command()
def talk(
    start: Annotated[str, typer.Option(help="a start link's payload, such as ar-es or practice")] = "",
    language: Annotated[str | None, typer.Option(help="language to begin in, such as es")] = None,
    draft: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--draft", help="in English alone: new sentences need no translation yet")
    ] = False,
) -> None:
    """Hold one talk in this terminal."""
    settings = ready(lambda: read_settings(BotSettings))
    configure_logs("ERROR")
    _serve(_talk(settings, start, language, draft=draft))


@flow.command()
def graph() -> None:
    """Draw the table of steps as a Mermaid flow chart."""
    typer.echo(mermaid(), nl=False)


@flow.command()
def measure() -> None:
    """Print what each way costs a reporter in each language; exit status 1 past a limit."""
    settings = ready(lambda: read_settings(BotSettings))
    portals = ready(lambda: read_portals(settings.portals_dir, KNOWN_LANGUAGES))
    table = Table(
        "way", "language", *("taps", "first words", "words", "bytes", "minutes", "grade", "past a limit")
    )
    broken = False
    for way in measuring.WAYS:
        for language in portals[settings.portal].languages:
            measures = measuring.measure(way, language, portals, settings.portal)
            wrong = measuring.faults(measures)
            broken = broken or bool(wrong)
            table.add_row(*_cells(measures), "; ".join(wrong))
    Console(width=150).print(table)
    raise typer.Exit(int(broken))


@portal.command(name="check")
def check_portals(
    files: Annotated[list[Path] | None, typer.Argument(help="portals' files; all if none")] = None,
) -> None:
    """Say what is wrong with portals' files, by line; exit status 1 when something is."""
    settings = ready(lambda: read_settings(BotSettings))
    chosen = files or sorted(settings.portals_dir.glob("*.toml"))
    faults = check(chosen, KNOWN_LANGUAGES)
    typer.echo("\n".join(faults) if faults else f"{len(chosen)} portals are fine.")
    raise typer.Exit(int(bool(faults)))


def preview(
    folder: Annotated[Path, typer.Option("--to", help="where the pages go")] = Path("previews"),
    languages: Annotated[list[str] | None, typer.Argument(help="codes of languages; all if none")] = None,
) -> None:
    """Write a page for each language on which a native speaker reads the whole talk beside the English."""
    settings = ready(lambda: read_settings(BotSettings))
    regions = regions_of(ready(lambda: read_portals(settings.portals_dir, KNOWN_LANGUAGES)).values())
    chosen = languages or sorted(KNOWN_LANGUAGES)
    for unknown in set(chosen) - KNOWN_LANGUAGES:
        typer.echo(
            f"There is no language {unknown}. There are {', '.join(sorted(KNOWN_LANGUAGES))}.", err=True
        )
        raise typer.Exit(1)
    folder.mkdir(parents=True, exist_ok=True)
    for language in chosen:
        path = folder / f"{language}.html"
        try:
            path.write_text(write_preview(language, regions.get(language)), encoding="utf-8")
        except (MissingMessage, GlossaryUnreadable) as missing:
            typer.echo(f"{missing}. reportline locales check {language} says more.", err=True)
            raise typer.Exit(1) from None
        typer.echo(f"wrote {path}")


def _cells(measures: measuring.Measures) -> tuple[str, ...]:
    grade = "" if measures.grade is None else f"{measures.grade:.1f}"
    numbers = (measures.taps, measures.first_words, measures.words, measures.bytes)
    return (measures.way, measures.language, *map(str, numbers), f"{measures.minutes:.1f}", grade)


async def _poll(settings: BotSettings, token: str) -> None:
    async with bot_host(settings) as host:
        polling = TelegramPolling(
            host.runner(settings.portal),
            token,
            f"{settings.telegram_api_url}/bot",
            presentations=presentations(),
            sentences=sentences(),
        )
        log_event("started", house="bot", channel="telegram")
        try:
            await polling.run()
        finally:
            log_event("stopped", house="bot", channel="telegram")


async def _talk(settings: BotSettings, start: str, language: str | None, *, draft: bool) -> None:
    async with bot_host(settings, draft=draft) as host:
        await hold_talk(host.runner(settings.portal), Console(highlight=False), start, language)


def _serve(work: Coroutine[Any, Any, None]) -> None:
    """Run until done or told to stop; SIGTERM stops as gently as Ctrl-C does."""
    try:
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_until_told(work))
    except (NotReady, PortalsUnreadable) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    except TokenRefusedError:
        typer.echo("Telegram refuses the bot's token. Ask BotFather for a new one.", err=True)
        raise typer.Exit(1) from None


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    await task

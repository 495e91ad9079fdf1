"""Ends the bot's commands: with a sentence that says what to do on a fault, and gently when told to stop."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from bot.settings import BotSettings

Result = TypeVar("Result")


def ready(read: Callable[[], Result]) -> Result:
    """Read something that must be right before anything starts; otherwise say what to do, and stop."""
    from reportline.readiness import NotReady

    try:
        return read()
    except NotReady as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


def bot_settings(*, writes: bool = False) -> "BotSettings":
    """Read the bot host's settings, or say what is wrong, and stop; who `writes` must own its folder."""
    from bot.settings import BotSettings
    from reportline.private_files import require_own
    from reportline.settings import read_settings

    settings = ready(lambda: read_settings(BotSettings))
    if writes:
        ready(lambda: require_own(settings.folder))
    return settings


def serve(work: Coroutine[Any, Any, None]) -> None:
    """Serve many until done or told to stop; SIGTERM stops as gently as Ctrl-C does."""
    from reportline.event_loop import run

    until_stopped(work, run)


def until_stopped(work: Coroutine[Any, Any, None], run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
    """Have `run` run the work until it is done or told to stop."""
    import asyncio
    from contextlib import suppress

    from bot.channels.telegram.failures import TokenRefusedError
    from reportline.garbage import collect_as_usual

    collect_as_usual()
    try:
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            ready(lambda: run(_until_stopped(work)))
    except TokenRefusedError:
        typer.echo(
            "Telegram refuses the bot's token. Ask BotFather for a new one, and write it into the file that "
            "REPORTLINE_TELEGRAM_TOKEN_FILE names. If REPORTLINE_TELEGRAM_API_URL is set, see that first: a "
            "wrong one is answered alike.",
            err=True,
        )
        raise typer.Exit(1) from None


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    import asyncio
    import signal

    task = asyncio.ensure_future(work)
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    await task

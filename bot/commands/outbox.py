"""An operator's look at the reports that wait on this host, and the way to send them now."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from bot.commands.bot import ready
from bot.delivery.courier import Courier, Outcome
from bot.delivery.intake import HttpIntake
from bot.delivery.outbox import Outbox
from bot.delivery.outbox_state import Glance, glance
from bot.settings import BotSettings, channel_token
from reportline.logs import configure_logs
from reportline.readiness import NotReady
from reportline.settings import read_settings

Result = TypeVar("Result")

outbox = typer.Typer(no_args_is_help=True, help="Look at the reports that wait on this host; send them.")

_WHY = {
    Outcome.AWAY: "The intake does not take reports now. See that it runs, and REPORTLINE_INTAKE_URL.",
    Outcome.KEY_REFUSED: "The intake refuses this channel's key. Have it make a new one for channel.token.",
    Outcome.REFUSED: "The intake refuses some, which are set aside. Compare both houses' versions and keys.",
    Outcome.UNREADABLE: "Some cannot be read, and are set aside. See whose the files are, and the disk.",
    Outcome.FAILED: "This host failed: see the lines above, and `reportline doctor`.",
}


@outbox.command()
def status() -> None:
    """Say how many reports wait on this disk, since when, and for how many more there is room."""
    settings = ready(lambda: read_settings(BotSettings))
    seen = ready(lambda: _allowed(lambda: glance(settings.outbox_folder)))
    typer.echo(f"waiting for the intake: {seen.waiting}")
    typer.echo(f"set aside: {seen.aside}")
    typer.echo(f"the oldest came in the hour: {_hour_in_words(seen)}")
    typer.echo(f"room for more: {seen.room(settings.outbox_maximum)} of {settings.outbox_maximum}")
    if settings.folder.is_dir():
        typer.echo(f"free on the disk: {shutil.disk_usage(settings.folder).free // 1024**2} MiB")


@outbox.command()
def flush(
    *,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="those set aside are tried again")] = False,
) -> None:
    """Deliver now what waits, beside running bots or without; exit status 1 if a report is left."""
    settings = ready(lambda: read_settings(BotSettings))
    token = ready(lambda: channel_token(settings))
    configure_logs("ERROR")
    outcomes = ready(lambda: _allowed(lambda: asyncio.run(_deliver(settings, token, again=set_aside))))
    left = ready(lambda: _allowed(lambda: glance(settings.outbox_folder)))
    typer.echo(f"Delivered: {outcomes[Outcome.DELIVERED]}. {_left_in_words(left)}")
    for outcome, why in _WHY.items():
        if outcomes[outcome]:
            typer.echo(why)
    raise typer.Exit(int(bool(left.waiting or left.aside)))


async def _deliver(settings: BotSettings, token: str, *, again: bool) -> Counter[Outcome]:
    if not settings.outbox_folder.is_dir():
        # Made here, it might belong to somebody other than the bot.
        return Counter()
    box = Outbox(settings.outbox_folder, settings.outbox_maximum)
    if again:
        box.bring_back()
    intake = HttpIntake(settings.intake_url, token)
    try:
        return await Courier(box, intake).round()
    finally:
        await intake.close()


def _allowed(look: Callable[[], Result]) -> Result:
    try:
        return look()
    except OSError as fault:
        raise NotReady(f"The system says of the outbox: {fault.strerror}. See whose the files are.") from None


def _hour_in_words(seen: Glance) -> str:
    return f"{seen.oldest:%Y-%m-%d %H}:00 UTC" if seen.oldest else "none"


def _left_in_words(left: Glance) -> str:
    if not left.waiting and not left.aside:
        return "Nothing is left."
    aside = f", and {left.aside} set aside: once the cause is mended, add --set-aside" if left.aside else ""
    return f"Left: {left.waiting} waiting{aside}."

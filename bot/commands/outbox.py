"""The commands that count the reports waiting on this host, and send them now."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.commands.command_line import bot_settings, ready

if TYPE_CHECKING:
    from bot.delivery.courier import Outcome
    from bot.delivery.outbox_state import OutboxState
    from bot.settings import BotSettings

_MIB = 1024**2
Result = TypeVar("Result")

outbox = typer.Typer(no_args_is_help=True, help="Look at the reports that wait on this host; send them.")


@outbox.command()
def status() -> None:
    """Say how many reports wait on this disk, since when, and for how many more there is room."""
    import shutil

    from bot.delivery.outbox import KEPT_FREE_BYTES
    from bot.delivery.outbox_state import state_of

    settings = bot_settings()
    seen = ready(lambda: _allowed(lambda: state_of(settings.outbox_folder)))
    typer.echo(f"waiting for the intake: {seen.waiting}")
    typer.echo(f"set aside: {seen.aside}")
    typer.echo(f"the oldest came in the hour: {_hour_in_words(seen)}")
    if settings.folder.is_dir():
        free = shutil.disk_usage(settings.folder).free
        room, kept = seen.room(settings.outbox_maximum, free), KEPT_FREE_BYTES // _MIB
        typer.echo(f"room for more: {room} of {settings.outbox_maximum}")
        typer.echo(f"free on the disk: {free // _MIB} MiB, of which reports leave {kept} MiB")


@outbox.command()
def flush(
    *,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="those set aside are tried again")] = False,
) -> None:
    """Deliver now what waits, beside running bots or without; exit status 1 if a report is left."""
    import asyncio

    from bot.delivery.courier import Outcome
    from bot.delivery.outbox_state import state_of
    from bot.settings import channel_token
    from reportline.logs import configure_logs

    settings = bot_settings(writes=True)
    token = ready(lambda: channel_token(settings))
    configure_logs("ERROR")
    outcomes = ready(lambda: _allowed(lambda: asyncio.run(_deliver(settings, token, again=set_aside))))
    left = ready(lambda: _allowed(lambda: state_of(settings.outbox_folder)))
    typer.echo(f"Delivered: {outcomes[Outcome.DELIVERED]}. {_left_in_words(left, again=set_aside)}")
    for outcome, why in _why_left().items():
        if outcomes[outcome]:
            typer.echo(why)
    raise typer.Exit(int(bool(left.waiting or left.aside)))


async def _deliver(settings: "BotSettings", token: str, *, again: bool) -> "Counter[Outcome]":
    from bot.delivery.courier import Courier
    from bot.delivery.intake import LONGEST_TIMEOUT_SECONDS, HttpIntake
    from bot.delivery.outbox import Outbox

    if not settings.outbox_folder.is_dir():
        # Made here, it might belong to somebody other than the bot.
        return Counter()
    box = Outbox(settings.outbox_folder, settings.outbox_maximum)
    if again:
        box.bring_back()
    intake = HttpIntake(settings.intake_url, token, timeout=LONGEST_TIMEOUT_SECONDS)
    try:
        return await Courier(box, intake).round()
    finally:
        await intake.close()


def _why_left() -> "Mapping[Outcome, str]":
    from bot.delivery.courier import Outcome

    return {
        Outcome.AWAY: "The intake does not take reports now. See that it runs, and REPORTLINE_INTAKE_URL.",
        Outcome.KEY_REFUSED: (
            "The intake refuses this channel's key. Have it make a new one for channel.token."
        ),
        Outcome.REFUSED: (
            "The intake refuses some, which are set aside. Compare the versions and keys of bot and intake."
        ),
        Outcome.UNKNOWN_SHAPE: (
            "The intake is older than this bot, and does not know some, which wait. Upgrade the intake."
        ),
        Outcome.UNREADABLE: (
            "Some cannot be read, and are set aside. See whose the files are, and the disk."
        ),
        Outcome.FAILED: "This host failed: see the lines above, and `reportline doctor`.",
    }


def _allowed(look: Callable[[], Result]) -> Result:
    from reportline.readiness import NotReady, told_by_system

    try:
        return look()
    except OSError as fault:
        raise NotReady(told_by_system(fault)) from None


def _hour_in_words(seen: "OutboxState") -> str:
    return f"{seen.oldest:%Y-%m-%d %H}:00 UTC" if seen.oldest else "none"


def _left_in_words(left: "OutboxState", *, again: bool) -> str:
    if not left.waiting and not left.aside:
        return "Nothing is left."
    how = "run this again" if again else "add --set-aside"
    aside = f", and {left.aside} set aside: once the cause is mended, {how}" if left.aside else ""
    return f"Left: {left.waiting} waiting{aside}."

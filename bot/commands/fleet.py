"""The command that compares a fleet's bots at Telegram with bots.toml, and sets differences when told to."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.command_line import bot_settings, ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.fleet.sync_calls import Found
    from bot.settings import BotSettings

_COLUMNS = 150

fleet = typer.Typer(no_args_is_help=True, help="Look after the bots of a fleet.")


@fleet.callback()
def _group() -> None:
    """Keep a lone command's name, which it would lose otherwise."""


@fleet.command()
def sync(
    usernames: Annotated[list[str] | None, typer.Argument(help="bots' @names; all if none")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="set what differs without asking")] = False,
) -> None:
    """Set webhook, commands, descriptions and names where they differ; shows first what differs.

    Exit status 1 when anything still differs, or could not be looked at.
    """
    import asyncio

    from bot.fleet.chosen_bots import chosen, read_fleet
    from bot.fleet.sync_calls import look_at_each, set_each
    from bot.fleet.webhook_keys import read_webhook_keys

    settings = bot_settings(writes=True)
    bots = ready(lambda: chosen(read_fleet(settings), usernames or ()))
    keys = ready(lambda: read_webhook_keys(settings.fleet_key_file))
    url = ready(lambda: _fleet_url(settings))
    found = asyncio.run(look_at_each(settings, bots, keys, url))
    _show_changes(found)
    if any(each.changes for each in found) and (yes or _is_agreed()):
        found = asyncio.run(set_each(settings, found))
    _show_outcome(found)
    raise typer.Exit(int(any(each.changes or each.trouble for each in found)))


def _fleet_url(settings: "BotSettings") -> str:
    from reportline.readiness import NotReady

    if settings.fleet_url is None:
        raise NotReady(
            "Set REPORTLINE_FLEET_URL to the https address under which Telegram reaches the fleet."
        )
    return settings.fleet_url


def _is_agreed() -> bool:
    if not sys.stdin.isatty():
        typer.echo("Nothing is changed: add --yes to set this.")
        return False
    is_agreed = typer.confirm("Set this at Telegram?")
    if not is_agreed:
        typer.echo("Nothing is changed.")
    return is_agreed


def _show_changes(found: "Iterable[Found]") -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(
        *(Column(name, overflow="fold") for name in ("bot", "what", "now", "will be")), show_lines=True
    )
    for each in found:
        for change in each.changes:
            states = (change.now or "(nothing)", change.then or "(nothing)")
            cells = (f"@{each.bot.username}", change.what, *states)
            table.add_row(*map(Text, cells))
    if table.rows:
        Console(width=None if sys.stdout.isatty() else _COLUMNS).print(table)


def _show_outcome(found: "Iterable[Found]") -> None:
    for each in found:
        left = ", ".join(change.what for change in each.changes)
        told = f"{each.trouble} {f'To be set: {left}.' if left else ''}".strip()
        typer.echo(f"@{each.bot.username}: {told or 'is as it should be.'}")

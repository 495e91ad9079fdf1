"""A fleet's bots at Telegram and as they should be: shown first, set only when the operator says so."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.assembly import KNOWN_LANGUAGES
from bot.channels.telegram.failures import CallError, FloodedError, Pace, RefusedError, TokenRefusedError
from bot.channels.telegram.updates import Call
from bot.commands.bot import ready
from bot.fleet.bots_file import BotEntry, read_bots, require_username
from bot.fleet.sync import Change, changes, question, settings_of, undelivered
from bot.fleet.webhook_keys import WebhookKeys, read_webhook_keys
from bot.settings import BotSettings
from bot.talks.portals import read_portals
from bot.tools.portal_links import ERROR_CORRECTION, Invitation, page
from reportline.readiness import NotReady
from reportline.settings import read_settings

BOTS_AT_ONCE = 16
_PACE = Pace()
_COLUMNS = 150

fleet = typer.Typer(no_args_is_help=True, help="Look after the bots of a fleet.")
Request = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One bot with what is to be set, and what kept us from looking or setting; "" where nothing did."""

    bot: BotEntry
    changes: tuple[Change, ...] = ()
    trouble: str = ""


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
    settings = ready(lambda: read_settings(BotSettings))
    bots = ready(lambda: chosen(read_fleet(settings), usernames or ()))
    keys = ready(lambda: read_webhook_keys(settings.fleet_key_file))
    url = ready(lambda: _fleet_url(settings))
    found = asyncio.run(_each(settings, [Found(bot) for bot in bots], partial(_look, keys=keys, url=url)))
    _show_changes(found)
    if any(each.changes for each in found) and (yes or _is_agreed()):
        found = asyncio.run(_each(settings, found, _apply))
    _show_outcome(found)
    raise typer.Exit(int(any(each.changes or each.trouble for each in found)))


def links(
    portal_id: Annotated[str, typer.Argument(help="the portal, by its file's name", metavar="PORTAL")],
    username: Annotated[str | None, typer.Option(help="the bot's @name; else those of bots.toml")] = None,
    folder: Annotated[Path | None, typer.Option(help="where to write files, instead of printing")] = None,
) -> None:
    """Print what a portal's web page needs: its bot's links and HTML, by language; with QR codes as files."""
    settings = ready(lambda: read_settings(BotSettings))
    invitations = ready(lambda: invitations_of(settings, portal_id, username))
    if folder is None:
        typer.echo("\n".join(f"{each.language}: {each.link}\n\n{each.snippet()}" for each in invitations))
        return
    bots = {each.username for each in invitations}
    for bot in sorted(bots):
        of_bot = [each for each in invitations if each.username == bot]
        ready(partial(_write, of_bot, folder / bot if len(bots) > 1 else folder))


def _write(invitations: Sequence[Invitation], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in invitations:
            (folder / f"{each.name}.svg").write_text(each.svg(is_file=True), encoding="utf-8")
            (folder / f"{each.name}.png").write_bytes(each.png())
        (folder / f"{invitations[0].portal}.html").write_text(page(invitations), encoding="utf-8")
    except OSError as fault:
        raise NotReady(f"Cannot write into {folder}: {fault.strerror}. Choose another folder.") from None
    width, level = invitations[0].png_width, ERROR_CORRECTION.upper()
    typer.echo(f"Written to {folder}: HTML, and QR codes of level {level}, as PNG {width} pixels wide.")


def invitations_of(settings: BotSettings, portal_id: str, username: str | None) -> tuple[Invitation, ...]:
    """Give a portal's invitations in each language: to its bots, or to the one named, of whatever file.

    Raises NotReady or PortalsUnreadable.
    """
    portals = read_portals(settings.portals_dir, KNOWN_LANGUAGES)
    if portal_id not in portals:
        raise NotReady(f"There is no such portal in {settings.portals_dir}. There are {', '.join(portals)}.")
    if username is not None:
        ways = [(_named(username), portals[portal_id].languages)]
    else:
        ways = [(bot.username, bot.languages) for bot in read_fleet(settings) if bot.portal == portal_id]
    if not ways:
        raise NotReady(f"No bot in {settings.bots_file} serves this portal. Add one, or give --username.")
    return tuple(Invitation(name, portal_id, language) for name, languages in ways for language in languages)


def _named(username: str) -> str:
    try:
        return require_username(username.removeprefix("@"))
    except NotReady:
        raise NotReady(
            "--username is the bot's @name, which ends in bot: --username example_ar_bot."
        ) from None


def read_fleet(settings: BotSettings) -> tuple[BotEntry, ...]:
    """Read the bots of bots.toml; raises NotReady or PortalsUnreadable."""
    portals = read_portals(settings.portals_dir, KNOWN_LANGUAGES)
    return read_bots(settings.bots_file, portals, os.environ)


def chosen(bots: Sequence[BotEntry], usernames: Iterable[str]) -> tuple[BotEntry, ...]:
    """Give the bots of these @names, or all where none is named; raises NotReady for a name of none."""
    named = {bot.username.lower(): bot for bot in bots}
    wanted = [username.removeprefix("@").lower() for username in usernames] or [*named]
    if not named.keys() >= {*wanted}:
        raise NotReady(f"No bot of this name is in the file. There are {', '.join(sorted(named))}.")
    return tuple(named[username] for username in dict.fromkeys(wanted))


def _fleet_url(settings: BotSettings) -> str:
    if settings.fleet_url is None:
        raise NotReady(
            "Set REPORTLINE_FLEET_URL to the https address under which Telegram reaches the fleet."
        )
    return settings.fleet_url


async def _each(
    settings: BotSettings, found: Iterable[Found], work: Callable[[Found, Request], Awaitable[Found]]
) -> list[Found]:
    """Do something about every bot, some at once; what fails at one is told, and the others go on."""
    # It brings a library that takes seconds to load, and no other command needs it.
    from bot.channels.telegram.sender import TelegramSender

    places = asyncio.Semaphore(BOTS_AT_ONCE)

    async def one(each: Found) -> Found:
        async with places:
            sender = TelegramSender(each.bot.token, f"{settings.telegram_api_url}/bot", _PACE)
            try:
                return await work(each, partial(_patiently, sender.request))
            except CallError as error:
                return replace(each, trouble=_advice(error))
            finally:
                await sender.close()

    return await asyncio.gather(*(one(each) for each in found))


async def _patiently(request: Request, call: Call) -> Any:
    """Make a call, waiting as Telegram asks where that is short; raises CallError."""
    for _ in range(_PACE.tries):
        try:
            return await request(call)
        except FloodedError as flood:
            if flood.seconds > _PACE.longest_pause:
                raise
            await asyncio.sleep(flood.seconds)
    return await request(call)


async def _look(found: Found, request: Request, *, keys: WebhookKeys, url: str) -> Found:
    bot = found.bot
    me = await request(Call("getMe"))
    if str(me["username"]).lower() != bot.username.lower():
        trouble = f"Telegram knows its token as @{me['username']}. Set username or token right in the file."
        return replace(found, trouble=trouble)
    settings = settings_of(bot, keys, url, KNOWN_LANGUAGES)
    answers = [await request(question(setting)) for setting in settings]
    return replace(found, changes=changes(settings, answers), trouble=undelivered(answers, time.time()))


async def _apply(found: Found, request: Request) -> Found:
    left: list[Change] = []
    trouble = found.trouble
    for place, change in enumerate(found.changes):
        try:
            await request(change.call)
        except RefusedError as error:
            left.append(change)
            trouble = _advice(error)
        except CallError as error:
            return replace(found, changes=(*left, *found.changes[place:]), trouble=_advice(error))
    return replace(found, changes=tuple(left), trouble=trouble)


def _advice(error: CallError) -> str:
    match error:
        case TokenRefusedError():
            return (
                "Telegram refuses its token. Ask BotFather for a new one, and write it where the file says."
            )
        case FloodedError(seconds=seconds):
            return f"Telegram takes no more for {round(seconds / 60)} minutes. Run this again then."
        case RefusedError():
            return (
                "Telegram refuses something. A webhook needs a public https address in REPORTLINE_FLEET_URL, "
                "on port 443, 80, 88 or 8443."
            )
    return "Telegram does not answer. See the network, and run this again."


def _is_agreed() -> bool:
    if not sys.stdin.isatty():
        typer.echo("Nothing is changed: add --yes to set this.")
        return False
    is_agreed = typer.confirm("Set this at Telegram?")
    if not is_agreed:
        typer.echo("Nothing is changed.")
    return is_agreed


def _show_changes(found: Iterable[Found]) -> None:
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


def _show_outcome(found: Iterable[Found]) -> None:
    for each in found:
        left = ", ".join(change.what for change in each.changes)
        told = f"{each.trouble} {f'To be set: {left}.' if left else ''}".strip()
        typer.echo(f"@{each.bot.username}: {told or 'is as it should be.'}")

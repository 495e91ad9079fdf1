"""The commands that check the portals' files, and print the links to their chats."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.command_line import bot_settings, ready

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.tools.portal_links import Invitation
    from conversations.portals.model import Portal

portal = typer.Typer(no_args_is_help=True, help="Look at the portals' files.")


@portal.command(name="check")
def check_portals(
    files: Annotated[list[Path] | None, typer.Argument(help="portals' files; all if none")] = None,
    *,
    before_serving: Annotated[
        bool, typer.Option("--before-serving", help="print what to call, to open and to ask first")
    ] = False,
) -> None:
    """Say what is wrong with portals' files, by line; exit status 1 when something is.

    Before serving, a portal must also name who is on duty for a child at risk.
    """
    from bot.talks.portals import read_files
    from locales.catalogues import KNOWN_LANGUAGES

    settings = bot_settings()
    named = files or sorted(settings.portals_dir.glob("*.toml"))
    chosen = [_found(file, settings.portals_dir) for file in named]
    portals, faults = read_files(chosen, KNOWN_LANGUAGES)
    if before_serving and not faults:
        raise typer.Exit(int(not _ready_to_serve(portals.values())))
    fine = "1 portal is fine." if len(chosen) == 1 else f"{len(chosen)} portals are fine."
    typer.echo("\n".join(faults) if faults else fine)
    raise typer.Exit(int(bool(faults)))


def _found(file: Path, portals: Path) -> Path:
    """Give the file that was named; a name alone may be that of a file among the portals."""
    among = portals / file.name
    is_among = file == Path(file.name) and not file.exists() and among.exists()
    return among if is_among else file.absolute()


def _ready_to_serve(portals: "Collection[Portal]") -> bool:
    from datetime import UTC, datetime

    from bot.tools.before_serving import sheet

    now = datetime.now(UTC)
    typer.echo("\n\n".join(sheet(portal, now) for portal in portals))
    return all(portal.on_duty for portal in portals)


@portal.command()
def links(
    portal_id: Annotated[str, typer.Argument(help="the portal, by its file's name", metavar="PORTAL")],
    username: Annotated[str | None, typer.Option(help="the bot's @name; else those of bots.toml")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="where to write files, instead of printing", resolve_path=True)
    ] = None,
) -> None:
    """Print what a portal's web page needs: its bot's links and HTML, by language; with QR codes as files."""
    from bot.fleet.invitations import invitations_of

    settings = bot_settings()
    invitations = ready(lambda: invitations_of(settings, portal_id, username))
    if folder is None:
        typer.echo("\n".join(f"{each.language}: {each.link}\n\n{each.snippet()}" for each in invitations))
        return
    bots = {each.username for each in invitations}
    for bot in sorted(bots):
        of_bot = [each for each in invitations if each.username == bot]
        ready(partial(_write, of_bot, folder / bot if len(bots) > 1 else folder))


def _write(invitations: "Sequence[Invitation]", folder: Path) -> None:
    from bot.tools.portal_links import ERROR_CORRECTION, page
    from reportline.readiness import NotReady

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

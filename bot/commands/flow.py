"""The commands that draw the talk's steps as a chart, and measure what each way costs a reporter."""

from typing import TYPE_CHECKING

import typer

from bot.commands.command_line import bot_settings, ready

if TYPE_CHECKING:
    from bot.tools.measure import Measures

flow = typer.Typer(no_args_is_help=True, help="Look at the talk as data.")


@flow.command()
def graph() -> None:
    """Draw the table of steps as a Mermaid flow chart."""
    from conversations.flow.drawing import mermaid

    typer.echo(mermaid(), nl=False)


@flow.command()
def measure() -> None:
    """Print what each way costs a reporter in each language; exit status 1 past a limit."""
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.table import Table

    from bot.settings import require_portal
    from bot.talks.portals import PortalsNow, read_portals
    from bot.tools import measure as measuring
    from locales.catalogues import KNOWN_LANGUAGES

    settings = bot_settings()
    read = ready(lambda: read_portals(settings.portals_dir, KNOWN_LANGUAGES))
    ready(lambda: require_portal(settings, read))
    portals = PortalsNow(read, lambda: datetime.now(UTC))
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


def _cells(measures: "Measures") -> tuple[str, ...]:
    grade = "" if measures.grade is None else f"{measures.grade:.1f}"
    numbers = (measures.taps, measures.first_words, measures.words, measures.bytes)
    return (measures.way, measures.language, *map(str, numbers), f"{measures.minutes:.1f}", grade)

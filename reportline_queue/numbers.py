"""Draws the numbers in a terminal of any width, with colour or without; hidden numbers are "<5"."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.bar import Bar
from rich.padding import Padding
from rich.table import Table

from reportline_queue.intake.answers import SMALL, Cell, Counts, HourCell, PortalCell

HIDDEN: Final = f"<{SMALL}"
_HOURS_DRAWN: Final = 24
_BAR_WIDTH: Final = 30


def counts(counted: Counts) -> Iterator[str | Table | Padding]:
    """Draw where the items are, where reports came from, and how many came in each hour of the last day."""
    yield (
        f"items, as of {counted.hour:%Y-%m-%d %H}h UTC; reports since then are not counted yet, decisions "
        "until this hour's first look are"
    )
    yield _items(counted)
    yield f"reports of the {counted.hours} full hours before (rounded down): {_number(counted.reports)}"
    for name, cells in (
        ("portal", counted.portals),
        ("language", counted.languages),
        ("kind of address", counted.kinds),
        ("outcome", counted.outcomes),
    ):
        if cells:
            yield _cells(name, cells)
    if tapped := _tapped(counted.circumstances):
        yield _cells(f"what reporters tapped ({SMALL} and more)", tapped)
    yield from _by_hour(counted.by_hour[-_HOURS_DRAWN:])


def _items(counted: Counts) -> Table:
    table = Table("waiting", "claimed now", "assessed")
    table.add_row(str(counted.waiting), str(counted.claimed), str(counted.assessed))
    return table


def _cells(name: str, cells: Sequence[Cell]) -> Table:
    table = Table()
    table.add_column(name, overflow="fold")
    table.add_column("reports", justify="right", no_wrap=True)
    for cell in cells:
        table.add_row(cell.name, _number(cell.reports))
    return table


def _tapped(portals: Sequence[PortalCell]) -> list[Cell]:
    told = [
        Cell(name=f"{cell.portal}: {name.replace('_', ' ')}", reports=getattr(cell, name))
        for cell in portals
        for name in ("danger_now", "knows_child", "threatened", "own_pictures")
    ]
    return [cell for cell in told if cell.reports is not None]


def _by_hour(cells: Sequence[HourCell]) -> Iterator[str | Padding]:
    if any(cell.reports for cell in cells):
        yield "reports by hour, UTC"
        yield _hours(cells)
    else:
        yield f"reports by hour: {HIDDEN} in each of the last {len(cells)}"


def _hours(cells: Sequence[HourCell]) -> Padding:
    most = max((cell.reports or 0 for cell in cells), default=0)
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(max_width=_BAR_WIDTH)
    for cell in cells:
        grid.add_row(f"{cell.hour:%m-%d %H}h", _number(cell.reports), Bar(most, 0, cell.reports or 0))
    return Padding(grid, (0, 0, 0, 1))


def _number(reports: int | None) -> str:
    return HIDDEN if reports is None else str(reports)

"""Measures ours beside its peers: all pairs, written to docs/performance.md, or one of them, printed."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from benchmarks.measuring import Pair, Row
from benchmarks.pairs import PAIRS
from benchmarks.performance_page import PAGE, Circumstances, page, section

_NAMES = ", ".join(pair.name for pair in PAIRS)


def main(
    name: Annotated[str | None, typer.Argument(help=f"one pair alone, not written down: {_NAMES}")] = None,
) -> None:
    """Measure all pairs, a few minutes long, and write docs/performance.md; or one pair, and print it."""
    chosen = [pair for pair in PAIRS if name in {None, pair.name}]
    if not chosen:
        raise typer.BadParameter(f"there are {_NAMES}")
    circumstances = Circumstances.now()
    measured = {pair: _measured(pair) for pair in chosen}
    if name is None:
        PAGE.write_text(page(circumstances, measured), encoding="utf-8")


def _measured(pair: Pair) -> Sequence[Row]:
    rows = asyncio.run(pair.measure(pair.effort))
    typer.echo(section(pair, rows))
    return rows


if __name__ == "__main__":
    typer.run(main)

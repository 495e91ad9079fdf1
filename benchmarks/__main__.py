"""Measures ours beside its peers: all pairs, written to docs/performance.md; one, printed; all, shortly."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from benchmarks.measuring import Pair, Row
from benchmarks.pairs import PAIRS
from benchmarks.performance_page import PAGE, Circumstances, much_slower, page, recorded_ratios, section

_NAMES = ", ".join(pair.name for pair in PAIRS)


def main(
    name: Annotated[str | None, typer.Argument(help=f"one pair alone, not written down: {_NAMES}")] = None,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="run each shortly; fail below half of what the page records")
    ] = False,
) -> None:
    """Measure all pairs, a few minutes long, and write docs/performance.md; or one pair, and print it."""
    chosen = [pair for pair in PAIRS if name in {None, pair.name}]
    if not chosen:
        raise typer.BadParameter(f"there are {_NAMES}")
    if quick:
        _require_no_slower(chosen)
        return
    circumstances = Circumstances.now()
    measured = {pair: _measured(pair) for pair in chosen}
    if name is None:
        PAGE.write_text(page(circumstances, measured), encoding="utf-8")


def _require_no_slower(chosen: Sequence[Pair]) -> None:
    recorded = recorded_ratios(PAGE.read_text(encoding="utf-8"))
    rows = [row for pair in chosen for row in asyncio.run(pair.measure(pair.quick))]
    slower = much_slower(rows, recorded)
    for line in slower:
        typer.echo(f"!! below half of docs/performance.md: {line}")
    if slower:
        raise typer.Exit(1)
    typer.echo(f"{len(rows)} comparisons, none below half of what docs/performance.md records")


def _measured(pair: Pair) -> Sequence[Row]:
    rows = asyncio.run(pair.measure(pair.effort))
    typer.echo(section(pair, rows))
    return rows


if __name__ == "__main__":
    typer.run(main)

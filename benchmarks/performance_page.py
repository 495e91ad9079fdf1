"""docs/performance.md, written from what was measured and from nothing else."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.measuring import Pair, Row, spread, written

_ROOT: Final = Path(__file__).parents[1]
_COLUMNS: Final = 6
_RATIO: Final = 4
PAGE: Final = _ROOT / "docs/performance.md"
_HEAD: Final = """# Performance

What ours costs beside what others do, on one machine in one run. `make bench` measures, and writes this page;
`.venv/bin/python -m benchmarks NAME` measures one pair and prints it. Do not edit this page.

The sides take turns: a round of ours, then a round of each peer, again and again, after a round that only
warms up. A figure is the median of the rounds, with the least and the most in brackets; the ratio is ours
divided by the peer's, round by round. Figures differ between machines and days, ratios should not. The
peers are in `benchmarks/peers/`: what somebody who knows the library would write in an afternoon.
"""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of what the figures are, and where they were taken."""

    commit: str
    machine: str

    @classmethod
    def now(cls) -> "Circumstances":
        """Tell them as they are now, before anything is measured: the load is that of others."""
        python = f"{platform.python_implementation()} {platform.python_version()}"
        machine = f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, {python}"
        return cls(_commit(), f"{machine}; load {os.getloadavg()[0]:.1f} before it began")


def page(circumstances: Circumstances, measured: Mapping[Pair, Sequence[Row]]) -> str:
    """Write the page."""
    when = datetime.now(UTC).strftime("%B %Y")
    taken = f"Taken at commit {circumstances.commit}, {when}: {circumstances.machine}."
    return "\n".join([_HEAD, taken, *(section(pair, rows) for pair, rows in measured.items()), ""])


def section(pair: Pair, rows: Sequence[Row]) -> str:
    """Write what the page says of one pair."""
    versions = ", ".join(f"{package} {version(package)}" for package in pair.packages)
    table = [f"| {pair.unit} | ours | peer | | ours / peer | target |", "|---|---|---|---|---|---|"]
    for row in rows:
        figures = f"{spread(row.ours)} | {row.peer} | {spread(row.theirs)} | {spread(row.ratios)}"
        table.append(f"| {row.what} | {figures} | {_target(row)} |")
    below = f"{pair.effort.rounds} rounds; {versions}."
    return "\n".join([f"\n## {pair.title}\n", pair.about, *table, "", below])


def recorded_ratios(written_page: str) -> dict[tuple[str, str], float]:
    """Read the median ratio of each row of the page, by what was measured and its peer."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in written_page.splitlines()]
    rows = [row for row in cells if len(row) == _COLUMNS and " (" in row[_RATIO]]
    return {(row[0], row[2]): float(row[_RATIO].split()[0].replace(",", "")) for row in rows}


def much_slower(rows: Sequence[Row], recorded: Mapping[tuple[str, str], float]) -> list[str]:
    """Name the rows whose ratio is below half of the recorded one, or that are not recorded."""
    found = [(row, median(row.ratios), recorded.get((row.what, row.peer))) for row in rows]
    return [
        f"{row.what}, beside {row.peer}: {written(now)}, recorded {written(then) if then else 'nowhere'}"
        for row, now, then in found
        if then is None or now < then / 2
    ]


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    met = "met" if median(row.ratios) >= row.target else "not met"
    return f"{written(row.target)}: {met}"


def _commit() -> str:
    head = _git("rev-parse", "--short", "HEAD")
    # The page itself may still be the one of an earlier run.
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PAGE.relative_to(_ROOT)}")
    return f"{head} with changes" if changed else head


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - git, of ours
    return done.stdout.strip()

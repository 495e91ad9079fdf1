"""The whole run: `python -m tests.chaos --talks 10000 --bots 50`; exit status 1 when a promise broke."""

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

from rich.console import Console

from tests.chaos.afterwards import Afterwards, look_at
from tests.chaos.deployment import deployment
from tests.chaos.run import Run
from tests.chaos.scale import Scale, calm, small, whole
from tests.chaos.table import show


async def play(scale: Scale, folder: Path, console: Console) -> Afterwards:
    """Hold a run in an empty folder, and print its table."""
    random = Random(scale.seed)  # noqa: S311 - so that a run can be held again
    console.print(f"{scale.talks} talks with {scale.bots} bots, seed {scale.seed}")

    def tell(words: str) -> None:
        console.print(words, markup=False, soft_wrap=True)

    async with deployment(scale, folder, random) as made:
        happened = await Run(made, random, tell).hold()
        after = await look_at(made, happened)
        show(console, made, happened, after)
    return after


def _main() -> int:
    parser = argparse.ArgumentParser(description="Hold many talks while everything dies and comes back.")
    parser.add_argument("--talks", type=int, default=10_000)
    parser.add_argument("--bots", type=int, default=50)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--small", action="store_true", help="the run that is a test")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong: what a talk costs")
    asked = parser.parse_args()
    size = (asked.talks, asked.bots, asked.seed)
    scale = small(asked.seed) if asked.small else (calm if asked.calm else whole)(*size)
    folder, console = Path(tempfile.mkdtemp(prefix="chaos-")), Console(width=120, highlight=False)
    after = asyncio.run(play(scale, folder, console))
    if after.broken:
        console.print(f"What the processes wrote is in {folder / 'written'}.")
    else:
        shutil.rmtree(folder)
    return int(bool(after.broken))


if __name__ == "__main__":
    sys.exit(_main())

"""What a pair is: ours beside peers, in turn, as rates in one run."""

import gc
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a pair is measured: so many rounds, each of a `size` in the pair's own units."""

    rounds: int
    size: int


@dataclass(frozen=True, slots=True)
class Row:
    """One thing beside one peer: how often in a second each did it, round by round.

    `target` is the ratio that is aimed at, where there is one.
    """

    what: str
    peer: str
    ours: Sequence[float]
    theirs: Sequence[float]
    target: float | None = field(default=None, kw_only=True)

    @property
    def ratios(self) -> Sequence[float]:
        """Ours divided by the peer's, round by round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]


@dataclass(frozen=True, slots=True)
class Pair:
    """Something of ours that is measured beside its peers.

    `about` says on the page what each side does; `unit` is what the rates count. `packages` are the
    distributions whose versions the page tells. `effort` is enough for figures that can be trusted, `quick`
    to see that it runs and is not twice as slow.
    """

    name: str
    title: str
    about: str
    unit: str
    packages: Sequence[str]
    effort: Effort
    quick: Effort
    measure: Callable[[Effort], Coroutine[Any, Any, Sequence[Row]]]


async def in_turn(
    sides: Sequence[Callable[[], Awaitable[float]]], rounds: int, *, to_warm_up: int = 1
) -> list[list[float]]:
    """Let each side do one round after the other, again and again; gives the rates of each side.

    The first rounds warm up, and are not counted.
    """
    rates = [[await _fresh(side) for side in sides] for _ in range(rounds + to_warm_up)]
    return [list(side) for side in zip(*rates[to_warm_up:], strict=True)]


async def _fresh(side: Callable[[], Awaitable[float]]) -> float:
    # So that nobody pays for what another has left behind.
    gc.collect()
    return await side()


def spread(figures: Sequence[float]) -> str:
    """Write the median, and the least and the most in brackets."""
    return f"{written(median(figures))} ({written(min(figures))}-{written(max(figures))})"


def written(figure: float) -> str:
    """Write a figure with as many digits as it deserves."""
    digits = next((digits for digits, least in ((0, 100), (1, 10), (2, 0.1)) if figure >= least), 4)
    return f"{figure:,.{digits}f}"

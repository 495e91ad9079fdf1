"""Chooses the points at which a sweep kills: a tenth, another tenth at each commit, or all with --sweep."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tests.system import ROOT

T = TypeVar("T")


@dataclass(frozen=True)
class Sample:
    """Chooses by a commit; without one, everything."""

    commit: str | None

    def of(self, points: Sequence[T]) -> list[T]:
        """Choose a tenth of the points, rounded up, in their order."""
        if self.commit is None:
            return [*points]
        random = Random(self.commit)  # noqa: S311 - a choice, no secret
        return [points[at] for at in sorted(random.sample(range(len(points)), -(-len(points) // 10)))]

    def __str__(self) -> str:
        return "all points" if self.commit is None else f"a tenth of the points, chosen by {self.commit}"


def commit() -> str:
    """Name the commit that is checked out; where git cannot tell, a name that is always the same."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    try:
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "no commit"
    return asked.stdout.strip()

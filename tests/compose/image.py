"""The Dockerfile as its stages and their instructions, its build arguments filled in with their defaults."""

import re
import shlex
from dataclasses import dataclass
from string import Template
from typing import Final

from tests.system import ROOT

DOCKERFILE: Final = ROOT / "Dockerfile"


@dataclass(frozen=True)
class Stage:
    """One stage: the image that it begins from, its name if it has one, and its instructions."""

    base: str
    name: str
    instructions: tuple[tuple[str, str], ...]

    def all(self, instruction: str) -> list[str]:
        """Give what follows each instruction of this kind."""
        return [rest for word, rest in self.instructions if word == instruction]

    def environment(self) -> dict[str, str]:
        """Give the variables that this stage sets."""
        pairs = (pair.partition("=") for rest in self.all("ENV") for pair in shlex.split(rest))
        return {name: value for name, _, value in pairs}


def read_stages() -> list[Stage]:
    """Read the stages, in order."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).split("\n")
    instructions = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]
    starts = [number for number, (word, _) in enumerate(instructions) if word == "FROM"]
    defaults = dict(rest.split("=", 1) for word, rest in instructions[: starts[0]] if word == "ARG")
    assert len(defaults) == starts[0], "only arguments stand before the first stage"
    ends = [*starts[1:], len(instructions)]
    return [
        _stage(Template(instructions[start][1]).substitute(defaults), instructions[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _stage(begins: str, instructions: list[tuple[str, str]]) -> Stage:
    base, _, name = begins.partition(" AS ")
    return Stage(base, name, tuple(instructions))

"""Which needs can be heard, each with the exit that answers it."""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """A need, named like the step of the talk that answers it; in doubt the earlier one counts."""

    OWN_BEHAVIOUR = "own_behaviour"
    DESPAIR = "despair"
    DANGER = "danger"
    PARENT = "parent"
    THREATS = "threats"
    HURT = "hurt"
    OWN_IMAGES = "own_images"
    TALK = "talk"


class Who(StrEnum):
    """Whom a message is about: the one who writes, or another child."""

    FIRST = "first"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Heard:
    """A need that a text tells of, and whose it is."""

    need: Need
    who: Who

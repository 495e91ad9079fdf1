"""Which needs can be heard, each with the exit that answers it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Need(StrEnum):
    """A need, named like the step of the talk that answers it; in doubt the earlier one counts."""

    OWN_BEHAVIOUR = "own_behaviour"
    DESPAIR = "despair"
    DANGER = "danger"
    WORRIED = "worried"
    PARENT = "parent"
    THREATS = "threats"
    HURT = "hurt"
    OWN_IMAGES = "own_images"
    SAW = "saw"
    TALK = "talk"


# These exits are for whoever writes about somebody else too.
FOR_HELPERS = frozenset({Need.OWN_BEHAVIOUR, Need.WORRIED, Need.PARENT, Need.TALK})


class Who(StrEnum):
    """Whom a message is about: the one who writes, or another child."""

    FIRST = "first"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Heard:
    """A need that a text tells of, whose it is, and the languages in whose rules it was heard."""

    need: Need
    who: Who
    languages: tuple[str, ...] = field(default=(), compare=False)

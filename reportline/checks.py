"""Makes one check of `reportline doctor`, and gives its result."""

from collections.abc import Callable
from dataclasses import dataclass

from reportline.readiness import NotReady, told_by_system


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: its name, whether all is fine, and what to know or to do."""

    name: str
    fine: bool
    advice: str


def look_at(name: str, look: Callable[[], str]) -> Check:
    """Make one check: `look` gives what to know, or raises NotReady or OSError on a fault."""
    try:
        return Check(name, fine=True, advice=look())
    except NotReady as fault:
        return Check(name, fine=False, advice=str(fault))
    except OSError as fault:
        return Check(name, fine=False, advice=told_by_system(fault))

"""One thing that `reportline doctor` looks at, and what it says of it."""

from collections.abc import Callable
from dataclasses import dataclass

from reportline.readiness import NotReady


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, whether it is fine, and what there is to know or to do."""

    name: str
    fine: bool
    advice: str


def look_at(name: str, look: Callable[[], str]) -> Check:
    """Look at one thing: `look` gives what there is to know, or raises NotReady or OSError on a fault."""
    try:
        return Check(name, fine=True, advice=look())
    except NotReady as fault:
        return Check(name, fine=False, advice=str(fault))
    except OSError as fault:
        return Check(name, fine=False, advice=f"The system says: {fault.strerror}. See whose the files are.")

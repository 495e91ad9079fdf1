"""Writes what reporters tapped as bits, one for each circumstance, so that a row can hold any of them."""

from collections.abc import Iterable
from typing import Final

from conversations.wire.report import Circumstance

# Stored, so none may ever be another's; the order is that in which they are shown.
_BITS: Final = {
    Circumstance.DANGER_NOW: 1,
    Circumstance.KNOWS_CHILD: 2,
    Circumstance.THREATENED: 4,
    Circumstance.OWN_PICTURES: 8,
}


def as_bits(circumstances: Iterable[Circumstance]) -> int:
    """Return the number that stands for these circumstances."""
    return sum(_BITS[one] for one in set(circumstances))


def of_bits(*numbers: int) -> tuple[Circumstance, ...]:
    """Return the circumstances for which any of these numbers stands, the most urgent first."""
    return tuple(one for one, bit in _BITS.items() if any(number & bit for number in numbers))

"""Writes what reporters tapped as bits, one for each circumstance, so that a row can hold any of them.

What nobody had tapped of an item before is found by these bits.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Circumstance
from intake_api.store.models import Mention, Source

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
    # SQLite keeps text there, too, if somebody writes it.
    whole = [number for number in numbers if isinstance(number, int)]
    return tuple(one for one, bit in _BITS.items() if any(number & bit for number in whole))


async def tapped_anew(
    session: AsyncSession, item_ids: Sequence[str], tapped: int
) -> Mapping[str, frozenset[str]]:
    """Return which of these circumstances no report of each item has; before the report is counted."""
    if not tapped:
        return {item_id: frozenset() for item_id in item_ids}
    before: dict[str, set[int]] = {item_id: set() for item_id in item_ids}
    sources = select(Source.item_id, Source.circumstances).where(Source.item_id.in_(item_ids)).distinct()
    for item_id, circumstances in await session.execute(sources):
        before[item_id].add(circumstances)
    now = frozenset(of_bits(tapped))
    return {item_id: now - {*of_bits(*had)} for item_id, had in before.items()}


async def no_longer_tapped(session: AsyncSession, item_id: str, marked: Iterable[str]) -> frozenset[str]:
    """Return which of these kinds are circumstances that no report of an item has any more."""
    kinds = frozenset(marked) & {str(one) for one in _BITS}
    if not kinds:
        return kinds
    counted = select(Mention.circumstances).where(Mention.item_id == item_id, Mention.left.is_(False))
    return kinds - {*of_bits(*await session.scalars(counted.distinct()))}

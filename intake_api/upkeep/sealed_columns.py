"""The columns of sealed values; a sample of each tells whether keys are those of a database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from intake_api.store.models import Assessment, Item, StoredReport
from intake_api.vault import Place, Vault, VaultClosed, sealed_with

_SAMPLE: Final = 100


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values, and the column that identifies its rows."""

    row: InstrumentedAttribute[str]
    column: InstrumentedAttribute[Any]

    def place(self, row: str) -> Place:
        """Return the place for which a row's value is sealed."""
        return Place(self.column.class_.__tablename__, row, self.column.key)

    def is_under_another(self, key_id: str) -> ColumnElement[bool]:
        """Return the condition that a row's value is sealed with another key than this."""
        return _beginning(self, key_id) != sealed_with(key_id)

    def is_under(self, key_id: str) -> ColumnElement[bool]:
        """Return the condition that a row's value is sealed with this key."""
        return _beginning(self, key_id) == sealed_with(key_id)


def _beginning(sealed: SealedColumn, key_id: str) -> ColumnElement[bytes]:
    return func.substr(sealed.column, 1, len(sealed_with(key_id)), type_=LargeBinary)


SEALED_COLUMNS: Final = (
    SealedColumn(StoredReport.draft_id, StoredReport.content),
    SealedColumn(StoredReport.draft_id, StoredReport.counted),
    SealedColumn(Item.item_id, Item.given),
    SealedColumn(Item.item_id, Item.canonical),
    SealedColumn(Assessment.assessment_id, Assessment.note),
)


async def closed_in_samples(session: AsyncSession, vault: Vault) -> tuple[int, int]:
    """Return how many values of a sample of each column no key can decrypt, and how many were tried."""
    closed = tried = 0
    for sealed in SEALED_COLUMNS:
        sample = select(sealed.row, sealed.column).where(sealed.column.is_not(None)).order_by(sealed.row)
        for row, value in await session.execute(sample.limit(_SAMPLE)):
            tried += 1
            try:
                vault.open(sealed.place(row), value)
            except VaultClosed:
                closed += 1
    return closed, tried


async def sealed_values(session: AsyncSession, key_ids: Iterable[str]) -> Mapping[str, int]:
    """Return how many values are sealed with each of these keys, given by id, if any is."""
    values: Counter[str] = Counter()
    for key_id in key_ids:
        for sealed in SEALED_COLUMNS:
            counted = select(func.count()).select_from(sealed.column.class_).where(sealed.is_under(key_id))
            values[key_id] += (await session.scalars(counted)).one()
    return +values

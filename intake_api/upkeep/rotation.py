"""Makes new keys while the intake runs, and reseals all values with the newest vault key; deletes no key.

Each sealed value names its key. So the next run after one that was cut off finds the values that are still
sealed with an older key.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.sealing import IntakePublicKey
from intake_api.clock import utc_now
from intake_api.keys import IntakeKeys, Purpose, is_key_id, make_key, newest, read_keys
from intake_api.store.audit import OPERATOR, AuditLog
from intake_api.store.database import Database
from intake_api.store.key_checks import known_checks, later_than_known, record_made, require_keys
from intake_api.upkeep.sealed_columns import SEALED_COLUMNS, SealedColumn
from intake_api.vault import Place, Vault, VaultClosed, key_of
from reportline.readiness import NotReady

# A value that was sealed just before a new key was made is committed within this time, or never.
SECONDS_TO_WRITE: Final = 60
PAGE: Final = 200
_SECONDS_BETWEEN_PASSES: Final = 1
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values were resealed, and with which key; no key decrypts the `damaged` ones, which stay."""

    key_id: str
    made: bool
    values: int
    damaged: int


async def rotate_vault(
    database: Database, folder: Path, progress: Progress, seconds_to_write: float = SECONDS_TO_WRITE
) -> Rotated:
    """Reseal all values with the newest vault key; if they all have it already, make a new key first.

    `progress` is called with the number of values resealed so far. Raises NotReady if a value's key is
    missing.
    """
    await _take_up(database, folder, "vault")
    values, damaged = await _reseal_all(database, folder, progress, seconds_to_write)
    made = values == 0
    if made:
        await _make(database, folder, "vault")
        values, damaged = await _reseal_all(database, folder, progress, seconds_to_write)
    keys = read_keys(folder)
    async with database.writing() as session:
        AuditLog(keys.audit).add(
            session, utc_now(), OPERATOR, "vault_resealed", f"vault-{newest(keys.vaults)}"
        )
    return Rotated(newest(keys.vaults), made, values, damaged)


async def rotate_seal(database: Database, folder: Path) -> IntakePublicKey:
    """Make a new seal key, which running processes read at once; returns its public key."""
    if not await _take_up(database, folder, "seal"):
        await _make(database, folder, "seal")
    return read_keys(folder).public_key()


async def _take_up(database: Database, folder: Path, purpose: Purpose) -> bool:
    """Record keys that a run has made that was cut off; tells whether there were any.

    Raises NotReady if any other key is not the database's.
    """
    async with database.writing() as session:
        keys = read_keys(folder)
        left = later_than_known(await known_checks(session), keys, purpose)
        await record_made(session, keys, left)
        await require_keys(session, keys)
    return bool(left)


async def _make(database: Database, folder: Path, purpose: Purpose) -> None:
    """Make a new key, and give the database its check value."""
    name = f"{purpose}-{make_key(folder, purpose)}"
    async with database.writing() as session:
        await record_made(session, read_keys(folder), [name])


async def _reseal_all(
    database: Database, folder: Path, progress: Progress, seconds_to_write: float
) -> tuple[int, int]:
    """Make passes over all values until a pass that began late enough finds nothing to do."""
    values = 0
    while True:
        one, began = _Pass(database, read_keys(folder), values), time.time()
        late_enough = (folder / f"vault-{one.key_id}.key").stat().st_mtime + seconds_to_write
        await one.run(progress)
        _require_here(folder, one.unknown_keys)
        if one.values == values and not one.passed_over and began >= late_enough:
            return values, one.damaged
        values = one.values
        pause = _SECONDS_BETWEEN_PASSES if one.passed_over else 0
        await asyncio.sleep(max(pause, late_enough - time.time()))


class _Pass:
    """One pass over all sealed columns; `values` counts the resealed values, including earlier passes."""

    def __init__(self, database: Database, keys: IntakeKeys, values: int) -> None:
        self.key_id = newest(keys.vaults)
        self.values, self.damaged, self.passed_over = values, 0, 0
        self.unknown_keys: set[str] = set()
        self._database, self._keys, self._vault = database, keys, Vault(keys)

    async def run(self, progress: Progress) -> None:
        for sealed in SEALED_COLUMNS:
            rows: Sequence[str] = [""]
            while rows := await self._rows_after(sealed, rows[-1]):
                async with self._database.writing() as session:
                    await self._reseal(session, sealed, rows)
                progress(self.values)

    async def _rows_after(self, sealed: SealedColumn, row: str) -> Sequence[str]:
        older = select(sealed.row).where(sealed.row > row, sealed.is_under_another(self.key_id))
        async with self._database.reading() as session:
            return (await session.scalars(older.order_by(sealed.row).limit(PAGE))).all()

    async def _reseal(self, session: AsyncSession, sealed: SealedColumn, rows: Sequence[str]) -> None:
        older = select(sealed.row, sealed.column).where(
            sealed.row.in_(rows), sealed.is_under_another(self.key_id)
        )
        # Rows are locked, so no concurrent change is lost; locked rows are skipped, so there is no deadlock.
        locked = (await session.execute(older.with_for_update(key_share=True, skip_locked=True))).all()
        anew = [(row, self._sealed_anew(sealed.place(row), value)) for row, value in locked]
        changes = [{sealed.row.key: row, sealed.column.key: value} for row, value in anew if value]
        if changes:
            await session.execute(update(sealed.row.class_), changes)
        self.values += len(changes)
        self.passed_over += len(rows) - len(locked)

    def _sealed_anew(self, place: Place, value: bytes) -> bytes | None:
        try:
            return self._vault.seal(place, self._vault.open(place, value))
        except VaultClosed:
            self._count_closed(key_of(value))
            return None

    def _count_closed(self, key_id: str) -> None:
        if key_id in self._keys.vaults or not is_key_id(key_id):
            self.damaged += 1
        else:
            self.passed_over += 1
            self.unknown_keys.add(key_id)


def _require_here(folder: Path, key_ids: set[str]) -> None:
    # A key that another run has just made is in the folder by now; the next pass uses it.
    missing = sorted(key_ids - read_keys(folder).vaults.keys())
    if missing:
        raise NotReady(
            f"The key file {folder / f'vault-{missing[0]}.key'} is missing, and values are sealed with it. "
            "Put it back from your backup."
        )

"""Makes new keys while the intake runs, and reseals all values with the newest vault key; deletes no key.

A new key comes into use when every process that serves holds it. Each sealed value names its key. So the next
run after one that was cut off finds the values that are still sealed with an older key.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.sealing import IntakePublicKey
from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.clock import utc_now
from intake_api.keys import FROM_ELSEWHERE, IntakeKeys, Purpose, is_key_id, make_key, number_of, read_keys
from intake_api.known_keys.checks import (
    forget,
    is_in_use,
    is_outdated,
    known_checks,
    later_than_known,
    pending_keys,
    put_in_use,
    record_made,
    require_keys,
    with_pending,
    without_later,
)
from intake_api.known_keys.processes import Call, Has, Silence, wait_for_writers
from intake_api.store.columns import later_than
from intake_api.store.database import Database, advisory_lock
from intake_api.upkeep.sealed_columns import SEALED_COLUMNS, SealedColumn
from intake_api.vault import Place, Vault, VaultClosed, key_of
from reportline.readiness import NotReady

# A process whose folder is shared has seen a new key within this time; another needs a copy.
SECONDS_TO_SEE: Final = 60
PAGE: Final = 200
_SECONDS_BETWEEN_LOOKS: Final = 0.5
_MAKING: Final = 4  # the number of its advisory lock
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values were resealed, and with which key; no key decrypts the `damaged` ones, which stay."""

    key_id: str
    made: bool
    values: int
    damaged: int


async def rotate_vault(
    database: Database,
    folder: Path,
    progress: Progress,
    seconds_to_see: float = SECONDS_TO_SEE,
    silence: Silence | None = None,
) -> Rotated:
    """Reseal all values with the vault key in use; if they all have it already, make a new key first.

    `progress` is called with the number of values resealed so far, and `silence` learns of processes that do
    not answer. When it returns, no process seals with an older key any more. Raises NotReady if a value's key
    is missing, or if a process lacks the new key.
    """
    waiting = _Waiting(database, folder, seconds_to_see, silence or Silence())
    made = await _bring_into_use(waiting, "vault")
    values, damaged = await _reseal_all(waiting, progress)
    if not made and values == 0:
        await _make(database, folder, "vault")
        made = await _bring_into_use(waiting, "vault")
        values, damaged = await _reseal_all(waiting, progress)
    key_id = await _in_use(database, folder, "vault")
    async with database.writing() as session:
        AuditLog(read_keys(folder).audit).add(
            session, utc_now(), OPERATOR, "vault_resealed", f"vault-{key_id}"
        )
    return Rotated(key_id, made, values, damaged)


async def rotate_seal(
    database: Database, folder: Path, seconds_to_see: float = SECONDS_TO_SEE, silence: Silence | None = None
) -> IntakePublicKey:
    """Make a new seal key, and return its public key once every process opens what is sealed to it.

    `silence` learns of processes that do not answer. Raises NotReady if a process lacks the new key; the next
    run goes on.
    """
    waiting = _Waiting(database, folder, seconds_to_see, silence or Silence())
    if not await _bring_into_use(waiting, "seal"):
        await _make(database, folder, "seal")
        await _bring_into_use(waiting, "seal")
    name = f"seal-{await _in_use(database, folder, 'seal')}"
    await waiting.for_all(name, {Has.IN_USE})
    async with database.reading() as session:
        return (await with_pending(session, read_keys(folder))).public_key()


async def _bring_into_use(waiting: "_Waiting", purpose: Purpose) -> bool:
    """Bring the keys into use that this run or an earlier one has made; tells whether there was one.

    Raises NotReady if a process lacks one, or if the folder's keys are not the database's.
    """
    names = await _take_up(waiting, purpose)
    for name in names:
        await waiting.for_all(name, {Has.KEY, Has.IN_USE})
    return bool(names)


async def _take_up(waiting: "_Waiting", purpose: Purpose) -> Sequence[str]:
    """Return the names of the keys of this kind that are made and not in use yet, the newest last.

    Those of a run that was cut off are recorded, and those that are newer than a restored backup. One that
    nobody holds any more is forgotten: nothing was ever sealed with it.
    """
    database, folder = waiting.database, waiting.folder
    async with database.writing() as session:
        await advisory_lock(session, _MAKING)
        keys = read_keys(folder)
        left = later_than_known(await known_checks(session), keys, purpose)
        await record_made(session, keys, left, pending=True)
        await require_keys(session, without_later(await known_checks(session), keys), left)
    async with database.reading() as session:
        pending = await pending_keys(session, purpose)
    for name in pending - keys.by_name().keys():
        await waiting.to_give_up(name)
    held = pending & keys.by_name().keys()
    return sorted(held, key=lambda name: (number_of(name.removeprefix(f"{purpose}-")), name))


async def _make(database: Database, folder: Path, purpose: Purpose) -> None:
    """Make a new key, and give the database its check value, unless another run has just made one."""
    async with database.writing() as session:
        await advisory_lock(session, _MAKING)
        if not await pending_keys(session, purpose):
            name = f"{purpose}-{make_key(folder, purpose)}"
            await record_made(session, read_keys(folder), [name], pending=True)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Waits for all processes that serve, and for how long."""

    database: Database
    folder: Path
    seconds_to_see: float
    silence: Silence

    async def for_all(self, name: str, wanted: Collection[str]) -> None:
        """Wait until every process has what is wanted of a key, which is in use then, or a newer one is."""
        call, deadline = Call(self.database, self.silence), time.monotonic() + self.seconds_to_see
        await call.begin()
        while True:
            async with self.database.writing() as session:
                answers = await call.answers(session)
                told = [None if answer is None else answer.get(name, Has.NOTHING) for answer in answers]
                if all(has in wanted for has in told):
                    await put_in_use(session, read_keys(self.folder), name)
                    return
                if await is_outdated(session, name):
                    return
            if (lacking := told.count(Has.NOTHING)) and time.monotonic() > deadline:
                raise NotReady(
                    f"{name}.key is made, and not in use yet. Processes that serve without it: {lacking}. "
                    f"Copy it from {self.folder} to that folder of their machines, readable by its owner "
                    "only; `reportline doctor` on that machine tells if the file is there and cannot be "
                    "read. Then run this again."
                )
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def to_give_up(self, name: str) -> None:
        """Forget a key once no process has it; raises NotReady if one has."""
        call = Call(self.database, self.silence)
        await call.begin()
        while True:
            async with self.database.writing() as session:
                answers = await call.answers(session)
                is_held = any(answer and answer.get(name) == Has.KEY for answer in answers)
                if not is_held and None not in answers:
                    await forget(session, read_keys(self.folder), name)
                    return
            if is_held:
                raise NotReady(
                    f"{name}.key was made on another machine, and is not in use yet. Copy it from there to "
                    f"{self.folder}, then run this again."
                )
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


async def _in_use(database: Database, folder: Path, purpose: Purpose) -> str:
    async with database.reading() as session:
        return (await with_pending(session, read_keys(folder))).in_use(purpose)


async def _reseal_all(waiting: _Waiting, progress: Progress) -> tuple[int, int]:
    """Make passes over all values, once nobody seals with an older key, until a pass finds nothing to do."""
    database, folder = waiting.database, waiting.folder
    values, sealed_with = 0, ""
    while True:
        async with database.reading() as session:
            keys = await with_pending(session, read_keys(folder))
        if sealed_with != (name := f"vault-{keys.in_use('vault')}"):
            await waiting.for_all(name, {Has.IN_USE})
            await wait_for_writers(database)
            sealed_with = name
        one = _Pass(database, keys, values)
        await one.run(progress)
        _require_here(folder, one.unknown_keys)
        if one.values == values and not one.passed_over:
            return values, one.damaged
        values = one.values
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS if one.passed_over else 0)


class _Pass:
    """One pass over all sealed columns; `values` counts the resealed values, including earlier passes."""

    def __init__(self, database: Database, keys: IntakeKeys, values: int) -> None:
        self.key_id = keys.in_use("vault")
        self.values, self.damaged, self.passed_over = values, 0, 0
        self.unknown_keys: set[str] = set()
        self._database, self._keys, self._vault = database, keys, Vault(keys)

    async def run(self, progress: Progress) -> None:
        for sealed in SEALED_COLUMNS:
            last: str | None = None
            while rows := await self._rows_after(sealed, last):
                async with self._database.writing() as session:
                    if not await is_in_use(session, "vault", self.key_id):
                        # Another run has brought a newer one into use: the next pass seals with that.
                        self.passed_over += 1
                        return
                    await self._reseal(session, sealed, rows)
                progress(self.values)
                last = rows[-1]

    async def _rows_after(self, sealed: SealedColumn, row: str | None) -> Sequence[str]:
        older = select(sealed.row).where(later_than(sealed.row, row), sealed.is_under_another(self.key_id))
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
            f"Copy it {FROM_ELSEWHERE}."
        )

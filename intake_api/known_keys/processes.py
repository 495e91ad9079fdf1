"""Knows which processes serve and which keys each has; one that does not answer writes nothing more.

Each process has a row, and looks at it every two seconds. Whoever makes new keys calls all processes. One
that has not answered after two minutes is passed over: its row is deleted. Each writing transaction of a
process begins by reading its row, so what was passed over seals nothing with older keys if it comes back.
"""

import asyncio
import math
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from typing import Final

from sqlalchemy import bindparam, delete, literal, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.key_ring import KeyRing
from intake_api.keys import IntakeKeys
from intake_api.known_keys.checks import (
    check_of,
    known_checks,
    pending_keys,
    require_keys,
    require_used_as_logged,
)
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database, advisory_lock, open_transactions
from intake_api.store.models import KeyCheck, ServingProcess
from reportline.logs import log_event, log_failure
from reportline.readiness import NotReady

SECONDS_BETWEEN_LOOKS: Final = 2
SECONDS_TO_ANSWER: Final = 120
# A process that is well has answered within this time.
_SECONDS_TO_TELL: Final = 5
_SECONDS_TO_LEAVE: Final = 2
_SECONDS_OF_A_TRANSACTION: Final = 120
_MINE: Final = select(literal(1)).where(ServingProcess.process_id == bindparam("mine"))
_BEGINNING: Final = 3  # the number of its advisory lock


class Has(StrEnum):
    """What a process has of a key that the database knows."""

    NOTHING = "nothing"
    KEY = "key"
    IN_USE = "in use"


@asynccontextmanager
async def present(database: Database, keys: KeyRing) -> AsyncIterator[None]:
    """Be one of the processes that serve, until the block ends; raises NotReady as `require_keys` does."""
    presence = _Presence(database, keys)
    await presence.begin()
    looking = asyncio.create_task(presence.run())
    try:
        yield
    finally:
        presence.stop()
        await looking
        await presence.end()


@dataclass(slots=True)
class Silence:
    """What a command knows of the processes that do not answer it, in all its calls.

    `tell` is called once, with their number, when they have not answered within `seconds_to_tell`. After
    `seconds_to_answer` they are passed over, and counted in `passed_over`.
    """

    tell: Callable[[int], None] = lambda _: None
    seconds_to_answer: float = SECONDS_TO_ANSWER
    seconds_to_tell: float = _SECONDS_TO_TELL
    passed_over: int = 0
    _is_told: bool = field(default=False, init=False)

    def lasts(self, silent: int) -> None:
        """Tell that so many processes are waited for, unless that was told before."""
        if silent and not self._is_told:
            self._is_told = True
            self.tell(silent)


class Call:
    """A call to all processes that serve; one that does not answer in time is passed over."""

    def __init__(self, database: Database, silence: Silence) -> None:
        self._database, self._silence = database, silence
        self._began, self._called = 0.0, dict[str, int]()

    async def begin(self) -> None:
        """Call every process."""
        async with self._database.writing() as session:
            await session.execute(update(ServingProcess).values(called=ServingProcess.called + 1))
            rows = await session.scalars(select(ServingProcess))
            self._called = {row.process_id: row.called for row in rows}
        self._began = time.monotonic()

    async def answers(self, session: AsyncSession) -> Sequence[Mapping[str, str] | None]:
        """Return what each process has of each key, None for one that may still answer.

        No other process begins to serve until the transaction ends.
        """
        await advisory_lock(session, _BEGINNING)
        rows = (await session.scalars(select(ServingProcess))).all()
        silent = {row.process_id for row in rows if not self._has_answered(row)}
        waited = time.monotonic() - self._began
        if silent and waited > self._silence.seconds_to_answer:
            await session.execute(delete(ServingProcess).where(ServingProcess.process_id.in_(silent)))
            self._silence.passed_over += len(silent)
            rows = [row for row in rows if row.process_id not in silent]
        elif waited > self._silence.seconds_to_tell:
            self._silence.lasts(len(silent))
        return [None if row.process_id in silent else row.keys for row in rows]

    def _has_answered(self, row: ServingProcess) -> bool:
        # Whoever writes to the database can write here what no process would.
        is_told = isinstance(row.keys, dict) and all(isinstance(has, str) for has in row.keys.values())
        return is_told and self._called.get(row.process_id, 0) <= row.answered <= row.called


async def wait_until_none_serves(database: Database, silence: Silence) -> None:
    """Call all processes, and wait until none can answer any more; raises NotReady if one answers."""
    call = Call(database, silence)
    await call.begin()
    while True:
        async with database.writing() as session:
            answers = await call.answers(session)
        if any(answer is not None for answer in answers):
            raise NotReady("An intake is running. Stop every one, then run this again.")
        if not answers:
            return
        await asyncio.sleep(1)


async def pass_over_all(session: AsyncSession) -> None:
    """Let no process write that serves now; none begins to serve until the transaction ends."""
    await advisory_lock(session, _BEGINNING)
    await session.execute(delete(ServingProcess))


async def wait_for_writers(database: Database) -> None:
    """Wait until all writing that has begun has ended; raises NotReady if some does not.

    Whoever writes sealed values or hashes has read, in the same transaction, its row or which key is in use.
    """
    before: set[str] | None = None
    for _ in range(_SECONDS_OF_A_TRANSACTION * 10):
        async with database.reading() as session:
            now = await open_transactions(session, ServingProcess, KeyCheck)
        before = now if before is None else before & now
        if not before:
            return
        await asyncio.sleep(0.1)
    raise NotReady("A transaction of an intake does not end. See what holds it up, then run this again.")


class _Presence:
    """The row of this process."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database, self._keys = database, keys
        self._process_id = secrets.token_hex(16)
        self._mine = ServingProcess.process_id == self._process_id
        self._told, self._answered = dict[str, str](), 0
        self._looked = time.monotonic()
        self._stopped = asyncio.Event()
        self._is_left_behind = self._has_failed = False

    async def begin(self) -> None:
        async with self._database.writing() as session:
            await advisory_lock(session, _BEGINNING)
            await require_keys(session, self._keys.current())
            await require_used_as_logged(session)
            if not self._database.is_postgresql:
                # SQLite serves one process: another row is of one that was killed.
                await session.execute(delete(ServingProcess))
            self._told = await self._seen(session)
            session.add(ServingProcess(process_id=self._process_id, keys=self._told))
        self._database.may_write = self._may_write

    async def run(self) -> None:
        """Look and tell until stopped, or left behind; what cannot be told now is told later."""
        while not self._is_left_behind:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), SECONDS_BETWEEN_LOOKS)
                return
            await self._try_to_look()

    def stop(self) -> None:
        self._stopped.set()

    async def end(self) -> None:
        with suppress(DatabaseAway, SQLAlchemyError, TimeoutError):
            async with asyncio.timeout(_SECONDS_TO_LEAVE), self._database.writing() as session:
                await session.execute(delete(ServingProcess).where(self._mine))

    async def _try_to_look(self) -> None:
        try:
            await self._look()
        except (DatabaseAway, SQLAlchemyError):
            return
        except Exception as error:  # noqa: BLE001 - whoever looks no more is passed over
            if not self._has_failed:
                log_failure("known_keys_unreadable", error)
            self._has_failed = True
        else:
            self._has_failed = False

    async def _look(self) -> None:
        """Answer if called, and tell what has changed."""
        began = time.monotonic()
        async with self._database.reading() as session:
            called = await session.scalar(select(ServingProcess.called).where(self._mine))
            seen = await self._seen(session)
        if called is None:
            # Passed over, or the row was deleted: the transaction that follows looks, and finds out.
            self._looked = -math.inf
        if (called, seen) != (self._answered, self._told):
            async with self._database.writing() as session:
                answer = update(ServingProcess).where(self._mine).values(answered=called, keys=seen)
                await session.execute(answer)
            self._told, self._answered = seen, called or 0
        self._looked = began

    async def _seen(self, session: AsyncSession) -> dict[str, str]:
        """Use what is in use; returns what this process has of each key that the database knows."""
        known, pending = await known_checks(session), await pending_keys(session)
        # Used first and told afterwards: what is told to be in use is used by then.
        self._keys.use_all_but(pending | self._keys.current().by_name().keys() - known.keys())
        return _had(self._keys.current(), known)

    async def _may_write(self, session: AsyncSession) -> bool:
        if not self._database.is_postgresql and time.monotonic() - self._looked < SECONDS_TO_ANSWER / 2:
            # Only one process serves SQLite. Until a moment ago it has answered; who calls it waits longer.
            return True
        connection = await session.connection()
        there = (await connection.execute(_MINE, {"mine": self._process_id})).first() is not None
        if not there and not self._is_left_behind:
            self._is_left_behind = True
            log_event("left_behind")
        return there


def _had(keys: IntakeKeys, known: Mapping[str, bytes]) -> dict[str, str]:
    held = {
        name
        for name, key in keys.by_name().items()
        if name in known and compare_digest(known[name], check_of(key))
    }
    used = {f"{purpose}-{keys.in_use(purpose)}" for purpose in ("seal", "vault", "index")}
    return {
        name: Has.NOTHING if name not in held else Has.IN_USE if name in used else Has.KEY for name in known
    }

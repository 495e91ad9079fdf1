"""Checks whether the intake can work, and answers within seconds even if the database does not respond.

At most one check of the database runs at a time. Requests that come meanwhile wait for its result, or are
told that the database is away. So many requests cannot use up its connections. A database on a full or
read-only disk can be read, but takes no report: what is known of it is told too. Only while a write has
failed is one tried: regular writes would be marks of time beside the reports.
"""

import asyncio
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from intake_api.clock import Clock
from intake_api.key_ring import Keys
from intake_api.keys import PURPOSES, IntakeKeys, read_keys
from intake_api.known_keys.checks import has_others, is_behind, known_checks, pending_keys
from intake_api.numbers.counting import Hourly
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database
from intake_api.store.revision import NEWEST_REVISION, revision_of, try_to_write
from reportline.readiness import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_TO_WAIT: Final = 2
DatabaseState = Literal["ok", "away", "full", "read_only", "refuses", "other_revision"]
KeysState = Literal["ok", "kept", "behind", "other", "unknown"]
Look = tuple[DatabaseState, int | None]
_AWAY: Final[Look] = ("away", None)


class Readiness:
    """The state of the database and the keys, for a load balancer or an operator."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        folder: Path,
        clock: Clock,
        overdue: Hourly[int],
    ) -> None:
        self._database, self._keys, self._folder = database, keys, folder
        self._clock, self._overdue = clock, overdue
        self._look: asyncio.Task[Look] | None = None
        self._known: Mapping[str, bytes] | None = None
        self._pending: frozenset[str] = frozenset()
        self._is_left_behind = False

    async def database(self) -> Look:
        """Return the state of the database and, if it is ok, the overdue hours of the oldest waiting item."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_at_database())
        done, _ = await asyncio.wait({self._look}, timeout=SECONDS_TO_WAIT)
        if not done:
            self._known = None
        return self._look.result() if done else _AWAY

    def keys(self) -> KeysState:
        """Return the state of the keys, against what the database knew at the last look at it.

        "unknown": that look failed, and the folder has all that the process holds.

        "kept": a file is lost, damaged or replaced, and the process works with the keys that it had read; one
        of a key that is not in use any more may be gone. "behind": the folder or the database has a newer
        key, so the process cannot open what others seal with that key; or the process may write nothing any
        more. "other": a key is not the one that the database knows by its name, or the database has lost what
        it knew of one that is in use.
        """
        held, folder, known = self._keys.current(), self._folder, self._known
        if known is not None and has_others(known, held):
            return "other"
        for purpose, keys in (("seal", held.seals), ("vault", held.vaults)):
            names = {path.name for path in folder.glob(f"{purpose}-k*.key")}
            if names - {f"{purpose}-{key_id}.key" for key_id in keys}:
                return "behind"
        if self._is_left_behind or is_behind((known or {}).keys() - self._pending, held):
            return "behind"
        if not _would_start(folder, held):
            return "kept"
        return "unknown" if known is None else "ok"

    async def _look_at_database(self) -> Look:
        # What was known before may have changed since, as the keys have.
        known: Mapping[str, bytes] | None = None
        try:
            async with self._database.reading() as session:
                connection = await session.connection()
                if await connection.run_sync(revision_of) != NEWEST_REVISION:
                    return "other_revision", None
                known, self._pending = await known_checks(session), await pending_keys(session)
                self._is_left_behind = await self._database.is_left_behind(session)
            if (why := await self._database.why_unwritable()) is not None:
                return why, None
            if self._database.unwritable is not None:
                await try_to_write(self._database)
            return "ok", await self._overdue.value(self._database, self._clock())
        except DatabaseAway as fault:
            return fault.why, None
        except SQLAlchemyError:
            return _AWAY
        finally:
            self._known = known


def _would_start(folder: Path, held: IntakeKeys) -> bool:
    """Tell whether a folder has the keys of a process, those not needed any more aside, and no other."""
    try:
        found = read_keys(folder).by_name()
    except (NotReady, OSError):
        return False
    needed = {f"{purpose}-{held.in_use(purpose)}" for purpose in PURPOSES} | {"receipts", "audit"}
    return needed <= found.keys() and all(
        compare_digest(found[name], key) for name, key in held.by_name().items() if name in found
    )

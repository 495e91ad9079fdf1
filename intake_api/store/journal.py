"""Empties SQLite's write-ahead log every hour, so that what was erased is in no file an hour later."""

import asyncio
from typing import Final

from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database

SECONDS_BETWEEN: Final = 3600
# A backup that reads, or another program, keeps the log from being emptied.
_SECONDS_TO_TRY_AGAIN: Final = 60


async def keep_emptying(database: Database) -> None:
    """Empty the log until cancelled."""
    pause = SECONDS_BETWEEN
    while True:
        await asyncio.sleep(pause)
        pause = SECONDS_BETWEEN if await _emptied(database) else _SECONDS_TO_TRY_AGAIN


async def _emptied(database: Database) -> bool:
    try:
        return await database.empty_journal()
    except DatabaseAway:
        return False

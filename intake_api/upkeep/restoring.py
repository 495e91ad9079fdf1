"""Restores a backup into an empty folder and an empty database, completely or not at all.

Keys are written first, and the database last, in one transaction. A run that is cut off leaves only keys of
this backup, and those do not prevent the next try.
"""

import asyncio
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    insert,
    inspect,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from intake_api.audit.head import HEAD_FILE, read_head, write_head
from intake_api.audit.log import OPERATOR, AuditLog, Head
from intake_api.keys import read_keys
from intake_api.store.database import opened
from intake_api.store.place import require_database_file
from intake_api.store.schema import configuration
from intake_api.upkeep.backup import tables_of
from intake_api.upkeep.backup_files import Backup
from intake_api.upkeep.sealed_columns import closed_in_samples
from intake_api.upkeep.upgrading import tie
from intake_api.vault import Vault
from reportline.bounded_files import read_text
from reportline.private_files import write_once
from reportline.readiness import NotReady

KeyFiles = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Restored:
    """The number of rows restored of each table, as they were at `made_at`.

    `broken_at` is the first entry of the audit log that was changed before the backup was made, if any;
    `closed` is how many sealed values of a sample no key can decrypt. `log_end` is the number of the last
    entry of the audit log; `lost_head` is the head that this machine had seen, if the log does not hold it;
    `had_head` tells whether it had one.
    """

    made_at: datetime
    rows: Counter[str]
    broken_at: int | None
    closed: int
    log_end: int
    lost_head: Head | None
    had_head: bool


async def restore(backup: Backup, folder: Path, place: Path | str, now: datetime) -> Restored:
    """Restore a backup: its keys into `folder`, its tables into `place`, upgraded to this version.

    Raises NotReady, and fills nothing, if the backup was changed, if the folder or database is in use, or if
    the database cannot hold what the backup has.
    """
    _require_known(backup.manifest.revision)
    keys = _read_through(backup)
    _require_free(folder, place, keys)
    await _require_empty(place)
    audit = AuditLog(bytes.fromhex(keys["audit.key"].strip()))
    seen = read_head(folder, audit)
    _put_keys(folder, place, keys)
    async with opened(place) as database:
        async with database.writing() as session:
            rows = await _fill(await session.connection(), backup)
            broken_at, closed = await _checked(session, folder, audit)
            end = await audit.newest(session)
            lost = None if seen is None or await audit.holds(session, seen) else seen
            told = {"log_end": str(end)} | ({} if lost is None else {"lost_head": str(lost)})
            audit.add(session, now, OPERATOR, "restored", backup.manifest.backup_id, content=told)
        async with database.reading() as session:
            write_head(folder, audit, await audit.newest(session))
    return Restored(
        backup.manifest.made_at, rows, broken_at, closed, end.number, lost, had_head=seen is not None
    )


def _require_known(revision: str) -> None:
    try:
        ScriptDirectory.from_config(configuration()).get_revision(revision)
    except CommandError:
        raise NotReady("A newer version of Reportline made this backup. Install that one.") from None


def _read_through(backup: Backup) -> KeyFiles:
    """Read a backup to its end, to check that it is complete; returns its keys."""
    records = backup.records()
    keys: KeyFiles = next(records)["keys"]
    for _ in records:
        pass
    return keys


def _require_free(folder: Path, place: Path | str, keys: KeyFiles) -> None:
    """Raise NotReady if anything is there, other than keys that an earlier try with this backup left."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    names = [str(path) for path in found if not _is_left_over(path, place, keys)]
    if names:
        raise NotReady(f"In the way: {', '.join(names)}. Move them elsewhere, or set another data folder.")


def _is_left_over(path: Path, place: Path | str, keys: KeyFiles) -> bool:
    if path.name in keys:
        return read_text(path) == keys[path.name]
    files = _sqlite_files(place)
    drafts = tuple(f".{name}." for name in (*keys, *files, HEAD_FILE))
    return path.name in {*files, HEAD_FILE} or path.name.startswith(drafts)


def _sqlite_files(place: Path | str) -> Sequence[str]:
    return [f"{place.name}{end}" for end in ("", "-wal", "-shm")] if isinstance(place, Path) else []


async def _require_empty(place: Path | str) -> None:
    # Connecting would make SQLite's file.
    if isinstance(place, str) or await asyncio.to_thread(place.exists):
        async with opened(place) as database, database.reading() as session:
            await (await session.connection()).run_sync(_require_no_tables)


def _require_no_tables(connection: Connection) -> None:
    tables = inspect(connection).get_table_names()
    if tables:
        raise NotReady(
            f"In the way are tables of the database: {', '.join(sorted(tables))}. Name an empty one."
        )


def _put_keys(folder: Path, place: Path | str, keys: KeyFiles) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for path in [path for path in folder.iterdir() if path.name.startswith(".")]:
        path.unlink()
    for name, written in keys.items():
        with suppress(FileExistsError):
            write_once(folder / name, written)
    if isinstance(place, Path):
        with suppress(FileExistsError):
            write_once(place, "")
        require_database_file(place)


async def _fill(connection: AsyncConnection, backup: Backup) -> Counter[str]:
    """Make the tables of the backup's revision, fill them, and upgrade them; returns the numbers of rows."""
    await connection.run_sync(_require_no_tables)
    await connection.run_sync(_go_to, backup.manifest.revision)
    tables = {table.name: table for table in await connection.run_sync(tables_of)}
    rows: Counter[str] = Counter()
    records = backup.records()
    next(records)
    for page in records:
        table = tables[page["table"]]
        readers = [_reader(table.columns[name]) for name in page["columns"]]
        filled = [_row(page["columns"], readers, row) for row in page["rows"]]
        try:
            await connection.execute(insert(table), filled)
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error, OperationalError):
                raise
            raise NotReady(_why_it_does_not_fit(table, filled)) from None
        rows[table.name] += len(page["rows"])
    await connection.run_sync(_go_to, "head")
    return rows


def _why_it_does_not_fit(table: Table, rows: Sequence[Mapping[str, Any]]) -> str:
    too_large = next(
        (column.name for column in table.columns if any(_is_too_large(column, row) for row in rows)), None
    )
    if too_large is None:
        return (
            f"The database refuses rows of the table {table.name}. Nothing was filled: restore into an empty "
            "database of the kind that was backed up."
        )
    return (
        f"The table {table.name} holds a number in {too_large} that is too large for this database. Nothing "
        "was filled: restore into SQLite, which holds it."
    )


def _is_too_large(column: Column[Any], row: Mapping[str, Any]) -> bool:
    """Return whether a value is a number that PostgreSQL's column of this type cannot hold."""
    value = row.get(column.name)
    if not isinstance(column.type, Integer) or not isinstance(value, int):
        return False
    limit = 2**15 if isinstance(column.type, SmallInteger) else 2**31
    return not -limit <= value < limit


def _go_to(connection: Connection, revision: str) -> None:
    command.upgrade(configuration(connection), revision)


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """Return the function that turns a column's values in JSON into values for the database."""
    if isinstance(column.type, LargeBinary):
        return b64decode
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat
    return lambda value: value


def _row(
    columns: Sequence[str], readers: Sequence[Callable[[Any], Any]], row: Sequence[Any]
) -> dict[str, Any]:
    told = zip(columns, readers, row, strict=True)
    return {column: None if value is None else read(value) for column, read, value in told}


async def _checked(session: AsyncSession, folder: Path, audit: AuditLog) -> tuple[int | None, int]:
    """Return the first entry that was changed, and the number of values of a sample that no key decrypts."""
    keys = read_keys(folder)
    vault = Vault(keys)
    await tie(session, keys)
    broken_at = await audit.first_broken(session)
    closed, _ = await closed_in_samples(session, vault)
    return broken_at, closed

"""Makes a backup of one moment while the intake runs; it is complete or absent, and sealed with a passphrase.

Tables are read from the database itself, not from this version's models, so that a backup can be made before
an upgrade. Rows are written one by one as JSON, so that a backup of SQLite restores into PostgreSQL, and the
other way round.
"""

import secrets
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Select, Table, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.keys import IntakeKeys, is_key_id, read_keys_of_any_version
from intake_api.store.database import Database
from intake_api.store.revision import revision_of
from intake_api.upkeep.backup_files import BackupKeys, Manifest, Write, write_manifest, writing_records
from intake_api.upkeep.sealed_columns import SEALED_COLUMNS
from intake_api.vault import key_of
from reportline.private_files import keep_names
from reportline.readiness import NotReady

_PAGE: Final = 200
# What tells of this database and not of its content: its revision, and the processes that serve it.
_NOT_KEPT: Final = {"alembic_version", "processes"}
_SEALED: Final = {(one.column.class_.__tablename__, one.column.key) for one in SEALED_COLUMNS}


@dataclass(slots=True)
class BackedUp:
    """The number of rows written of each table, and the ids of vault keys that rows name but are missing."""

    backup_id: str
    rows: Counter[str] = field(default_factory=Counter)
    missing_keys: set[str] = field(default_factory=set)


async def back_up(
    database: Database, keys_folder: Path, target: Path, sealing: BackupKeys, now: datetime
) -> BackedUp:
    """Make a backup in a new folder, and write into the audit log that it was made.

    Raises NotReady if there is nothing to back up, or if the folder exists or cannot be written.
    """
    require_free(target)
    done = BackedUp(secrets.token_hex(16))
    with _whole(target) as draft:
        with writing_records(draft, sealing) as write:
            revision, keys = await _write_all(database, keys_folder, write, done)
        manifest = Manifest(backup_id=done.backup_id, made_at=now, revision=revision, salt=sealing.salt.hex())
        write_manifest(draft, manifest, sealing)
        async with database.writing() as session:
            AuditLog(keys.audit).add(session, now, OPERATOR, "backup_made", done.backup_id)
    return done


def require_free(target: Path) -> None:
    """Raise NotReady unless the folder can be made; its parent folder must exist."""
    if target.exists():
        raise NotReady(f"{target} is there already. Name a folder that is not.")
    if not target.parent.is_dir():
        # Parents are not made: if a disk is not mounted, the backup must not be written to this one.
        raise NotReady(f"There is no folder {target.parent.absolute()}. Make it, or mount its disk.")


def tables_of(connection: Connection) -> Sequence[Table]:
    """Return the tables that a backup holds, each after the tables to which its rows refer."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _NOT_KEPT]


async def _write_all(
    database: Database, keys_folder: Path, write: Write, done: BackedUp
) -> tuple[str, IntakeKeys]:
    async with database.reading() as session:
        connection = await session.connection()
        revision = await connection.run_sync(revision_of)
        if revision is None:
            raise NotReady("There is nothing in the database.")
        # Read the keys only after the snapshot began: all that it shows was sealed with keys from before.
        keys = read_keys_of_any_version(keys_folder)
        write({"keys": _key_files(keys)})
        for table in await connection.run_sync(tables_of):
            await _write_table(connection, table, write, done)
    done.missing_keys = {key_id for key_id in done.missing_keys if is_key_id(key_id)} - keys.vaults.keys()
    return revision, keys


async def _write_table(connection: AsyncConnection, table: Table, write: Write, done: BackedUp) -> None:
    columns = [column.name for column in table.columns]
    sealed = [at for at, column in enumerate(columns) if (table.name, column) in _SEALED]
    read = await connection.stream(_in_order(table), execution_options={"yield_per": _PAGE})
    async for rows in read.partitions():
        write(
            {"table": table.name, "columns": columns, "rows": [[_plain(one) for one in row] for row in rows]}
        )
        done.rows[table.name] += len(rows)
        done.missing_keys |= {key_of(row[at]) for row in rows for at in sealed if row[at]}


def _in_order(table: Table) -> Select[Any]:
    """Read a table in the order of its primary key, since its own order would tell which row came first.

    Where rows refer to others of their table, as corrections do, those come first.
    """
    names = next((link for link in table.foreign_keys if link.column.table is table), None)
    if names is None:
        return select(table).order_by(*table.primary_key)
    parent, key = names.parent, names.column
    steps = select(key.label("row"), literal(0).label("step")).where(parent.is_(None)).cte(recursive=True)
    steps = steps.union_all(select(key, steps.c.step + 1).join(steps, parent == steps.c.row))
    return select(table).join(steps, key == steps.c.row).order_by(steps.c.step, *table.primary_key)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: times in UTC, bytes in base64."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return value


def _key_files(keys: IntakeKeys) -> Mapping[str, str]:
    """Return the contents of the key files, by name."""
    return {f"{name}.key": f"{key.hex()}\n" for name, key in keys.by_name().items()}


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Make a folder under a temporary name, and rename it once the block has ended without an error."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        draft.mkdir(mode=0o700)
        yield draft
        keep_names(draft)
        draft.rename(target)
        keep_names(target.parent)
    except OSError as fault:
        raise NotReady(f"{target} cannot be made: {fault.strerror}.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)

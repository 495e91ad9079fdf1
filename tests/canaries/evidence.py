"""Collects everything that bot and intake wrote and sent, as bytes to be searched."""

import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from conversations.wire.report import Report, SealedReport
from conversations.wire.sealing import unseal
from intake_api.keys import read_keys
from intake_api.vault import Place, Vault, VaultClosed
from tests.canaries.markers import Kind
from tests.canaries.search import Sink

REPORTER = frozenset({Kind.OWN, Kind.WORDS})
INTAKE = frozenset({Kind.WORDS})
SCREEN = "terminal.out"
# Without these nothing can be answered, deleted or confirmed; they go to Telegram, from where they came.
NEEDED_BY_TELEGRAM = {"chat_id", "message_id", "message_ids", "callback_query_id", "offset"}
_SEALED = re.compile(rb'\{"key_id":"[a-z0-9-]+","sealed":"[A-Za-z0-9+/=]+"\}')


class FileTimes(NamedTuple):
    """When a file was changed, read and renamed or the like, in nanoseconds since 1970."""

    name: str
    changed: int
    read: int
    moved: int


class Field(NamedTuple):
    """One value of one row of the intake's database."""

    table: str
    row: int
    column: str
    value: Any


@dataclass(frozen=True)
class Collection:
    """What was collected during a scenario or at its end; `done` names what reporters did."""

    sinks: tuple[Sink, ...]
    times: tuple[FileTimes, ...]
    fields: tuple[Field, ...]
    reports: tuple[Report, ...]
    done: frozenset[str]


def file_times(folder: Path) -> tuple[FileTimes, ...]:
    """Give the times of all files and folders; of each before it is looked into, which changes them."""
    found, ahead = [], [folder]
    while ahead:
        path = ahead.pop()
        one, name = path.stat(), path.relative_to(folder).as_posix()
        found.append(FileTimes(name, one.st_mtime_ns, one.st_atime_ns, one.st_ctime_ns))
        ahead += path.iterdir() if path.is_dir() else ()
    return tuple(found)


def files(folder: Path, called: str) -> Iterator[Sink]:
    """Give every file of a folder, and the names of all; what a terminal shows, its reporter may read."""
    paths = sorted(folder.rglob("*"))
    yield Sink(f"{called}: names", "\n".join(path.relative_to(folder).as_posix() for path in paths).encode())
    for path in paths:
        if path.is_file():
            is_database = path.name.startswith("reportline.db") or path.suffix == ".rdb"
            name = path.relative_to(folder).as_posix()
            readers = REPORTER if path.name == SCREEN else frozenset[Kind]()
            yield Sink(f"{called}: {name}", path.read_bytes(), readers, random=is_database)


def database_fields(file: Path) -> tuple[Field, ...]:
    """Give every value of a database as it is now, its write-ahead log included, and leave it untouched."""
    with tempfile.TemporaryDirectory() as folder:
        for part in file.parent.glob(f"{file.name}*"):
            shutil.copy(part, folder)
        with closing(sqlite3.connect(Path(folder) / file.name)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            names = ["sqlite_master", *(name for (name,) in tables)]
            return tuple(one for name in names for one in _rows(connection, name))


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Field]:
    rows = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from the schema
    columns = [column[0] for column in rows.description]
    for number, row in enumerate(rows):
        yield from (Field(table, number, column, value) for column, value in zip(columns, row, strict=True))


def database(fields: Iterable[Field], intake_folder: Path) -> Iterator[Sink]:
    """Give a database as its fields, and what the keys in the folder open of it."""
    held = list(fields)
    clear = b"\n".join(
        b"%s.%s=%s" % (one.table.encode(), one.column.encode(), _as_bytes(one.value)) for one in held
    )
    yield Sink("database: fields", clear, random=True)
    opened = "\n".join(_opened(held, Vault(read_keys(intake_folder))))
    yield Sink("database: opened", _as_bytes_too(opened), INTAKE)


def _opened(fields: Iterable[Field], vault: Vault) -> Iterator[str]:
    keys: dict[tuple[str, int], str] = {}
    for one in fields:
        # The first column of each table is its key.
        row = keys.setdefault((one.table, one.row), str(one.value))
        if isinstance(one.value, bytes):
            with suppress(VaultClosed):
                yield vault.open(Place(one.table, row, one.column), one.value)


def _as_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def handed_in(recorded: bytes, intake_folder: Path) -> tuple[Report, ...]:
    """Give the reports that passed on the way to the intake, opened with the intake's keys."""
    seals = read_keys(intake_folder).seals
    found = (SealedReport.model_validate_json(match[0]) for match in _SEALED.finditer(recorded))
    return tuple(unseal(sealed, seals) for sealed in found)


def wire(recorded: bytes, reports: Iterable[Report]) -> Iterator[Sink]:
    """Give what passed between the bot and the intake, as it was and opened."""
    yield Sink("intake: HTTP", recorded)
    opened = "\n".join(value for report in reports for value in _values(report.model_dump(mode="json")))
    yield Sink("intake: opened", _as_bytes_too(opened), INTAKE)


def _values(content: Any) -> Iterator[str]:
    """Give every value within as it is, since JSON would escape it once more."""
    if isinstance(content, list | dict):
        inner = content.values() if isinstance(content, dict) else content
        yield from (value for one in inner for value in _values(one))
    else:
        yield str(content)


def telegram(calls: Iterable[Mapping[str, Any]]) -> Sink:
    """Give what was sent to Telegram, less what it needs to be answered; as text, and as JSON holds it."""
    written = bytearray()
    for call in calls:
        for name, value in call["parameters"].items():
            if name not in NEEDED_BY_TELEGRAM:
                written += f"{name}=".encode() + _every_form(value)
    return Sink("Telegram", bytes(written), REPORTER)


def _every_form(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    with suppress(ValueError):
        text += "\n" + json.dumps(json.loads(text), ensure_ascii=False)
    return _as_bytes_too(text) + b"\n"


def _as_bytes_too(text: str) -> bytes:
    """Return a text in UTF-8, and the bytes that it would be if each character had been a byte."""
    return text.encode() + b"\n" + text.encode("latin-1", "ignore")


def valkey(client: Any, carried: bytes) -> Iterator[Sink]:
    """Give every key and value of a Valkey server, and what passed on the way to it."""
    keys = client.keys("*")
    held = (b"%s=%s\n" % (key, client.execute_command("DUMP", key)) for key in keys)
    values = (b"%s=%s\n" % (key, client.get(key) or b"") for key in keys if client.type(key) == b"string")
    yield Sink("Valkey: keys and values", b"".join([*held, *values]), random=True)
    yield Sink("Valkey: the way to it", bytes(carried), random=True)

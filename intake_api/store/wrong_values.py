"""Finds values that are of another type than their column, and says in which table they are.

SQLite keeps whatever its owner writes into a column, even bytes that are no text, and either database may
hold a time that is none to us.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.store.away import DatabaseAway
from intake_api.store.columns import DayType, ExactTime, HourType
from intake_api.store.models import Base
from intake_api.store.sqlite import IS_TEXT
from reportline.readiness import NotReady

if TYPE_CHECKING:
    from intake_api.store.database import Database

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_DAYS: Final = (_LAST - _EPOCH).days
_TIME: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_SECONDS_LENGTH: Final = len("2026-03-01 12:00:00")
_FRACTION: Final = ".[0-9][0-9][0-9][0-9][0-9][0-9]"
_Tell = Callable[[Column[Any]], ColumnElement[bool]]
_TABLES: Final = (
    Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False)),
    *Base.metadata.sorted_tables,
)


async def require_values(session: AsyncSession) -> None:
    """Raise NotReady, with the names of tables and columns, if a value is of another type than its column."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    wrong = {table.name: await _wrong_columns(session, table, on_sqlite=on_sqlite) for table in _TABLES}
    named = "; ".join(f"{table} ({', '.join(columns)})" for table, columns in wrong.items() if columns)
    if named:
        raise NotReady(
            f"These tables hold values of a wrong kind, in the columns that are named: {named}. Find out who "
            "wrote to the database; keep it as it is, and put your backup back."
        )


@asynccontextmanager
async def naming_wrong_values(database: "Database") -> AsyncIterator[None]:
    """Raise what `require_values` raises in the place of an error of which a wrong value may be the cause."""
    try:
        yield
    except NotReady:
        raise
    except Exception as fault:
        # A server that is away would only be waited for once more.
        if not (database.is_postgresql and isinstance(fault, DatabaseAway)):
            await _require_values_of(database)
        raise


async def _require_values_of(database: "Database") -> None:
    wrong = None
    # Whatever keeps it from looking: then the first error is told.
    with suppress(Exception):
        async with database.reading() as session:
            try:
                await require_values(session)
            except NotReady as found:
                wrong = found
    if wrong is not None:
        raise wrong from None


def has_right_values(session: AsyncSession, model: type[Base], *names: str) -> ColumnElement[bool]:
    """Say of a row that each of its values, or each of those that are named, is of its column's type."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return _right_values(model.__tablename__, names, on_sqlite=on_sqlite)


@cache
def _right_values(table: str, names: Sequence[str], *, on_sqlite: bool) -> ColumnElement[bool]:
    """Make the condition once for each table: it is long, and claims and searches ask it at every request."""
    tell, columns = _teller(on_sqlite=on_sqlite), Base.metadata.tables[table].columns
    return and_(*(_is_wrong(tell, column) == 0 for column in columns if column.name in (names or columns)))


async def _wrong_columns(session: AsyncSession, table: Table, *, on_sqlite: bool) -> Sequence[str]:
    tell = _teller(on_sqlite=on_sqlite)
    columns = list(table.columns)
    is_wrong = [func.max(_is_wrong(tell, column)) for column in columns]
    found = (await session.execute(select(*is_wrong).select_from(table))).one()
    return [column.name for column, wrong in zip(columns, found, strict=True) if wrong]


def _teller(*, on_sqlite: bool) -> _Tell:
    return _is_right_in_sqlite if on_sqlite else _is_right_in_postgresql


def _is_wrong(tell: _Tell, column: Column[Any]) -> ColumnElement[int]:
    return case((column.is_(None), int(not column.nullable)), (tell(column), 0), else_=1)


def _is_right_in_sqlite(column: Column[Any]) -> ColumnElement[bool]:
    kind, is_a = column.type, func.typeof(column)
    # SQLite also keeps bytes that no driver can read as a text, and cannot tell by itself.
    is_text = and_(is_a == "text", getattr(func, IS_TEXT)(cast(column, LargeBinary)))
    number = type_coerce(column, Integer)
    if isinstance(kind, HourType):
        return and_(is_a == "integer", number.between(0, _DAYS * 24))
    if isinstance(kind, DayType):
        return and_(is_a == "integer", number.between(0, _DAYS))
    if isinstance(kind, ExactTime):
        return and_(is_text, _is_time(type_coerce(column, String)))
    if isinstance(kind, JSON):
        return case((not_(is_text), False), (func.json_valid(column) == 0, False), else_=_is_object(column))
    if isinstance(kind, Boolean):
        return and_(is_a == "integer", number.between(0, 1))
    if isinstance(kind, Integer):
        return is_a == "integer"
    if isinstance(kind, LargeBinary):
        return is_a == "blob"
    return is_text


def _is_time(column: ColumnElement[str]) -> ColumnElement[bool]:
    seconds = func.substr(column, 1, _SECONDS_LENGTH)
    is_written_so = or_(column.op("GLOB")(_TIME), column.op("GLOB")(_TIME + _FRACTION))
    is_ours = seconds.between(_written(_FIRST), _written(_LAST))
    return and_(is_written_so, func.datetime(seconds, "+0 days") == seconds, is_ours)


def _written(moment: datetime) -> str:
    return moment.isoformat(" ")[:_SECONDS_LENGTH]


def _is_object(column: Column[Any]) -> ColumnElement[bool]:
    return func.json_type(column) == "object"


def _is_right_in_postgresql(column: Column[Any]) -> ColumnElement[bool]:
    """PostgreSQL keeps the types, but its times reach further than ours, and its JSON need be no object."""
    kind, number = column.type, type_coerce(column, Integer)
    if isinstance(kind, HourType):
        return number.between(0, _DAYS * 24)
    if isinstance(kind, DayType):
        return number.between(0, _DAYS)
    if isinstance(kind, ExactTime):
        return column.between(_FIRST, _LAST)
    if isinstance(kind, JSON):
        return func.json_typeof(column) == "object"
    return column.is_not(None)

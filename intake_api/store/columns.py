"""The types of columns: a report's time is stored as a whole hour or day, an analyst's time is exact."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, Dialect, Integer, TypeDecorator, text, true
from sqlalchemy.orm import InstrumentedAttribute

# SQLite would number the rows, and so tell the order in which they arrived.
NO_ROW_NUMBERS: Final = {"sqlite_with_rowid": False}
# What reading a value raises that is none of its column's: whoever writes to the database can write one.
UNREADABLE: Final = (ArithmeticError, TypeError, ValueError)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def only_where(condition: str) -> dict[str, Any]:
    """Return the arguments that make an index partial on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class HourType(TypeDecorator[datetime]):
    """A time stored as its number of hours since 1970 in UTC, so that nothing finer can be stored."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Return the number of a time's hour."""
        return None if value is None else (value - _EPOCH) // timedelta(hours=1)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Return the beginning of the hour."""
        return None if value is None else _EPOCH + timedelta(hours=value)


class DayType(TypeDecorator[date]):
    """A day stored as its number since 1970, so that nothing finer can be stored."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> int | None:
        """Return the number of a day."""
        return None if value is None else (value - _EPOCH.date()).days

    def process_result_value(self, value: int | None, _dialect: Dialect) -> date | None:
        """Return the day."""
        return None if value is None else _EPOCH.date() + timedelta(days=value)


class ExactTime(TypeDecorator[datetime]):
    """An exact time in UTC; only for the acts of analysts and operators."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Add the time zone UTC, which SQLite does not store."""
        return None if value is None else value.replace(tzinfo=UTC)


def later_than(key: InstrumentedAttribute[str], row: str | None) -> ColumnElement[bool]:
    """Select the rows that follow one in the order of their key; without one all, an empty key too."""
    return true() if row is None else key > row

"""The types of columns: a report's time is a number of hours, an analyst's time is exact."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import DateTime, Dialect, Integer, TypeDecorator, text

# SQLite would count rows up, and so tell the order of arrival.
NO_ROW_NUMBERS: Final = {"sqlite_with_rowid": False}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def only_where(condition: str) -> dict[str, Any]:
    """Make an index partial, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class HourType(TypeDecorator[datetime]):
    """A time as the number of its hour since 1970, UTC: nothing finer fits in."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Cut a time down to its hour."""
        return None if value is None else (value - _EPOCH) // timedelta(hours=1)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Give the hour's beginning."""
        return None if value is None else _EPOCH + timedelta(hours=value)


class ExactTime(TypeDecorator[datetime]):
    """An exact time in UTC; only for what analysts and operators do."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Say again that it is UTC, which SQLite does not keep."""
        return None if value is None else value.replace(tzinfo=UTC)

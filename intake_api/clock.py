"""What tells the time; tests have a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Tell the time in UTC."""
    return datetime.now(UTC)

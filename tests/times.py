"""An hour for tests that need one."""

from datetime import UTC, datetime

HOUR = datetime(2026, 11, 24, 5, tzinfo=UTC)

"""Opens PostgreSQL with the settings that the code relies on, whatever its administrator chose for others."""

import ssl
from typing import Any, cast

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from intake_api.store.read_json import read_column


def postgresql_engine(written: str, seconds_to_wait: int, pool: dict[str, int]) -> AsyncEngine:
    """Return an engine that waits so long for a connection or a lock, with a pool of these sizes."""
    url = make_url(written).set(drivername="postgresql+asyncpg")
    arguments: dict[str, Any] = {"server_settings": _settings(seconds_to_wait), "timeout": seconds_to_wait}
    if url.query.get("sslmode") == "verify-full":
        arguments["ssl"] = ssl.create_default_context(cafile=cast("str | None", url.query.get("sslrootcert")))
    return create_async_engine(
        url.difference_update_query(["sslmode", "sslrootcert"]),
        hide_parameters=True,
        pool_pre_ping=True,
        json_deserializer=read_column,
        connect_args=arguments,
        **pool,
    )


def _settings(seconds_to_wait: int) -> dict[str, str]:
    return {
        "application_name": "reportline",
        "synchronous_commit": "on",
        "default_transaction_isolation": "read committed",
        "timezone": "UTC",
        "lock_timeout": f"{seconds_to_wait}s",
        "idle_in_transaction_session_timeout": f"{seconds_to_wait}s",
        "jit": "off",
    }

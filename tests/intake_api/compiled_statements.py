"""Compiles statements once for all intakes of a test process, as one intake compiles them once in its life.

A third of an intake's time in a test was compiling what the test before it had compiled too.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

_Key = tuple[Any, ...]


class _Shared(MutableMapping[_Key, Any]):
    """What SQLAlchemy keeps of an engine; an engine's own dialect, of the same database, stands for all."""

    def __init__(self) -> None:
        self._compiled: dict[_Key, Any] = {}

    def __getitem__(self, key: _Key) -> Any:
        return self._compiled[_of_database(key)]

    def __setitem__(self, key: _Key, compiled: Any) -> None:
        self._compiled[_of_database(key)] = compiled

    def __delitem__(self, key: _Key) -> None:
        del self._compiled[_of_database(key)]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._compiled)

    def __len__(self) -> int:
        return len(self._compiled)


def _of_database(key: _Key) -> _Key:
    dialect, *statement = key
    return dialect.name, *statement


_SHARED: Final = _Shared()


@event.listens_for(Engine, "engine_connect")
def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_SHARED)

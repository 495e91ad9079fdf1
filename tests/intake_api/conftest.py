"""Sets an intake up once on each database; each test gets a copy of it."""

import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import RunningApi, opened, prepare
from tests.postgresql import PostgreSql, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSql]:
    """Run a PostgreSQL server for all tests."""
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set an intake up on SQLite."""
    folder = tmp_path_factory.mktemp("fresh")
    prepare(IntakeSettings(data_dir=folder))
    return folder


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory, server: PostgreSql) -> Path:
    """Set an intake up on PostgreSQL, in the database `fresh`, with its keys in a folder."""
    folder = tmp_path_factory.mktemp("fresh")
    server.run("CREATE DATABASE fresh")
    prepare(IntakeSettings(data_dir=folder, database_url=SecretStr(server.url("fresh"))))
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> IntakeSettings:
    """Copy an intake that was set up, on each database."""
    made: IntakeSettings = request.getfixturevalue(f"{request.param}_settings")
    return made


@pytest.fixture
def sqlite_settings(fresh_folder: Path, tmp_path: Path) -> IntakeSettings:
    """Copy the intake on SQLite."""
    shutil.copytree(fresh_folder, tmp_path / "data")
    return IntakeSettings(data_dir=tmp_path / "data")


@pytest.fixture
def postgresql_settings(fresh_database: Path, server: PostgreSql, tmp_path: Path) -> Iterator[IntakeSettings]:
    """Copy the intake on PostgreSQL, database and keys."""
    shutil.copytree(fresh_database, tmp_path / "data")
    name = f"test_{secrets.token_hex(6)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE fresh STRATEGY file_copy")
    yield IntakeSettings(data_dir=tmp_path / "data", database_url=SecretStr(server.url(name)))
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_place(settings: IntakeSettings, server: PostgreSql, tmp_path: Path) -> Iterator[Path | str]:
    """Give a place for another database of the kind that the settings have."""
    if settings.database_url is None:
        yield tmp_path / "empty.db"
        return
    name = f"empty_{secrets.token_hex(6)}"
    server.run(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def api(settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake in this process."""
    async with opened(settings) as running_api:
        yield running_api

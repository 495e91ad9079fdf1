"""An intake is set up once, and each test runs a copy of it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from intake_api.settings import IntakeSettings
from tests.intake_api.office import Office, opened, prepare


@pytest.fixture(scope="session")
def fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set an intake up."""
    folder = tmp_path_factory.mktemp("fresh")
    prepare(folder)
    return folder


@pytest.fixture
def settings(fresh_folder: Path, tmp_path: Path) -> IntakeSettings:
    """Copy an intake that is set up."""
    shutil.copytree(fresh_folder, tmp_path / "data")
    return IntakeSettings(data_dir=tmp_path / "data")


@pytest.fixture
async def office(settings: IntakeSettings) -> AsyncIterator[Office]:
    """Run an intake."""
    async with opened(settings) as running_office:
        yield running_office

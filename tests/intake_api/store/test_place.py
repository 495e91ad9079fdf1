"""The place of the database is found, and a file that others may read is refused."""

from pathlib import Path

import pytest

from intake_api.settings import IntakeSettings
from intake_api.store.place import checked_database_place
from reportline.readiness import NotReady


def _settings(folder: Path, **changes: str) -> IntakeSettings:
    return IntakeSettings.model_validate({"data_dir": folder, **changes})


def test_the_file_of_sqlite_must_be_there_and_closed_to_others(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with pytest.raises(NotReady, match="There is no folder"):
        checked_database_place(settings)
    settings.folder.mkdir(mode=0o700)
    with pytest.raises(NotReady, match=r"There is no database .*`reportline setup` makes it, unless"):
        checked_database_place(settings)
    settings.database_file.touch(mode=0o600)
    assert checked_database_place(settings) == settings.database_file
    settings.database_file.chmod(0o644)
    with pytest.raises(NotReady, match="chmod 600"):
        checked_database_place(settings)


def test_a_url_is_given_as_it_is_set(tmp_path: Path) -> None:
    url = "postgresql://reportline:secret@127.0.0.1/reportline"
    assert checked_database_place(_settings(tmp_path, database_url=url)) == url

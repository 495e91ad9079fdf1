"""Returns where the database is; refuses a SQLite file that other users may read."""

from pathlib import Path

from intake_api.keys import require_database_file
from intake_api.settings import IntakeSettings


def checked_database_place(settings: IntakeSettings) -> Path | str:
    """Return where the database is; raises NotReady if the settings are wrong or others may read its file."""
    place = settings.database_place()
    if isinstance(place, Path):
        require_database_file(place)
    return place

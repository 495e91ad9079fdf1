"""Returns where the database is; a SQLite file that other users may read is refused."""

from pathlib import Path

from intake_api.keys import require_database as require_database_file
from intake_api.settings import IntakeSettings


def require_database(settings: IntakeSettings) -> Path | str:
    """Return where the database is; raises NotReady if the settings are wrong or others may read its file."""
    place = settings.database_place()
    if isinstance(place, Path):
        require_database_file(place)
    return place

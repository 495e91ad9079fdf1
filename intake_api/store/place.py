"""Where the database is, by the settings; it is refused if others may read it."""

from pathlib import Path

from intake_api.keys import require_database as require_database_file
from intake_api.settings import IntakeSettings


def require_database(settings: IntakeSettings) -> Path | str:
    """Give where the database is; raises NotReady if that cannot be told, or others may read its file."""
    place = settings.database_place()
    if isinstance(place, Path):
        require_database_file(place)
    return place

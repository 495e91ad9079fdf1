"""Returns where the database is; refuses a SQLite file that other users may read."""

from pathlib import Path
from typing import Final

from intake_api.keys import require_folder
from intake_api.settings import IntakeSettings
from reportline.private_files import require_private
from reportline.readiness import NotReady

_HEAD: Final = "audit.head"  # the name that audit/head.py, which is above, gives it
_LOST: Final = (
    "There is no database {file}, and {folder} has the keys of an intake that worked. If its database is "
    "PostgreSQL, set REPORTLINE_DATABASE_URL_FILE here; if not, restore its backup. To make a new intake, "
    "move that folder away first, and keep it."
)


def checked_database_place(settings: IntakeSettings) -> Path | str:
    """Return where the database is; raises NotReady if the settings are wrong or others may read its file."""
    place = settings.database_place()
    if isinstance(place, Path):
        require_database_file(place)
    return place


def require_database_file(file: Path) -> None:
    """Raise NotReady unless the database's file exists and no other user may read it."""
    if not file.is_file():
        require_folder(file.parent)
        if (file.parent / _HEAD).exists():
            raise NotReady(_LOST.format(file=file, folder=file.parent))
        raise NotReady(f"There is no database {file}. `reportline setup` makes it, unless you have a backup.")
    require_private(file)

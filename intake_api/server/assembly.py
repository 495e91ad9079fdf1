"""The parts of one intake, put together once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from intake_api.http.dependencies import Clock
from intake_api.items.merging import Merger
from intake_api.keys import KeyRing
from intake_api.keys import require_database as require_database_file
from intake_api.settings import IntakeSettings
from intake_api.store.audit import AuditLog
from intake_api.store.database import Database
from intake_api.vault import Vault


def utc_now() -> datetime:
    """Tell the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Intake:
    """One intake of one hotline."""

    settings: IntakeSettings
    keys: KeyRing
    database: Database
    vault: Vault
    audit: AuditLog
    merger: Merger
    now: Clock


def assemble(settings: IntakeSettings, now: Clock = utc_now) -> Intake:
    """Put an intake together; nothing runs yet. Raises NotReady if keys or database cannot be used."""
    keys = KeyRing(settings.folder)
    database, vault = Database(require_database(settings)), Vault(keys)
    merger = Merger(database, vault, settings.reopen_after, now)
    return Intake(settings, keys, database, vault, AuditLog(keys.current().audit), merger, now)


def require_database(settings: IntakeSettings) -> Path | str:
    """Give where the database is; raises NotReady if that cannot be told, or others may read its file."""
    place = settings.database_place()
    if isinstance(place, Path):
        require_database_file(place)
    return place

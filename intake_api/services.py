"""All that the routes work with, put together once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from intake_api.audit import AuditLog
from intake_api.database import Database
from intake_api.keys import IntakeKeys, read_keys, require_database
from intake_api.merging import Merger
from intake_api.settings import IntakeSettings
from intake_api.vault import Vault

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Tell the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Intake:
    """One intake of one hotline."""

    settings: IntakeSettings
    keys: IntakeKeys
    database: Database
    vault: Vault
    audit: AuditLog
    merger: Merger
    now: Clock


def assemble(settings: IntakeSettings, now: Clock = utc_now) -> Intake:
    """Put an intake together; nothing runs yet. Raises NotReady if keys or database cannot be used."""
    keys = read_keys(settings.folder)
    require_database(settings.database_file)
    database, vault = Database(settings.database_file), Vault(keys)
    return Intake(settings, keys, database, vault, AuditLog(keys.audit), Merger(database, vault), now)


def _here(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


IntakeHere = Annotated[Intake, Depends(_here)]

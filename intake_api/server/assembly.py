"""All that the routes work with, put together once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from intake_api.analysts.guard import Limits
from intake_api.items.merging import Merger
from intake_api.keys import KeyRing
from intake_api.keys import require_database as require_database_file
from intake_api.settings import IntakeSettings
from intake_api.store.audit import AuditLog
from intake_api.store.database import Database
from intake_api.vault import Vault

Clock = Callable[[], datetime]


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
    limits: Limits
    now: Clock


def assemble(settings: IntakeSettings, now: Clock = utc_now) -> Intake:
    """Put an intake together; nothing runs yet. Raises NotReady if keys or database cannot be used."""
    keys = KeyRing(settings.folder)
    database, vault = Database(require_database(settings)), Vault(keys)
    merger = Merger(database, vault, settings.reopen_after, now)
    return Intake(
        settings, keys, database, vault, AuditLog(keys.current().audit), merger, _limits(settings), now
    )


def require_database(settings: IntakeSettings) -> Path | str:
    """Give where the database is; raises NotReady if that cannot be told, or others may read its file."""
    place = settings.database_place()
    if isinstance(place, Path):
        require_database_file(place)
    return place


def _limits(settings: IntakeSettings) -> Limits:
    return Limits(
        a_day=timedelta(minutes=settings.exposure_minutes_a_day),
        at_once=timedelta(minutes=settings.exposure_minutes_at_once),
        rest=timedelta(minutes=settings.exposure_break_minutes),
        zone=ZoneInfo(settings.time_zone),
    )


def intake_of(request: Request) -> Intake:
    """Give the intake that serves a request."""
    intake: Intake = request.app.state.intake
    return intake


IntakeHere = Annotated[Intake, Depends(intake_of)]

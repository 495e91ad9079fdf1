"""The parts of the intake that routes ask for as dependencies; `server/app.py` puts them into the app state.

These are coroutines, since FastAPI would call a plain function in a thread.
"""

from typing import Annotated

from fastapi import Depends, Request

from intake_api.audit.log import AuditLog
from intake_api.clock import Clock
from intake_api.http.refusals import Refusals
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.vault import Vault


async def database_of(request: Request) -> Database:
    """Return the database."""
    database: Database = request.app.state.database
    return database


async def hand_in_database_of(request: Request) -> Database:
    """Return the database with the connections that are kept for channels."""
    database: Database = request.app.state.hand_in_database
    return database


async def vault_of(request: Request) -> Vault:
    """Return the vault, which decrypts the sealed columns."""
    vault: Vault = request.app.state.vault
    return vault


async def audit_of(request: Request) -> AuditLog:
    """Return the audit log."""
    audit: AuditLog = request.app.state.audit
    return audit


async def refusals_of(request: Request) -> Refusals:
    """Return the count of refusals."""
    refusals: Refusals = request.app.state.refusals
    return refusals


async def clock_of(request: Request) -> Clock:
    """Return the clock."""
    clock: Clock = request.app.state.clock
    return clock


async def settings_of(request: Request) -> IntakeSettings:
    """Return the settings."""
    settings: IntakeSettings = request.app.state.settings
    return settings


DatabaseHere = Annotated[Database, Depends(database_of)]
HandInDatabaseHere = Annotated[Database, Depends(hand_in_database_of)]
VaultHere = Annotated[Vault, Depends(vault_of)]
AuditHere = Annotated[AuditLog, Depends(audit_of)]
ClockHere = Annotated[Clock, Depends(clock_of)]
SettingsHere = Annotated[IntakeSettings, Depends(settings_of)]

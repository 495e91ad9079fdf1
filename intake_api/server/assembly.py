"""Makes the parts of an intake from its settings."""

from dataclasses import dataclass

from intake_api.audit.head import HeadKeeper
from intake_api.audit.log import AuditLog
from intake_api.clock import Clock, utc_now
from intake_api.hand_in.hour_log import HourLog
from intake_api.http.refusals import Refusals
from intake_api.items.merger import Merger
from intake_api.key_ring import KeyRing
from intake_api.server.audit_task import AuditTask
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.place import checked_database_place
from intake_api.vault import Vault


@dataclass(frozen=True, slots=True)
class Intake:
    """The parts of a hotline's intake; `hand_in_database` is `database` with connections of its own."""

    settings: IntakeSettings
    keys: KeyRing
    database: Database
    hand_in_database: Database
    vault: Vault
    audit: AuditLog
    heads: HeadKeeper
    refusals: Refusals
    merger: Merger
    audit_task: AuditTask
    hour_log: HourLog
    now: Clock


def assemble(settings: IntakeSettings, now: Clock = utc_now) -> Intake:
    """Make the parts of an intake; nothing runs yet. Raises NotReady if keys or database cannot be used."""
    keys = KeyRing(settings.folder)
    database, vault = Database(checked_database_place(settings)), Vault(keys)
    merger = Merger(database, vault, settings.reopen_after, now)
    audit, refusals = AuditLog(keys.current().audit), Refusals()
    heads = HeadKeeper(settings.folder, audit)
    task = AuditTask(database, audit, heads, refusals, now)
    return Intake(
        settings=settings,
        keys=keys,
        database=database,
        hand_in_database=database.beside(),
        vault=vault,
        audit=audit,
        heads=heads,
        refusals=refusals,
        merger=merger,
        audit_task=task,
        hour_log=HourLog(now),
        now=now,
    )

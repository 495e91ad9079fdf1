"""What `reportline doctor` looks at in the intake: it changes nothing, and advises on each fault."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from intake_api.faults import NotReady
from intake_api.keys import read_keys, require_private
from intake_api.server.assembly import require_database
from intake_api.settings import IntakeSettings
from intake_api.store.audit import AuditLog
from intake_api.store.database import DatabaseAway, opened
from intake_api.store.revision import require_current


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, whether it is fine, and what there is to know or to do."""

    name: str
    fine: bool
    advice: str


def check(settings: IntakeSettings) -> list[Check]:
    """Look at everything that the intake needs on this machine."""
    looks: tuple[tuple[str, Callable[[IntakeSettings], str]], ...] = (
        ("intake keys", _look_at_keys),
        ("intake files", _look_at_files),
        ("intake database", _look_at_database),
        ("audit log", _look_at_audit_log),
    )
    return [_check(name, look, settings) for name, look in looks]


def _check(name: str, look: Callable[[IntakeSettings], str], settings: IntakeSettings) -> Check:
    try:
        return Check(name, fine=True, advice=look(settings))
    except NotReady as fault:
        return Check(name, fine=False, advice=str(fault))
    except OSError as fault:
        return Check(name, fine=False, advice=f"The system says: {fault.strerror}. See whose the files are.")
    except (DatabaseAway, DBAPIError):
        return Check(name, fine=False, advice="The database cannot be read. Put your backup back.")


def _look_at_keys(settings: IntakeSettings) -> str:
    return f"reports are sealed to the key {read_keys(settings.folder).public_key().key_id}"


def _look_at_files(settings: IntakeSettings) -> str:
    if not settings.folder.is_dir():
        raise NotReady(f"There is no folder {settings.folder}. `reportline setup` makes it.")
    for path in (settings.folder, *settings.folder.rglob("*")):
        require_private(path)
    return f"{settings.folder} is closed to others"


def _look_at_database(settings: IntakeSettings) -> str:
    asyncio.run(_require_current(settings))
    return "is at the revision that this version needs"


async def _require_current(settings: IntakeSettings) -> None:
    async with opened(require_database(settings)) as database:
        await require_current(database)


def _look_at_audit_log(settings: IntakeSettings) -> str:
    broken = asyncio.run(_first_broken(settings))
    if broken is not None:
        raise NotReady(f"The audit log was changed at entry {broken}. Compare it with your backup.")
    return "its chain is whole"


async def _first_broken(settings: IntakeSettings) -> int | None:
    audit = AuditLog(read_keys(settings.folder).audit)
    async with opened(require_database(settings)) as database, database.reading() as session:
        return await audit.first_broken(session)

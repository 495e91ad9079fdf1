"""Checks the intake for `reportline doctor`: changes nothing, and says what to do about each fault."""

import asyncio
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import DBAPIError

from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.access_keys import changed_keys
from intake_api.store.audit import AuditLog
from intake_api.store.database import DatabaseAway, opened
from intake_api.store.key_checks import require_keys, with_pending
from intake_api.store.place import checked_database_place
from intake_api.store.revision import require_current
from reportline.checks import Check, look_at
from reportline.private_files import require_private
from reportline.readiness import NotReady


def check(settings: IntakeSettings) -> list[Check]:
    """Check everything that the intake needs on this machine."""
    looks: tuple[tuple[str, Callable[[IntakeSettings], str]], ...] = (
        ("intake keys", _look_at_keys),
        ("intake files", _look_at_files),
        ("intake database", _look_at_database),
        ("audit log", _look_at_audit_log),
        ("access keys", _look_at_access_keys),
    )
    return [look_at(name, partial(_looked, look, settings)) for name, look in looks]


def _looked(look: Callable[[IntakeSettings], str], settings: IntakeSettings) -> str:
    try:
        return look(settings)
    except (DatabaseAway, DBAPIError):
        raise NotReady("The database cannot be read. Put your backup back.") from None


def _look_at_keys(settings: IntakeSettings) -> str:
    read_keys(settings.folder)
    return "are all there"


def _look_at_files(settings: IntakeSettings) -> str:
    if not settings.folder.is_dir():
        raise NotReady(f"There is no folder {settings.folder}. `reportline setup` makes it.")
    for path in (settings.folder, *settings.folder.rglob("*")):
        require_private(path)
    return f"{settings.folder} is closed to others"


def _look_at_database(settings: IntakeSettings) -> str:
    key_id = asyncio.run(_seal_key_of_current(settings))
    return f"is at the revision that this version needs, and knows these keys; reports are sealed to {key_id}"


async def _seal_key_of_current(settings: IntakeSettings) -> str:
    """Return the id of the seal key in use; raises NotReady if the database does not fit version or keys."""
    keys = read_keys(settings.folder)
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            await require_keys(session, keys)
            return (await with_pending(session, keys)).public_key().key_id


def _look_at_audit_log(settings: IntakeSettings) -> str:
    broken = asyncio.run(_first_broken(settings))
    if broken is not None:
        raise NotReady(f"The audit log was changed at entry {broken}. Compare it with your backup.")
    return "its chain is whole"


def _look_at_access_keys(settings: IntakeSettings) -> str:
    if changed := asyncio.run(_changed_keys(settings)):
        raise NotReady(
            f"These access keys are not as the audit log says: {', '.join(changed)}. They open nothing. "
            "Find out who wrote to the database; revoke them, and make new ones."
        )
    return "are as the audit log says"


async def _changed_keys(settings: IntakeSettings) -> list[str]:
    audit = AuditLog(read_keys(settings.folder).audit)
    async with opened(checked_database_place(settings)) as database, database.reading() as session:
        return await changed_keys(session, audit)


async def _first_broken(settings: IntakeSettings) -> int | None:
    audit = AuditLog(read_keys(settings.folder).audit)
    async with opened(checked_database_place(settings)) as database, database.reading() as session:
        return await audit.first_broken(session)

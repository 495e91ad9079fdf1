"""Checks the intake for `reportline doctor`: changes nothing, and says what to do about each fault."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.head import HeadUnusable, cut, read_head
from intake_api.audit.log import AuditLog, Head
from intake_api.keys import FROM_ELSEWHERE, IntakeKeys, read_keys, require_folder
from intake_api.known_keys.access_keys import changed_keys
from intake_api.known_keys.checks import (
    has_other_audit_key,
    is_behind,
    known_checks,
    known_ids,
    pending_keys,
    require_keys,
    require_used_as_logged,
    with_pending,
)
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import opened
from intake_api.store.place import checked_database_place
from intake_api.store.revision import require_current
from intake_api.store.wrong_values import require_values
from intake_api.upkeep.audit_checks import faults_of_log, faults_of_rows
from intake_api.upkeep.sealed_columns import sealed_values
from intake_api.vault import Vault
from reportline.checks import Check, look_at
from reportline.private_files import require_owner, require_private
from reportline.readiness import NotReady

# Room for tens of thousands of reports, and for SQLite's write-ahead log.
ENOUGH_BYTES: Final = 128 * 1024 * 1024
_AWAITS_AUDIT_KEY: Final = (
    "The audit log, the assessments and the access keys are looked at once the right audit.key is back."
)


def check(settings: IntakeSettings, noted_down: Head | None = None) -> list[Check]:
    """Check everything that the intake needs on this machine; its log must hold the head `noted_down`."""
    looks: tuple[tuple[str, Callable[[IntakeSettings], str]], ...] = (
        ("intake keys", _look_at_keys),
        ("intake files", _look_at_files),
        ("intake disk", _look_at_disk),
        ("intake database", _look_at_database),
        ("database values", _look_at_values),
        ("audit log", partial(_look_at_audit_log, noted_down=noted_down)),
        ("assessments and reports", _look_at_rows),
        ("access keys", _look_at_access_keys),
    )
    return _told_once([look_at(name, partial(_looked, look, settings)) for name, look in looks])


def _told_once(checks: Sequence[Check]) -> list[Check]:
    """Leave out faults of which an earlier look says the same: they have one cause."""
    first: dict[tuple[bool, str], Check] = {}
    for one in checks:
        first.setdefault((one.fine, one.advice), one)
    return [one for one in checks if one.fine or first[one.fine, one.advice] is one]


def _looked(look: Callable[[IntakeSettings], str], settings: IntakeSettings) -> str:
    try:
        return look(settings)
    except (DatabaseAway, DBAPIError):
        raise NotReady("The database cannot be read. Put your backup back.") from None


def _look_at_keys(settings: IntakeSettings) -> str:
    read_keys(settings.folder)
    return f"{settings.folder} has one of each kind or more, and none is damaged"


def _look_at_files(settings: IntakeSettings) -> str:
    require_folder(settings.folder)
    for path in settings.folder.rglob("*"):
        require_private(path)
        require_owner(path, settings.folder)
    return f"{settings.folder} is closed to others"


def _look_at_disk(settings: IntakeSettings) -> str:
    require_folder(settings.folder)
    free = shutil.disk_usage(settings.folder).free
    if free < ENOUGH_BYTES:
        raise NotReady(
            f"{free // 1024**2} MiB are free on the disk of {settings.folder}. Make room: a full disk takes "
            "no report."
        )
    of_server = "" if isinstance(settings.database_place(), Path) else "; see PostgreSQL's disk too"
    return f"{free // 1024**2} MiB are free{of_server}"


def _look_at_database(settings: IntakeSettings) -> str:
    keys, older = asyncio.run(_keys_of_current(settings))
    fits = (
        f"{_place_in_words(settings)} is at this version's revision, and knows these keys; "
        f"reports are sealed to {keys.public_key().key_id}"
    )
    return ". ".join((fits, *map(_half_done, sorted(keys.pending)), *_half_resealed(older)))


def _place_in_words(settings: IntakeSettings) -> str:
    """Say which database it is, without the password in its URL."""
    place = settings.database_place()
    if isinstance(place, Path):
        return f"SQLite, {place},"
    parts = urlsplit(place)
    (host, *_) = parse_qs(parts.query).get("host", [parts.hostname])
    port = "" if parts.port is None else f":{parts.port}"
    return f"PostgreSQL, {parts.path.removeprefix('/')} at {host}{port},"


def _half_done(name: str) -> str:
    return (
        f"{name}.key is made, and nothing is sealed with it yet: unless a rotation is running now, run "
        f"`reportline intake rotate {name.partition('-')[0]}` again where that file is"
    )


def _half_resealed(older: int) -> Sequence[str]:
    again = "unless a rotation is running now, run `reportline intake rotate vault` again (damaged ones stay)"
    return (f"{_values(older)} still sealed with older keys: {again}",) if older else ()


def _values(number: int) -> str:
    return "1 value is" if number == 1 else f"{number} values are"


async def _keys_of_current(settings: IntakeSettings) -> tuple[IntakeKeys, int]:
    """Return the keys with those pending, and how many values are sealed with older vault keys.

    Raises NotReady if the database does not fit version or keys.
    """
    keys = read_keys(settings.folder)
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            await require_keys(session, keys)
            await require_used_as_logged(session)
            keys = await with_pending(session, keys)
            older = set(await known_ids(session, "vault")) - {keys.in_use("vault")}
            return keys, sum((await sealed_values(session, older)).values())


def _look_at_values(settings: IntakeSettings) -> str:
    asyncio.run(_require_values(settings))
    return "are of the kinds of their columns"


async def _require_values(settings: IntakeSettings) -> None:
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            await require_values(session)


def _look_at_audit_log(settings: IntakeSettings, noted_down: Head | None) -> str:
    faults, newest = asyncio.run(_faults_of_log(settings, noted_down))
    if faults:
        raise NotReady(" ".join(faults))
    held = "" if noted_down is None else f"; it holds entry {noted_down.number} as it was noted down"
    return f"its chain is whole, to entry {newest.number}{held}"


async def _faults_of_log(settings: IntakeSettings, noted_down: Head | None) -> tuple[list[str], Head]:
    audit = AuditLog(read_keys(settings.folder).audit)
    # Read before the log is, which a running intake may lengthen meanwhile.
    kept, unusable = _kept_head(settings.folder, audit)
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            await _require_audit_key(session, settings)
            faults = [*await faults_of_log(session, audit), *unusable]
            if kept is not None and not await audit.holds(session, kept):
                faults.append(cut(settings.folder, kept))
            if noted_down is not None and not await audit.holds(session, noted_down):
                faults.append(
                    f"The audit log does not hold entry {noted_down.number} as it was noted down: its end "
                    "was cut, or an older database was put in its place. Find out by whom."
                )
            return faults, await audit.newest(session)


async def _require_audit_key(session: AsyncSession, settings: IntakeSettings) -> None:
    if await has_other_audit_key(session, read_keys(settings.folder).audit):
        raise NotReady(_AWAITS_AUDIT_KEY)


def _kept_head(folder: Path, audit: AuditLog) -> tuple[Head | None, list[str]]:
    try:
        return read_head(folder, audit), []
    except HeadUnusable as fault:
        return None, [str(fault)]


def _look_at_rows(settings: IntakeSettings) -> str:
    if faults := asyncio.run(_faults_of_rows(settings)):
        raise NotReady(" ".join(faults))
    return "are as the audit log says"


async def _faults_of_rows(settings: IntakeSettings) -> list[str]:
    keys = read_keys(settings.folder)
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            await _require_audit_key(session, settings)
            # Without its key a value looks like one that somebody has changed.
            lacking = set(await known_ids(session, "vault")) - keys.vaults.keys()
            if missing := await sealed_values(session, lacking):
                return [_missing(key_id, number) for key_id, number in sorted(missing.items())]
            used = (await known_checks(session)).keys() - await pending_keys(session)
            if is_behind(used, keys):
                return ["They are looked at once the key that is missing here is back."]
            return await faults_of_rows(session, AuditLog(keys.audit), Vault(keys))


def _missing(key_id: str, values: int) -> str:
    return (
        f"vault-{key_id}.key is missing, and {_values(values)} still sealed with it: copy it "
        f"{FROM_ELSEWHERE}."
    )


def _look_at_access_keys(settings: IntakeSettings) -> str:
    if changed := asyncio.run(_changed_keys(settings)):
        raise NotReady(
            f"These access keys are not as the audit log says: {', '.join(changed)}. They open "
            "nothing. Find out who wrote to the database; run `reportline intake key revoke KEY` for each, "
            "also where its row is gone, and make new ones for those who need them."
        )
    return "are as the audit log says"


async def _changed_keys(settings: IntakeSettings) -> list[str]:
    audit = AuditLog(read_keys(settings.folder).audit)
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            await _require_audit_key(session, settings)
            return await changed_keys(session, audit)

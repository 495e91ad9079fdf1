"""Makes keys, database and first access keys in an empty folder; run again, it makes only what is missing."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from conversations.wire.sealing import public_half
from intake_api.audit.head import HEAD_FILE
from intake_api.audit.log import AuditLog
from intake_api.clock import utc_now
from intake_api.commands.changing import changing
from intake_api.keys import IntakeKeys, bots_half, make_keys, read_keys
from intake_api.known_keys.access_keys import Caller, add_key, caller_of
from intake_api.known_keys.checks import with_pending
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened
from intake_api.store.place import checked_database_place
from intake_api.store.revision import has_tables, require_current
from intake_api.upkeep.upgrading import bring_up_to_date
from reportline.bounded_files import read_text
from reportline.private_files import replace, require_private, try_to_replace, write_once
from reportline.readiness import NotReady

_EMPTIED: Final = (
    "The database is empty, and {folder} has the keys of an intake that worked. Restore its backup. To make "
    "a new intake, move that folder away first, and keep it."
)
_NO_KEYS: Final = (
    "The database has an intake already. Copy the folder of its keys to {folder} from a machine that has it, "
    "or restore a backup into an empty database."
)


def set_up(
    settings: IntakeSettings, *, channel_token_file: Path, analyst_token_file: Path, public_key_file: Path
) -> None:
    """Make folder, keys and database, a first access key for a channel and one for an analyst.

    Each token file gets one token; the public key file gets `key_id:hex` of the key to which channels seal.
    Raises NotReady if an existing part cannot be used, is another intake's, or is a database of another
    version: then nothing is made.
    """
    _require_own(settings, public_key_file)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = _keys(settings)
    asyncio.run(_make_database(settings, keys))
    _make_token(settings, keys, Role.CHANNEL, channel_token_file)
    _make_token(settings, keys, Role.ANALYST, analyst_token_file)
    public = asyncio.run(_in_use(settings, keys)).public_key()
    _write_public_key(public_key_file, f"{public.key_id}:{public.raw.hex()}\n")


def _require_own(settings: IntakeSettings, public_key_file: Path) -> None:
    """Refuse a host that has another intake's public key: reports for that one are sealed there."""
    if not public_key_file.exists():
        return
    key_id, _, raw = read_text(public_key_file).strip().partition(":")
    if not settings.folder.is_dir():
        raise NotReady(bots_half(public_key_file))
    private = read_keys(settings.folder).seals.get(key_id)
    if private is None or public_half(key_id, private).raw.hex() != raw:
        raise NotReady(
            f"{public_key_file} is the key of another intake. Move it away if reports are to come here."
        )


def _keys(settings: IntakeSettings) -> IntakeKeys:
    # A new key cannot open what an existing database holds: a missing key has to come from a backup.
    place, folder = settings.database_place(), settings.folder
    is_there = place.exists() if isinstance(place, Path) else True
    if not (is_there and asyncio.run(_has_tables(place))):
        if (folder / HEAD_FILE).exists():
            checked_database_place(settings)
            raise NotReady(_EMPTIED.format(folder=folder))
        make_keys(folder)
        if isinstance(place, Path):
            with suppress(FileExistsError):
                write_once(place, "")
        checked_database_place(settings)
        return read_keys(folder)
    if not folder.is_dir():
        raise NotReady(_NO_KEYS.format(folder=folder))
    # An upgrade is asked for by its own command: what it changes, only a backup brings back.
    asyncio.run(_require_current(settings))
    return read_keys(folder)


async def _require_current(settings: IntakeSettings) -> None:
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)


async def _has_tables(place: Path | str) -> bool:
    async with opened(place) as database:
        return await has_tables(database)


async def _make_database(settings: IntakeSettings, keys: IntakeKeys) -> None:
    async with changing(settings) as database:
        await bring_up_to_date(database, keys, settings.folder)
        await require_current(database)


async def _in_use(settings: IntakeSettings, keys: IntakeKeys) -> IntakeKeys:
    async with opened(checked_database_place(settings)) as database, database.reading() as session:
        return await with_pending(session, keys)


def _make_token(settings: IntakeSettings, keys: IntakeKeys, role: Role, file: Path) -> None:
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try_to_replace(file)
        # The key is valid before its token is written: after a crash in between, nobody has the token.
        write_once(file, f"{asyncio.run(_new_token(settings, keys, role))}\n")
        return
    require_private(file)
    caller = asyncio.run(_whose(settings, keys, read_text(file).strip()))
    if caller is None or caller.role is not role:
        raise NotReady(
            f"The access key in {file} opens nothing here. If it is for another intake, set "
            "REPORTLINE_INTAKE_URL to that one; if not, move the file away to get a new one."
        )


async def _new_token(settings: IntakeSettings, keys: IntakeKeys, role: Role) -> str:
    async with changing(settings) as database, database.writing() as session:
        return await add_key(session, AuditLog(keys.audit), role, "made at set-up", utc_now())


async def _whose(settings: IntakeSettings, keys: IntakeKeys, token: str) -> Caller | None:
    async with opened(checked_database_place(settings)) as database, database.reading() as session:
        return await caller_of(session, AuditLog(keys.audit), token)


def _write_public_key(file: Path, line: str) -> None:
    if not file.exists() or read_text(file) != line:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(file, line)

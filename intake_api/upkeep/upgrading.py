"""Brings a database to this version, and ties it to its keys, in one transaction."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.bound_assessments import bind_earlier
from intake_api.audit.head import cut, read_head
from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.clock import utc_now
from intake_api.keys import FROM_ELSEWHERE, IntakeKeys, adopt_keys, read_keys
from intake_api.known_keys.access_keys import sign_keys
from intake_api.known_keys.checks import known_checks, record, require_keys
from intake_api.known_keys.logged import TIED, keys_told, tell
from intake_api.known_keys.processes import Silence, wait_until_none_serves
from intake_api.store.database import Database
from intake_api.store.models import AuditEntry, Item, ServingProcess, is_claimed
from intake_api.store.revision import EMPTY, NEWEST_REVISION, revision_of, usable
from intake_api.store.schema import upgrade_in
from intake_api.upkeep.reindexing import is_behind
from intake_api.upkeep.sealed_columns import closed_in_samples
from intake_api.vault import Place, Vault, VaultClosed
from reportline.readiness import NotReady

_OTHER_KEYS = (
    "The keys in {folder} are not those of this database: they open nothing of it. Copy the right ones "
    f"{FROM_ELSEWHERE}."
)
_CHECKS_GONE = (
    "The check values of the keys are gone from the database, and its audit log tells that they were there: "
    "somebody wrote to it. Put your backup back."
)
_TIED = "keys_tied"
_NUMBERED_FIRST: Final = Item.claim_number.is_(None)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision a database came, and whether its keyed hashes have to be made anew."""

    before: str | None
    is_to_reindex: bool


async def upgrade_alone(database: Database, folder: Path, silence: Silence) -> Upgraded:
    """Upgrade a database that no intake serves; raises NotReady if one does, or as `bring_up_to_date`.

    A process that does not answer may have been cut off; `silence` learns of it, and it writes nothing more.
    """
    adopt_keys(folder)
    keys = read_keys(folder)
    with usable():
        async with database.reading() as session:
            before = await (await session.connection()).run_sync(revision_of)
            tells_processes = await (await session.connection()).run_sync(_has_processes)
        if before is None:
            raise NotReady(EMPTY)
        if tells_processes and database.is_postgresql:
            # Other machines do not see the lock of the folder. SQLite's file is in the folder itself.
            await wait_until_none_serves(database, silence)
    await bring_up_to_date(database, keys, folder)
    async with database.reading() as session:
        behind = select(Item.item_id).where(is_behind(Vault(keys))).limit(1)
        return Upgraded(before, await session.scalar(behind) is not None)


def _has_processes(connection: Connection) -> bool:
    return inspect(connection).has_table(ServingProcess.__tablename__)


async def bring_up_to_date(database: Database, keys: IntakeKeys, folder: Path) -> None:
    """Upgrade the database, and give it the check values of its keys.

    Raises NotReady, and changes nothing, if that fails or if the keys in `folder` are another intake's.
    """
    with usable():
        async with database.writing() as session:
            before = await (await session.connection()).run_sync(revision_of)
            await upgrade_in(session)
            await complete(session, keys, folder)
            if before not in {None, NEWEST_REVISION}:
                AuditLog(keys.audit).add(session, utc_now(), OPERATOR, "upgraded", NEWEST_REVISION)


async def complete(session: AsyncSession, keys: IntakeKeys, folder: Path) -> None:
    """Write what an upgrade cannot without keys; raises NotReady if these are not the database's."""
    audit = AuditLog(keys.audit)
    if await known_checks(session):
        await require_keys(session, keys)
    elif not await _open_it(session, keys):
        raise NotReady(_OTHER_KEYS.format(folder=folder))
    if (kept := read_head(folder, audit)) is not None and not await audit.holds(session, kept):
        raise NotReady(cut(folder, kept))
    await tie(session, keys)
    await _number_claims(session)


async def tie(session: AsyncSession, keys: IntakeKeys) -> None:
    """Give the database of an earlier version the check values of its keys, and sign what its log tells of.

    That is done once, and the log tells of it. Raises NotReady if it was done and the values are gone:
    whoever deleted them may have put an access key of their own among the rows. Nothing is signed or bound by
    a log that was changed.
    """
    audit = AuditLog(keys.audit)
    told = select(AuditEntry.sequence).where(AuditEntry.what == _TIED).limit(1)
    was_tied = await session.scalar(told) is not None
    is_whole = await audit.first_broken(session) is None
    if not await known_checks(session):
        if was_tied:
            raise NotReady(_CHECKS_GONE)
        await record(session, keys, keys.by_name())
        if is_whole:
            await sign_keys(session, audit)
    if not was_tied:
        audit.add(session, utc_now(), OPERATOR, _TIED, "keys")
    if is_whole and not (await keys_told(session)).known:
        tell(session, audit, TIED, sorted(await known_checks(session)))
    if is_whole:
        await bind_earlier(session, audit, Vault(keys), utc_now())


async def _number_claims(session: AsyncSession) -> None:
    """Give each claim a number that has none: an intake of an earlier version gave none."""
    taken: defaultdict[str | None, int] = defaultdict(int)
    claimed = select(Item).where(is_claimed).order_by(_NUMBERED_FIRST, Item.claim_id)
    for item in await session.scalars(claimed):
        if item.claim_number is None:
            item.claim_number = taken[item.claimed_by] + 1
        taken[item.claimed_by] = max(taken[item.claimed_by], item.claim_number)


async def _open_it(session: AsyncSession, keys: IntakeKeys) -> bool:
    """Tell whether samples open, whether addresses hash to what is there, and whether the chain begins so."""
    vault = Vault(keys)
    closed, tried = await closed_in_samples(session, vault)
    if tried and closed == tried:
        return False
    return await _hashes(session, vault) and await AuditLog(keys.audit).begins(session)


async def _hashes(session: AsyncSession, vault: Vault) -> bool:
    """Tell whether a sample of addresses hashes to what is there; those of earlier keys do not count."""
    sample = select(Item).where(Item.index_key.in_((vault.index_key, ""))).order_by(Item.item_id).limit(20)
    for item in await session.scalars(sample):
        try:
            canonical = vault.open(Place("items", item.item_id, "canonical"), item.canonical)
        except VaultClosed:
            continue
        if vault.blind_address(canonical) != item.address_hash:
            return False
    return True

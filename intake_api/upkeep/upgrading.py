"""Brings a database to this version, and ties it to its keys, in one transaction."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.bound_assessments import bind_earlier
from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.clock import utc_now
from intake_api.keys import IntakeKeys
from intake_api.known_keys.access_keys import sign_keys
from intake_api.known_keys.checks import known_checks, record, require_keys
from intake_api.store.database import Database
from intake_api.store.models import Item
from intake_api.store.revision import NEWEST_REVISION, revision_of, usable
from intake_api.store.schema import upgrade_in
from intake_api.upkeep.sealed_columns import closed_in_samples
from intake_api.vault import Place, Vault, VaultClosed
from reportline.readiness import NotReady

_OTHER_KEYS = (
    "The keys in {folder} are not those of this database: they open nothing of it. Put the right ones back "
    "from your backup."
)


async def bring_up_to_date(database: Database, keys: IntakeKeys, folder: object) -> None:
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


async def complete(session: AsyncSession, keys: IntakeKeys, folder: object) -> None:
    """Write what an upgrade cannot without keys; raises NotReady if these are not the database's."""
    audit = AuditLog(keys.audit)
    if await known_checks(session):
        await require_keys(session, keys)
    elif await _open_it(session, keys):
        await record(session, keys, keys.by_name())
        await sign_keys(session, audit)
    else:
        raise NotReady(_OTHER_KEYS.format(folder=folder))
    await bind_earlier(session, audit, Vault(keys), utc_now())


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

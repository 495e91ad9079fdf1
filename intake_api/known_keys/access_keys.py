"""Adds, revokes and checks access keys: 256 random bits for one role, stored as a hash only.

Who can write to the database alone makes none: each row is signed, and the audit log says which are in force.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.faults import Reason, Refused
from intake_api.roles import Role
from intake_api.store.models import AccessKey, AuditEntry

_NO_HASH = bytes(32)
_ADDED, _REVOKED = "_key_added", "key_revoked"
_GONE = "(the row was gone)"


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a request came with."""

    key_id: str
    role: Role


async def add_key(session: AsyncSession, audit: AuditLog, role: Role, name: str, at: datetime) -> str:
    """Add an access key; returns its token, which is not stored and cannot be shown again."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    row = AccessKey(key_id=key_id, role=role, name=name, token_hash=_hashed(secret), made_at=at)
    row.mac = _mac(audit, row)
    session.add(row)
    audit.add(session, at, OPERATOR, f"{role}{_ADDED}", key_id)
    return f"reportline-{key_id}-{secret}"


async def revoke_key(session: AsyncSession, audit: AuditLog, key_id: str, at: datetime) -> bool:
    """Revoke a key that is in force, or that is not as the audit log says; returns whether it was one.

    Afterwards it is as the log says: revoked, with the role that the log tells, and with a row if that was
    gone.
    """
    row = await session.get(AccessKey, key_id, with_for_update={"key_share": True})
    entries = select(AuditEntry).where(AuditEntry.subject == key_id).order_by(AuditEntry.sequence)
    told = (await session.scalars(entries.where(AuditEntry.what.endswith(_ADDED)))).all()
    revoked = await session.scalar(entries.where(AuditEntry.what == _REVOKED).limit(1)) is not None
    if row is None:
        if not told:
            return False
        row = AccessKey(key_id=key_id, name=_GONE, token_hash=_NO_HASH, made_at=told[0].at)
        session.add(row)
    elif row.revoked_at is not None and _is_as_logged(audit, row, len(told), int(revoked)):
        return False
    if told:
        row.role = told[0].what.removesuffix(_ADDED)
    row.revoked_at = at
    row.mac = _mac(audit, row)
    await session.flush()
    audit.add(session, at, OPERATOR, _REVOKED, key_id)
    return True


async def require_key_of(session: AsyncSession, key_id: str, *roles: Role) -> None:
    """Raise Refused (not-found) unless there is a valid key with one of these roles."""
    key = await session.get(AccessKey, key_id)
    if key is None or key.revoked_at is not None or key.role not in roles:
        raise Refused(Reason.NOT_FOUND)


async def caller_of(session: AsyncSession, audit: AuditLog, token: str) -> Caller | None:
    """Return the caller of a token, or None if the token is unknown or revoked.

    A row that was written or changed without the audit log's key opens nothing, and neither does an older row
    that was put back: what is in force is what the audit log says.
    """
    match = re.fullmatch(r"reportline-([0-9a-f]{12})-([0-9a-f]{64})", token)
    key_id, secret = match.groups() if match else ("", "")
    found = (await session.execute(_with_entries().where(AccessKey.key_id == key_id))).one_or_none()
    # The comparison runs for unknown keys too, so that its duration does not tell which ids exist.
    same = hmac.compare_digest(_hashed(secret), _NO_HASH if found is None else found[0].token_hash)
    if found is None or not same or not _is_in_force(audit, *found):
        return None
    return Caller(key_id, Role(found[0].role))


async def lock_key(session: AsyncSession, key_id: str) -> None:
    """Lock an access key, if there is one, before any item: so requests of one take turns."""
    await session.get(AccessKey, key_id, with_for_update={"key_share": True})


async def sign_keys(session: AsyncSession, audit: AuditLog) -> None:
    """Sign the rows of an earlier version of which the audit log tells; any other row opens nothing."""
    for key, added, revoked in (await session.execute(_with_entries().where(AccessKey.mac.is_(None)))).all():
        if added == 1 and bool(revoked) == (key.revoked_at is not None):
            key.mac = _mac(audit, key)
    await session.flush()


async def changed_keys(session: AsyncSession, audit: AuditLog) -> list[str]:
    """Return the ids of keys that are not as the audit log says, those without a row among them."""
    rows = (await session.execute(_with_entries())).all()
    changed = [key.key_id for key, added, revoked in rows if not _is_as_logged(audit, key, added, revoked)]
    told = select(AuditEntry.subject).where(AuditEntry.what.endswith(_ADDED)).distinct()
    gone = set(await session.scalars(told)) - {key.key_id for key, _, _ in rows}
    return sorted((*changed, *gone))


def _with_entries() -> Select[AccessKey, int, int]:
    """Select keys with the number of entries that say that they were added with this role, and revoked."""
    of_key = select(func.count()).where(AuditEntry.subject == AccessKey.key_id)
    added = of_key.where(AuditEntry.what == AccessKey.role + _ADDED).scalar_subquery()
    revoked = of_key.where(AuditEntry.what == _REVOKED).scalar_subquery()
    return select(AccessKey, added, revoked)


def _is_in_force(audit: AuditLog, key: AccessKey, added: int, revoked: int) -> bool:
    return key.revoked_at is None and not revoked and _is_as_logged(audit, key, added, revoked)


def _is_as_logged(audit: AuditLog, key: AccessKey, added: int, revoked: int) -> bool:
    signed = hmac.compare_digest(key.mac or bytes(32), _mac(audit, key))
    # A revoked key opens nothing, whoever wrote its row: an operator has seen to it.
    is_known = added == 1 or bool(revoked)
    return signed and is_known and bool(revoked) == (key.revoked_at is not None)


def _mac(audit: AuditLog, key: AccessKey) -> bytes:
    revoked = key.revoked_at.isoformat() if key.revoked_at else None
    told = (key.key_id, key.role, key.name, key.token_hash.hex(), key.made_at.isoformat(), revoked)
    return audit.sign_row(("access_keys", *told))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

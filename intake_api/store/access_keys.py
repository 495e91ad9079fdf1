"""Adds, revokes and checks access keys: 256 random bits for one role, stored as a hash only."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.faults import Reason, Refused
from intake_api.roles import Role
from intake_api.store.audit import OPERATOR, AuditLog
from intake_api.store.models import AccessKey

_NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a request came with."""

    key_id: str
    role: Role


async def add_key(session: AsyncSession, audit: AuditLog, role: Role, name: str, at: datetime) -> str:
    """Add an access key; returns its token, which is not stored and cannot be shown again."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    row = AccessKey(key_id=key_id, role=role, name=name, token_hash=_hashed(secret), made_at=at)
    session.add(row)
    await audit.add(session, at, OPERATOR, f"{role}_key_added", key_id)
    return f"reportline-{key_id}-{secret}"


async def revoke_key(session: AsyncSession, audit: AuditLog, key_id: str, at: datetime) -> bool:
    """Revoke a key; returns whether there was such a valid key."""
    in_force = (AccessKey.key_id == key_id) & AccessKey.revoked_at.is_(None)
    revoked = update(AccessKey).where(in_force).values(revoked_at=at).returning(AccessKey.key_id)
    known = (await session.scalars(revoked)).one_or_none() is not None
    if known:
        await audit.add(session, at, OPERATOR, "key_revoked", key_id)
    return known


async def require_key_of(session: AsyncSession, key_id: str, *roles: Role) -> None:
    """Raise Refused (not-found) unless there is a valid key with one of these roles."""
    key = await session.get(AccessKey, key_id)
    if key is None or key.revoked_at is not None or Role(key.role) not in roles:
        raise Refused(Reason.NOT_FOUND)


async def caller_of(session: AsyncSession, token: str) -> Caller | None:
    """Return the caller of a token, or None if the token is unknown or revoked."""
    match = re.fullmatch(r"reportline-([0-9a-f]{12})-([0-9a-f]{64})", token)
    key_id, secret = match.groups() if match else ("", "")
    key = await session.get(AccessKey, key_id)
    # The comparison runs for unknown keys too, so that its duration does not tell which ids exist.
    same = hmac.compare_digest(_hashed(secret), _NO_HASH if key is None else key.token_hash)
    if key is None or not same or key.revoked_at is not None:
        return None
    return Caller(key_id, Role(key.role))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

"""Nobody comes in without a key: 256 random bits that open one door, of which only a hash is kept."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request, Response, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.http.errors import Problem
from intake_api.server.assembly import intake_of
from intake_api.store.audit import OPERATOR, AuditLog
from intake_api.store.models import AccessKey
from reportline.logs import log_event

_NOBODY = bytes(32)
_bearer = HTTPBearer(
    scheme_name="accessKey",
    auto_error=False,
    description="An access key, made by `reportline intake key add`; its role is the door that it opens.",
)


class Role(StrEnum):
    """The door that a key opens."""

    CHANNEL = "channel"
    ANALYST = "analyst"
    LEAD = "lead"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it was."""

    key_id: str
    role: Role


async def add_key(session: AsyncSession, audit: AuditLog, role: Role, name: str, at: datetime) -> str:
    """Make an access key; returns its token, which is told this once."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    row = AccessKey(key_id=key_id, role=role, name=name, token_hash=_hashed(secret), made_at=at)
    session.add(row)
    await audit.add(session, at, OPERATOR, f"{role}_key_added", key_id)
    return f"reportline-{key_id}-{secret}"


async def revoke_key(session: AsyncSession, audit: AuditLog, key_id: str, at: datetime) -> bool:
    """Let a key open nothing from now on; returns whether there was such a key in force."""
    in_force = (AccessKey.key_id == key_id) & AccessKey.revoked_at.is_(None)
    revoked = update(AccessKey).where(in_force).values(revoked_at=at).returning(AccessKey.key_id)
    known = (await session.scalars(revoked)).one_or_none() is not None
    if known:
        await audit.add(session, at, OPERATOR, "key_revoked", key_id)
    return known


async def require_key_of(session: AsyncSession, key_id: str, *roles: Role) -> None:
    """Raise Problem (not-found) unless there is a key in force that opens one of these doors."""
    key = await session.get(AccessKey, key_id)
    if key is None or key.revoked_at is not None or Role(key.role) not in roles:
        raise Problem("not-found")


async def caller_of(session: AsyncSession, token: str) -> Caller | None:
    """Tell whose token this is; None if it is nobody's or revoked."""
    match = re.fullmatch(r"reportline-([0-9a-f]{12})-([0-9a-f]{64})", token)
    key_id, secret = match.groups() if match else ("", "")
    key = await session.get(AccessKey, key_id)
    # The comparison runs for unknown keys too, so that time does not tell which ids exist.
    same = hmac.compare_digest(_hashed(secret), _NOBODY if key is None else key.token_hash)
    if key is None or not same or key.revoked_at is not None:
        return None
    return Caller(key_id, Role(key.role))


class KeyedRoute(APIRoute):
    """A route at which a key that opens it is asked for before anything else of a request is read.

    A dependency would ask too late: FastAPI reads and parses the body before it calls any.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler; it raises Problem: 401 without a key in force, 403 with one of another role."""
        handle, roles = super().get_route_handler(), _roles_of(self.dependant)

        async def handle_if_admitted(request: Request) -> Response:
            caller = request.state.caller = await _caller_known(request)
            if caller.role not in roles:
                raise _refused("wrong-door", "wrong_role")
            return await handle(request)

        return handle_if_admitted


def opens_to(*roles: Role) -> Callable[..., Awaitable[Caller]]:
    """Make the dependency that tells a KeyedRoute and the contract which roles come in; gives the caller."""

    async def admit(request: Request, _: Annotated[object, Security(_bearer, scopes=list(roles))]) -> Caller:
        caller: Caller = request.state.caller
        return caller

    return admit


ChannelCaller = Annotated[Caller, Depends(opens_to(Role.CHANNEL))]
AnalystCaller = Annotated[Caller, Depends(opens_to(Role.ANALYST, Role.LEAD))]
LeadCaller = Annotated[Caller, Depends(opens_to(Role.LEAD))]
AuditorCaller = Annotated[Caller, Depends(opens_to(Role.AUDITOR))]
CountsCaller = Annotated[Caller, Depends(opens_to(Role.ANALYST, Role.LEAD, Role.AUDITOR))]


async def _caller_known(request: Request) -> Caller:
    credentials = await _bearer(request)
    if credentials is None:
        raise _refused("no-access-key", "missing_key")
    async with intake_of(request).database.reading() as session:
        caller = await caller_of(session, credentials.credentials)
    if caller is None:
        raise _refused("no-access-key", "wrong_key")
    return caller


def _roles_of(dependant: Dependant) -> set[str]:
    keys = (key for needed in dependant.dependencies for key in needed.dependencies)
    return {role for key in keys for role in key.own_oauth_scopes or ()}


def _refused(problem: str, reason: str) -> Problem:
    log_event("access_refused", reason=reason)
    return Problem(problem)


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

"""Asks for an access key before any other part of a request is read."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer

from intake_api.http.contract import DescribedRoute
from intake_api.http.dependencies import audit_of, database_of, hand_in_database_of, refusals_of
from intake_api.http.errors import Problem
from intake_api.http.refusals import RefusedFor
from intake_api.http.strict_requests import StrictRequest, query_names, require_known_query
from intake_api.known_keys.access_keys import Caller, caller_of
from intake_api.roles import Role
from intake_api.store.database import Database

_bearer = HTTPBearer(
    scheme_name="accessKey",
    auto_error=False,
    description="An access key, made by `reportline intake key add`; its role is the door that it opens.",
)


class KeyedRoute(DescribedRoute):
    """A route that asks for a key of one of its roles before any other part of a request is read.

    A dependency would be too late: FastAPI reads and parses the body before it calls any dependency.
    """

    database_of = staticmethod(database_of)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler; it raises Problem: 401 without a valid key, 403 for a key of another role."""
        handle, roles = super().get_route_handler(), _roles_of(self.dependant)
        known = query_names(self.dependant)

        async def handle_if_admitted(request: Request) -> Response:
            database = await self.database_of(request)
            caller = request.state.caller = await _authenticated(request, database)
            if caller.role not in roles:
                raise await _refused(request, "wrong-door", "wrong_role")
            require_known_query(request, known)
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_if_admitted


class ChannelRoute(KeyedRoute):
    """A route of the channels, which never waits for a connection that an analyst has."""

    database_of = staticmethod(hand_in_database_of)


def requires_role(*roles: Role) -> Callable[..., Awaitable[Caller]]:
    """Make a dependency that names a route's roles (KeyedRoute checks them) and returns the caller."""

    async def admit(request: Request, _: Annotated[object, Security(_bearer, scopes=list(roles))]) -> Caller:
        caller: Caller = request.state.caller
        return caller

    return admit


ChannelCaller = Annotated[Caller, Depends(requires_role(Role.CHANNEL))]
AnalystCaller = Annotated[Caller, Depends(requires_role(Role.ANALYST, Role.LEAD))]
LeadCaller = Annotated[Caller, Depends(requires_role(Role.LEAD))]
AuditorCaller = Annotated[Caller, Depends(requires_role(Role.AUDITOR))]
CountsCaller = Annotated[Caller, Depends(requires_role(Role.ANALYST, Role.LEAD, Role.AUDITOR))]
MetricsCaller = Annotated[Caller, Depends(requires_role(Role.LEAD, Role.AUDITOR))]


async def _authenticated(request: Request, database: Database) -> Caller:
    credentials = await _bearer(request)
    if credentials is None:
        raise await _refused(request, "no-access-key", "missing_key")
    async with database.reading() as session:
        caller = await caller_of(session, await audit_of(request), credentials.credentials)
    if caller is None:
        raise await _refused(request, "no-access-key", "wrong_key")
    return caller


def _roles_of(dependant: Dependant) -> set[str]:
    keys = (key for needed in dependant.dependencies for key in needed.dependencies)
    return {role for key in keys for role in key.own_oauth_scopes or ()}


async def _refused(request: Request, problem: str, reason: RefusedFor) -> Problem:
    (await refusals_of(request)).count(reason)
    return Problem(problem)

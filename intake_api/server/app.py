"""Builds and runs the app; it refuses to start on a wrong revision, and merges reports left by a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

from fastapi import FastAPI
from starlette.datastructures import State

from intake_api.analysts.routes import analysts
from intake_api.export.routes import exports
from intake_api.hand_in.routes import channels
from intake_api.http.errors import handle_errors
from intake_api.http.middleware import BodyLimit, ErrorBoundary
from intake_api.known_keys.processes import present
from intake_api.numbers.routes import Numbers, health, numbers
from intake_api.server.assembly import Intake
from intake_api.server.openapi import completed
from intake_api.store.journal import keep_emptying
from intake_api.store.revision import require_current, require_writable
from intake_api.store.wrong_values import naming_wrong_values
from intake_api.upkeep.locks import serving, serving_alone
from intake_api.upkeep.reindexing import require_indexed

# Included routers would be built anew for each app, at its first request.
_ROUTES: Final = [
    route for router in (channels, analysts, exports, numbers, health) for route in router.routes
]
# What is cut off is done at the next start.
_SECONDS_TO_END: Final = 2


class IntakeApp(FastAPI):
    """The FastAPI app, with a contract (OpenAPI) that `openapi.py` completes."""

    def openapi(self) -> dict[str, Any]:
        """Return the contract."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


def build(intake: Intake) -> FastAPI:
    """Build the app of an intake that is running."""
    app = IntakeApp(
        title="Reportline intake",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # A redirect would repeat the host and the path of the request.
        redirect_slashes=False,
        routes=_ROUTES,
    )
    _give_parts(app.state, intake)
    handle_errors(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(ErrorBoundary)
    return app


def _give_parts(state: State, intake: Intake) -> None:
    """Put the parts of the intake into the app's state, where the routes' dependencies read them."""
    state.settings, state.clock = intake.settings, intake.now
    state.database, state.vault, state.audit = intake.database, intake.vault, intake.audit
    state.hand_in_database = intake.hand_in_database
    state.refusals = intake.refusals
    state.keys, state.hour_log = intake.keys, intake.hour_log
    state.numbers = Numbers(intake.database, intake.keys, intake.settings.folder, intake.now, intake.heads)


@asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[FastAPI]:
    """Run an intake; raises NotReady when the database or its keyed hashes are of another version."""
    try:
        async with AsyncExitStack() as stack:
            async with naming_wrong_values(intake.database):
                await _start(intake, stack)
            yield build(intake)
    finally:
        await intake.database.close()


async def _start(intake: Intake, stack: AsyncExitStack) -> None:
    stack.enter_context(serving(intake.settings.folder))
    if not intake.database.is_postgresql:
        stack.enter_context(serving_alone(intake.settings.folder))
    await require_current(intake.database)
    await require_writable(intake.database)
    await stack.enter_async_context(present(intake.database, intake.keys))
    async with intake.database.reading() as session:
        await require_indexed(session, intake.vault)
    await intake.audit_task.tick()
    await stack.enter_async_context(_working(intake))
    await stack.enter_async_context(_emptying_journal(intake))


@asynccontextmanager
async def _working(intake: Intake) -> AsyncIterator[None]:
    """Do what no request waits for, until the block ends."""
    workers = (intake.merger, intake.hour_log, intake.audit_task)
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*running), _SECONDS_TO_END)


@asynccontextmanager
async def _emptying_journal(intake: Intake) -> AsyncIterator[None]:
    emptying = asyncio.create_task(keep_emptying(intake.database))
    try:
        yield
    finally:
        emptying.cancel()
        await asyncio.wait({emptying})

"""Builds and runs the app; it refuses to start on a wrong revision, and merges reports left by a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State

from intake_api.analysts.routes import analysts
from intake_api.export.routes import exports
from intake_api.hand_in.routes import channels
from intake_api.http.errors import handle_errors
from intake_api.http.middleware import BodyLimit, ErrorBoundary
from intake_api.numbers.routes import Numbers, health, numbers
from intake_api.server.assembly import Intake
from intake_api.server.openapi import completed
from intake_api.store.processes import present
from intake_api.store.revision import require_current
from intake_api.upkeep.locks import serving, serving_alone
from intake_api.upkeep.reindexing import require_indexed


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
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
        # A redirect would repeat the host and the path of the request.
        redirect_slashes=False,
    )
    _give_parts(app.state, intake)
    for router in (channels, analysts, exports, numbers, health):
        app.include_router(router)
    handle_errors(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(ErrorBoundary)
    return app


def _give_parts(state: State, intake: Intake) -> None:
    """Put the parts of the intake into the app's state, where the routes' dependencies read them."""
    state.settings, state.clock = intake.settings, intake.now
    state.database, state.vault, state.audit = intake.database, intake.vault, intake.audit
    state.keys, state.after_hand_in = intake.keys, intake.merger.wake
    state.numbers = Numbers(intake.database, intake.keys, intake.settings.folder, intake.now)


@asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[FastAPI]:
    """Run an intake; raises NotReady when the database or its keyed hashes are of another version."""
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(serving(intake.settings.folder))
            if not intake.database.is_postgresql:
                stack.enter_context(serving_alone(intake.settings.folder))
            await require_current(intake.database)
            await stack.enter_async_context(present(intake.database, intake.keys))
            async with intake.database.reading() as session:
                await require_indexed(session, intake.vault)
            await stack.enter_async_context(_merging(intake))
            yield build(intake)
    finally:
        await intake.database.close()


@asynccontextmanager
async def _merging(intake: Intake) -> AsyncIterator[None]:
    merging = asyncio.create_task(intake.merger.run())
    try:
        yield
    finally:
        intake.merger.stop()
        await merging

"""The API put together: it does not start when a promise cannot be kept, and merges what a crash has left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from intake_api import routes
from intake_api.edge import BoundedBody, Guarded
from intake_api.errors import handle_errors, problem_schemas
from intake_api.schema import require_current
from intake_api.services import Intake


class IntakeApp(FastAPI):
    """The app, whose contract (OpenAPI) describes problem documents too."""

    def openapi(self) -> dict[str, Any]:
        """Give the contract."""
        contract = super().openapi()
        contract["components"]["schemas"] |= problem_schemas()
        return contract


def build(intake: Intake) -> FastAPI:
    """Build the app of an intake that is running."""
    app = IntakeApp(
        title="Reportline intake",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.intake = intake
    for router in (routes.channels, routes.analysts, routes.health):
        app.include_router(router)
    handle_errors(app)
    app.add_middleware(BoundedBody)
    app.add_middleware(Guarded)
    return app


@asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[FastAPI]:
    """Run an intake; raises NotReady when the database is not at the right revision."""
    try:
        await require_current(intake.database)
        merging = asyncio.create_task(intake.merger.run())
        try:
            yield build(intake)
        finally:
            intake.merger.stop()
            await merging
    finally:
        await intake.database.close()

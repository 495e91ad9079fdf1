"""The intake's commands: serving the API, upgrading its database, and the access keys of those who come."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypeVar

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from intake_api.access import Role, add_key, revoke_key
from intake_api.app import running
from intake_api.audit import AuditLog
from intake_api.database import opened
from intake_api.keys import NotReady, read_keys, require_database
from intake_api.models import AccessKey
from intake_api.schema import require_current, upgrade
from intake_api.services import Intake, assemble, utc_now
from intake_api.settings import IntakeSettings, read_settings
from logs import configure_logs, log_event

SECONDS_TO_FINISH = 10
Result = TypeVar("Result")

intake = typer.Typer(no_args_is_help=True, help="Take reports in, and queue them for analysts.")
key = typer.Typer(no_args_is_help=True, help="Let channels and analysts in, and shut them out.")
intake.add_typer(key, name="key")


@intake.command()
def serve() -> None:
    """Serve the API until stopped."""
    settings = _ready(lambda: read_settings(IntakeSettings))
    assembled = _ready(lambda: assemble(settings))
    listener = _ready(lambda: _listen(settings))
    configure_logs()
    _run(_serve(assembled, listener))


@intake.command(name="upgrade")
def upgrade_database() -> None:
    """Bring the database to the revision that this version needs; make a backup first."""
    settings = _ready(lambda: read_settings(IntakeSettings))
    _ready(lambda: require_database(settings.database_file))
    _run(_upgrade(settings))
    typer.echo("The database is at the revision that this version needs.")


@key.command(name="add")
def add(
    role: Annotated[Role, typer.Argument(help="the door that the key opens")],
    name: Annotated[str, typer.Argument(help="who will hold it, for the list of keys")],
) -> None:
    """Make an access key and print its token, this once."""
    settings = _ready(lambda: read_settings(IntakeSettings))
    typer.echo(_run(_add(settings, role, name)))


@key.command(name="list")
def list_keys() -> None:
    """List the access keys; their tokens are nowhere."""
    settings = _ready(lambda: read_settings(IntakeSettings))
    table = Table("key", "role", "holder", "made", "revoked")
    for row in _run(_all_keys(settings)):
        revoked = "" if row.revoked_at is None else f"{row.revoked_at:%Y-%m-%d}"
        table.add_row(row.key_id, row.role, Text(row.name), f"{row.made_at:%Y-%m-%d}", revoked)
    Console().print(table)


@key.command()
def revoke(key_id: Annotated[str, typer.Argument(help="the key's id, as listed")]) -> None:
    """Let an access key open nothing from now on."""
    settings = _ready(lambda: read_settings(IntakeSettings))
    if not _run(_revoke(settings, key_id)):
        typer.echo("There is no such key in force. See `reportline intake key list`.", err=True)
        raise typer.Exit(1)
    typer.echo("The key opens nothing any more.")


def _ready(read: Callable[[], Result]) -> Result:
    """Read something that must be right before anything starts; otherwise say what to do, and stop."""
    try:
        return read()
    except NotReady as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    return _ready(lambda: asyncio.run(work))


def _listen(settings: IntakeSettings) -> socket.socket:
    host, port = settings.intake_host, settings.intake_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        raise NotReady(
            f"Cannot listen on {host}, port {port}: {fault.strerror}. "
            "Set REPORTLINE_INTAKE_HOST and REPORTLINE_INTAKE_PORT."
        ) from None


async def _serve(assembled: Intake, listener: socket.socket) -> None:
    async with running(assembled) as app:
        host, port = listener.getsockname()[:2]
        typer.echo(f"The intake serves at http://{host}:{port}")
        log_event("started", house="intake")
        await _server(app).serve(sockets=[listener])
    log_event("stopped", house="intake")


def _server(app: FastAPI) -> uvicorn.Server:
    # The server takes both signals, and raises them again once it has stopped: then they must not end us.
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, lambda: None)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
    )


async def _upgrade(settings: IntakeSettings) -> None:
    async with opened(settings.database_file) as database:
        await upgrade(database)


async def _add(settings: IntakeSettings, role: Role, name: str) -> str:
    audit = _audit(settings)
    async with opened(settings.database_file) as database:
        await require_current(database)
        async with database.writing() as session:
            return await add_key(session, audit, role, name, utc_now())


async def _all_keys(settings: IntakeSettings) -> Sequence[AccessKey]:
    require_database(settings.database_file)
    async with opened(settings.database_file) as database:
        await require_current(database)
        async with database.reading() as session:
            return (await session.scalars(select(AccessKey).order_by(AccessKey.made_at))).all()


async def _revoke(settings: IntakeSettings, key_id: str) -> bool:
    audit = _audit(settings)
    async with opened(settings.database_file) as database:
        await require_current(database)
        async with database.writing() as session:
            return await revoke_key(session, audit, key_id, utc_now())


def _audit(settings: IntakeSettings) -> AuditLog:
    require_database(settings.database_file)
    return AuditLog(read_keys(settings.folder).audit)

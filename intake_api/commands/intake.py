"""The intake's commands: serving the API, upgrading its database, and the access keys of those who come."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from intake_api.commands.backup import backup, restore
from intake_api.commands.command_line import ready, run, settings_of
from intake_api.commands.keys import reindex, rotate
from intake_api.keys import adopt_keys, read_keys
from intake_api.server import listening
from intake_api.server.assembly import assemble, require_database, utc_now
from intake_api.settings import IntakeSettings
from intake_api.store.access_keys import Role, add_key, revoke_key
from intake_api.store.audit import AuditLog
from intake_api.store.database import opened
from intake_api.store.models import AccessKey
from intake_api.store.schema import require_current, upgrade
from reportline.logs import configure_logs

intake = typer.Typer(no_args_is_help=True, help="Take reports in, and queue them for analysts.")
key = typer.Typer(no_args_is_help=True, help="Let channels and analysts in, and shut them out.")
intake.add_typer(key, name="key")
intake.add_typer(rotate, name="rotate")
intake.command()(reindex)
intake.command()(backup)
intake.command()(restore)


@intake.command()
def serve() -> None:
    """Serve the API until stopped."""
    settings = settings_of(IntakeSettings)
    assembled = ready(lambda: assemble(settings))
    listener = ready(lambda: listening.listen(settings))
    configure_logs()
    run(listening.serve(assembled, listener))


@intake.command(name="upgrade")
def upgrade_database() -> None:
    """Bring the database to the revision that this version needs; make a backup first."""
    settings = settings_of(IntakeSettings)
    run(_upgrade(settings))
    typer.echo("The database is at the revision that this version needs.")


@key.command(name="add")
def add(
    role: Annotated[Role, typer.Argument(help="the door that the key opens")],
    name: Annotated[str, typer.Argument(help="who will hold it, for the list of keys")],
) -> None:
    """Make an access key and print its token, this once."""
    settings = settings_of(IntakeSettings)
    typer.echo(run(_add(settings, role, name)))


@key.command(name="list")
def list_keys() -> None:
    """List the access keys; their tokens are nowhere."""
    settings = settings_of(IntakeSettings)
    table = Table("key", "role", "holder", "made", "revoked")
    for row in run(_all_keys(settings)):
        revoked = "" if row.revoked_at is None else f"{row.revoked_at:%Y-%m-%d}"
        table.add_row(row.key_id, row.role, Text(row.name), f"{row.made_at:%Y-%m-%d}", revoked)
    Console().print(table)


@key.command()
def revoke(key_id: Annotated[str, typer.Argument(help="the key's id, as listed")]) -> None:
    """Let an access key open nothing from now on."""
    settings = settings_of(IntakeSettings)
    if not run(_revoke(settings, key_id)):
        typer.echo("There is no such key in force. See `reportline intake key list`.", err=True)
        raise typer.Exit(1)
    typer.echo("The key opens nothing any more.")


async def _upgrade(settings: IntakeSettings) -> None:
    adopt_keys(settings.folder)
    async with opened(require_database(settings)) as database:
        await upgrade(database)


async def _add(settings: IntakeSettings, role: Role, name: str) -> str:
    audit = _audit(settings)
    async with opened(require_database(settings)) as database:
        await require_current(database)
        async with database.writing() as session:
            return await add_key(session, audit, role, name, utc_now())


async def _all_keys(settings: IntakeSettings) -> Sequence[AccessKey]:
    async with opened(require_database(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            return (await session.scalars(select(AccessKey).order_by(AccessKey.made_at))).all()


async def _revoke(settings: IntakeSettings, key_id: str) -> bool:
    audit = _audit(settings)
    async with opened(require_database(settings)) as database:
        await require_current(database)
        async with database.writing() as session:
            return await revoke_key(session, audit, key_id, utc_now())


def _audit(settings: IntakeSettings) -> AuditLog:
    return AuditLog(read_keys(settings.folder).audit)

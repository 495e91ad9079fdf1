"""The commands that add, list and revoke access keys."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from intake_api.analysts.claims import free_all_of
from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.clock import utc_now
from intake_api.commands.changing import changing
from intake_api.commands.command_line import ready, run, settings_of
from intake_api.keys import read_keys
from intake_api.known_keys.access_keys import add_key, revoke_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened
from intake_api.store.models import AccessKey
from intake_api.store.place import checked_database_place
from intake_api.store.revision import require_current
from reportline.plain_text import plain
from reportline.readiness import NotReady


def add(role: Role, name: str) -> None:
    """Make an access key and print its token, this once."""
    settings = settings_of(IntakeSettings)
    ready(lambda: _require_plain(name))
    typer.echo(run(_add(settings, role, name)))


def list_all() -> None:
    """List the access keys; their tokens are nowhere."""
    settings = settings_of(IntakeSettings)
    table = Table("key", "role", "holder", "made", "revoked")
    for row in run(_all_keys(settings)):
        table.add_row(*map(Text, row))
    Console().print(table)


def revoke(key_id: str) -> None:
    """Let an access key open nothing from now on; what its owner holds goes back into the queue."""
    settings = settings_of(IntakeSettings)
    held = run(_revoke(settings, key_id))
    if held is None:
        typer.echo("There is no such key in force. See `reportline intake key list`.", err=True)
        raise typer.Exit(1)
    freed, kept = held
    typer.echo(f"The key opens nothing any more{', and what its owner held waits again' if freed else ''}.")
    if kept:
        typer.echo(
            f"Items that its owner held, and that cannot be given back, since somebody spoilt them: {kept}. "
            "See `reportline doctor`.",
            err=True,
        )


def _require_plain(name: str) -> None:
    if not name.strip() or plain(name) != name:
        raise NotReady(
            "A holder's name is letters, digits and signs on one line. Write who will hold the key."
        )


async def _add(settings: IntakeSettings, role: Role, name: str) -> str:
    audit = _audit(settings)
    async with changing(settings) as database:
        await require_current(database)
        async with database.writing() as session:
            return await add_key(session, audit, role, name, utc_now())


async def _all_keys(settings: IntakeSettings) -> Sequence[Sequence[str]]:
    async with opened(checked_database_place(settings)) as database:
        await require_current(database)
        async with database.reading() as session:
            rows = await session.scalars(select(AccessKey).order_by(AccessKey.made_at))
            return [_told(row) for row in rows]


def _told(row: AccessKey) -> Sequence[str]:
    days = ["" if at is None else f"{at:%Y-%m-%d}" for at in (row.made_at, row.revoked_at)]
    return [*map(plain, (row.key_id, row.role, row.name)), *days]


async def _revoke(settings: IntakeSettings, key_id: str) -> tuple[int, int] | None:
    """Return how many items wait again, and how many cannot; None if there was no such key to revoke."""
    audit = _audit(settings)
    async with changing(settings) as database:
        await require_current(database)
        async with database.writing() as session:
            # The key is locked first: whoever claims by it waits, and then opens nothing.
            if not await revoke_key(session, audit, key_id, utc_now()):
                return None
            freed, kept = await free_all_of(session, key_id)
            audit.add(session, utc_now(), OPERATOR, "claim_freed", *freed)
            return len(freed), kept


def _audit(settings: IntakeSettings) -> AuditLog:
    return AuditLog(read_keys(settings.folder).audit)

"""The commands that change the intake's keys; each says what it did, what is left to do, and what to keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console

from conversations.wire.sealing import IntakePublicKey
from intake_api.clock import utc_now
from intake_api.commands.changing import changing
from intake_api.commands.command_line import run, settings_of
from intake_api.keys import read_keys
from intake_api.known_keys.processes import Silence
from intake_api.settings import IntakeSettings
from intake_api.store.revision import require_current
from intake_api.upkeep.locks import serving
from intake_api.upkeep.reindexing import Reindexed, reindex_all
from intake_api.upkeep.rotation import Rotated, rotate_seal, rotate_vault
from reportline.private_files import replace

_BACKUP: Final = "Make a backup now: the new key is in none that you have."


def renew_vault() -> None:
    """Seal all that is kept with a new key; run again, it goes on where it was cut off."""
    settings = settings_of(IntakeSettings)
    rotated = run(_rotate_vault(settings))
    typer.echo(f"Sealed anew with vault-{rotated.key_id}.key: {rotated.values} values.")
    if not rotated.made:
        typer.echo("They had been left from before. To make a new key, run this again.")
    if rotated.damaged:
        typer.echo(f"Damaged: {rotated.damaged} values; no key here opens them. Keep every key.", err=True)
        raise typer.Exit(1)
    _tell_what_is_not_needed(settings, rotated.key_id)
    typer.echo(_BACKUP)


def renew_seal() -> None:
    """Make a new key to which channels seal reports, and write its public half for the bot hosts."""
    settings = settings_of(IntakeSettings)
    public = run(_rotate_seal(settings))
    file = settings.folder / "intake_public.key"
    replace(file, f"{public.key_id}:{public.raw.hex()}\n")
    typer.echo(
        f"The new key is {public.key_id}. Every intake that runs opens what is sealed to it already.\n"
        f"Copy {file} to bot/intake_public.key in the data folder of each bot host, and restart the bot. "
        "On this machine `reportline setup` copies it.\n"
        "Keep the older seal keys for 30 days after that: reports on their way are sealed to them.\n"
        f"{_BACKUP}"
    )


def reindex() -> None:
    """Make all keyed hashes anew while no intake runs: under a new key, and by this version's rules."""
    settings = settings_of(IntakeSettings)
    done = run(_reindex(settings))
    typer.echo(f"New hashes with index-{done.key_id}.key: {done.items} items.")
    if done.merged:
        typer.echo(f"Gone into others, whose address is the same by this version's rules: {done.merged}.")
    if done.damaged:
        typer.echo(f"Damaged: {done.damaged} items; nobody finds them any more.", err=True)
    typer.echo(
        "Copy the new key to each machine that has a folder of its own, then start the intake again. "
        f"Nothing needs older index keys any more. {_to_delete('their files')}"
    )
    typer.echo(_BACKUP)


def _tell_what_is_not_needed(settings: IntakeSettings, key_id: str) -> None:
    older = [f"vault-{other}.key" for other in read_keys(settings.folder).vaults if other != key_id]
    them, files = ("it", "its file") if len(older) == 1 else ("them", "their files")
    typer.echo(
        f"Nothing in the database needs {', '.join(older)} any more, and no process seals with {them}. "
        f"{_to_delete(files)}"
    )


def _to_delete(files: str) -> str:
    return (
        f"Delete {files} on every machine. If you have copies of the database of another kind from before "
        f"now, keep {files} with those, away from the machines. Delete no backup: those of `reportline "
        "intake backup` hold the keys that they need."
    )


@contextmanager
def telling_silence() -> Iterator[Silence]:
    """Say that processes which do not answer are waited for, and in the end how many were passed over."""
    silence = Silence(_tell_wait)
    try:
        yield silence
    finally:
        if silence.passed_over:
            typer.echo(
                f"{_processes(silence.passed_over)} did not answer in time and may store nothing more until "
                "started again: restart what still runs.",
                err=True,
            )


def _tell_wait(silent: int) -> None:
    verb, they = ("does", "it is") if silent == 1 else ("do", "they are")
    typer.echo(
        f"Waiting for {_processes(silent)} that {verb} not answer; after two minutes {they} passed over.",
        err=True,
    )


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"


async def _rotate_seal(settings: IntakeSettings) -> IntakePublicKey:
    async with changing(settings) as database:
        await require_current(database)
        with (
            telling_silence() as silence,
            Console(stderr=True).status("Waiting until every process has the key ..."),
        ):
            return await rotate_seal(database, settings.folder, silence=silence)


async def _rotate_vault(settings: IntakeSettings) -> Rotated:
    # Not at the same time as a reindex, which would miss the new key.
    with serving(settings.folder):
        return await _rotate_vault_in(settings)


async def _rotate_vault_in(settings: IntakeSettings) -> Rotated:
    async with changing(settings) as database:
        await require_current(database)
        with (
            telling_silence() as silence,
            Console(stderr=True).status("Waiting until every process has the key ...") as status,
        ):
            return await rotate_vault(
                database,
                settings.folder,
                lambda values: status.update(f"{values} values are sealed anew"),
                silence=silence,
            )


async def _reindex(settings: IntakeSettings) -> Reindexed:
    async with changing(settings) as database:
        await require_current(database)
        with (
            telling_silence() as silence,
            Console(stderr=True).status("Looking whether an intake runs ...") as status,
        ):
            return await reindex_all(
                database,
                settings.folder,
                settings.reopen_after,
                utc_now(),
                lambda items: status.update(f"{items} items have new hashes"),
                silence,
            )

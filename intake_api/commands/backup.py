"""The commands that make and restore a backup; each says what it did, and what is left to do."""

import getpass
import warnings
from pathlib import Path

import typer
from rich.console import Console

from intake_api.clock import utc_now
from intake_api.commands.changing import changing
from intake_api.commands.command_line import ready, run, settings_of
from intake_api.settings import BackupSettings, IntakeSettings
from intake_api.upkeep.backup import BackedUp, back_up, require_free
from intake_api.upkeep.backup_files import (
    MINIMUM_PASSPHRASE,
    Backup,
    BackupKeys,
    keys_to,
    new_backup_keys,
    open_backup,
)
from intake_api.upkeep.restoring import Restored
from intake_api.upkeep.restoring import restore as bring_back
from reportline.bounded_files import read_text
from reportline.private_files import require_private
from reportline.readiness import NotReady


def backup(folder: Path) -> None:
    """Write keys and database into a new folder, sealed with a passphrase, while the intake runs."""
    settings = settings_of(BackupSettings)
    ready(lambda: require_free(folder))
    sealing = ready(lambda: new_backup_keys(_passphrase(settings, new=True)))
    made = run(_back_up(settings, folder, sealing))
    typer.echo(
        f"The backup {made.backup_id} is in {folder}: {made.rows['reports']} reports, {made.rows['items']} "
        f"items, {made.rows['assessments']} assessments, {sum(made.rows.values())} rows in all.\n"
        "Bring it to another place. Nothing opens it without the passphrase: keep that elsewhere."
    )
    if made.missing_keys:
        files = ", ".join(f"vault-{key_id}.key" for key_id in sorted(made.missing_keys))
        typer.echo(f"Not in it, because not here, though values are sealed with them: {files}.", err=True)
        raise typer.Exit(1)


def restore(folder: Path) -> None:
    """Bring a backup back into an empty data folder and an empty database, of either kind."""
    settings = settings_of(BackupSettings)
    keys = ready(lambda: keys_to(folder, _passphrase(settings, new=False)))
    backup = ready(lambda: open_backup(folder, keys))
    restored = run(_restore(settings, backup))
    rows = restored.rows
    typer.echo(
        f"Restored as it was on {restored.made_at:%Y-%m-%d at %H:%M} UTC: {rows['reports']} reports, "
        f"{rows['items']} items, {rows['assessments']} assessments.\n"
        "What came later is missing, and what ended later is back: revoke the access keys again that were "
        "revoked since. Reports that were withdrawn since are back too, and nothing here knows which.\n"
        "If a seal or vault key was made after this backup, put it back before you start the intake, run "
        "`reportline intake rotate seal` and `rotate vault`, and copy the folder of keys to other machines "
        "(docs/operator.md, Backups); if none was, there is nothing to do with keys. `reportline setup` "
        "makes access keys anew that were lost with this machine; revoke those of a machine that is gone."
    )
    _tell_missing_entries(restored)
    _tell_damage(restored)


def _tell_missing_entries(restored: Restored) -> None:
    lost, end = restored.lost_head, restored.log_end
    if lost is not None and lost.number > end:
        typer.echo(
            f"This machine's audit log went to entry {lost.number}; the backup ends at {end}: "
            f"{lost.number - end} entries are missing. The audit log says so."
        )
    elif lost is not None:
        typer.echo(
            f"Entry {lost.number} of this machine's audit log is another one in the backup. "
            "The audit log says so."
        )
    elif not restored.had_head:
        typer.echo("No head was here to compare the backup with.")


def _tell_damage(restored: Restored) -> None:
    if restored.broken_at is not None:
        typer.echo(
            f"The audit log had been changed at entry {restored.broken_at} before the backup.", err=True
        )
    if restored.closed:
        typer.echo(
            f"Damaged before the backup: {restored.closed} values of a sample; no key opens them.", err=True
        )
    if restored.closed or restored.broken_at is not None:
        raise typer.Exit(1)


def _passphrase(settings: BackupSettings, *, new: bool) -> str:
    file = settings.backup_passphrase_file
    if file is None:
        return _asked(new=new)
    if not file.is_file():
        raise NotReady(f"There is no file {file}. Write the passphrase into it.")
    require_private(file)
    return read_text(file)


def _asked(*, new: bool) -> str:
    at_least = f", {MINIMUM_PASSPHRASE} characters or more" if new else ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            asked: str = typer.prompt(
                f"Passphrase of the backup{at_least}", hide_input=True, confirmation_prompt=new
            )
    except getpass.GetPassWarning:
        raise NotReady(
            "There is no terminal on which to ask for the passphrase. Write it into a file of mode 600, and "
            "name that in REPORTLINE_BACKUP_PASSPHRASE_FILE."
        ) from None
    return asked


async def _back_up(settings: IntakeSettings, folder: Path, sealing: BackupKeys) -> BackedUp:
    async with changing(settings) as database:
        with Console(stderr=True).status("Writing all that is kept ..."):
            return await back_up(database, settings.folder, folder, sealing, utc_now())


async def _restore(settings: IntakeSettings, backup: Backup) -> Restored:
    with Console(stderr=True).status("Reading the backup, then writing it back ..."):
        return await bring_back(backup, settings.folder, settings.database_place(), utc_now())

"""Declares every command of `reportline intake`; each imports the modules that it runs when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from intake_api.roles import Role

intake = typer.Typer(no_args_is_help=True, help="Take reports in, and queue them for analysts.")
key = typer.Typer(no_args_is_help=True, help="Let channels and analysts in, and shut them out.")
rotate = typer.Typer(no_args_is_help=True, help="Make new keys while the intake runs; none is deleted.")
intake.add_typer(key, name="key")
intake.add_typer(rotate, name="rotate")


@intake.command()
def reindex() -> None:
    """Make all keyed hashes anew while no intake runs: under a new key, and by this version's rules."""
    from intake_api.commands import keys

    keys.reindex()


@intake.command(name="backup")
def back_up(
    folder: Annotated[
        Path, typer.Argument(help="where to; a folder that is not there yet", resolve_path=True)
    ],
) -> None:
    """Write keys and database into a new folder, sealed with a passphrase, while the intake runs."""
    from intake_api.commands import backup

    backup.backup(folder)


@intake.command()
def restore(folder: Annotated[Path, typer.Argument(help="the backup's folder", resolve_path=True)]) -> None:
    """Bring a backup back into an empty data folder and an empty database, of either kind."""
    from intake_api.commands import backup

    backup.restore(folder)


@intake.command()
def serve() -> None:
    """Serve the API until stopped."""
    from intake_api.commands import serving

    serving.serve()


@intake.command(name="upgrade")
def upgrade() -> None:
    """Bring the database to the revision that this version needs; make a backup first."""
    from intake_api.commands import upgrading

    upgrading.upgrade_database()


@key.command(name="add")
def add_key(
    role: Annotated[Role, typer.Argument(help="the door that the key opens")],
    name: Annotated[str, typer.Argument(help="who will hold it, for the list of keys")],
) -> None:
    """Make an access key and print its token, this once."""
    from intake_api.commands import access_keys

    access_keys.add(role, name)


@key.command(name="list")
def list_keys() -> None:
    """List the access keys; their tokens are nowhere."""
    from intake_api.commands import access_keys

    access_keys.list_all()


@key.command(name="revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="the key's id, as listed")]) -> None:
    """Let an access key open nothing from now on."""
    from intake_api.commands import access_keys

    access_keys.revoke(key_id)


@rotate.command(name="vault")
def rotate_vault() -> None:
    """Seal all that is kept with a new key; run again, it goes on where it was cut off."""
    from intake_api.commands import keys

    keys.renew_vault()


@rotate.command(name="seal")
def rotate_seal() -> None:
    """Make a new key to which channels seal reports, and write its public half for the bot hosts."""
    from intake_api.commands import keys

    keys.renew_seal()

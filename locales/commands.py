"""The commands for whoever writes or translates messages; none of them needs a network."""

from pathlib import Path
from typing import Annotated

import typer

from locales import KNOWN_LOCALES
from locales.check import check as faults_of
from locales.extraction import update as update_files

app = typer.Typer(no_args_is_help=True, help="Languages: bring their catalogues up to date, and check them.")
_KNOWN = tuple(locale.code for locale in KNOWN_LOCALES)


@app.command()
def update() -> None:
    """Write the template from the English words, and bring every language's catalogue up to date with it."""
    for path in update_files(_KNOWN):
        typer.echo(f"wrote {path.relative_to(Path(__file__).parent.parent)}")


@app.command()
def check(
    languages: Annotated[list[str] | None, typer.Argument(help="codes of languages; all if none")] = None,
) -> None:
    """Say whether languages are whole, and what is missing or wrong, by line."""
    chosen = languages or _KNOWN
    faults = faults_of(chosen)
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"whole: {', '.join(chosen)}")

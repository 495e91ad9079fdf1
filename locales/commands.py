"""The commands for whoever writes or translates messages; none of them needs a network."""

from pathlib import Path
from typing import Annotated

import typer

from locales import ENGLISH, KNOWN_LOCALES
from locales.check import check as faults_of
from locales.extraction import update as update_files
from locales.review import read_comparison, state

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


@app.command()
def status() -> None:
    """Say of every language how many messages it has and who has looked at it."""
    for locale in KNOWN_LOCALES:
        typer.echo(f"{locale.code:3} {locale.own_name}: {state(locale.code)}{_way_back(locale.code)}")


def _way_back(language: str) -> str:
    """Say how many messages came back into English as they were meant; English itself has no way back."""
    if language == ENGLISH:
        return ""
    compared = read_comparison(language).values()
    same = sum(each.meaning == "same" for each in compared)
    return f"; of {len(compared)} messages, {same} came back into English the same, the others nearly"

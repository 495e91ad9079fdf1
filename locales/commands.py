"""The commands for those who write or translate messages; none of them needs a network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locales.extraction import English

app = typer.Typer(no_args_is_help=True, help="Languages: bring their catalogues up to date, and check them.")


def _stop(told: str) -> NoReturn:
    typer.echo(told, err=True)
    raise typer.Exit(1)


def _translated(language: str) -> str:
    """Take a language that has a catalogue, or say which have."""
    from locales.catalogues import FOLDER
    from locales.extraction import languages_begun

    begun = languages_begun(FOLDER, ())
    if language not in begun:
        _stop(f"There is no catalogue of {language}. There are {', '.join(begun)}.")
    return language


_Translated = Annotated[str, typer.Argument(callback=_translated, help="a language's code")]


@app.command()
def update() -> None:
    """Write the template from the English words, and bring every language's catalogue up to date with it."""
    from babel.messages.pofile import PoFileError

    from locales.catalogues import KNOWN_LOCALES
    from locales.extraction import update as update_files

    try:
        written = update_files(tuple(locale.code for locale in KNOWN_LOCALES))
    except (PoFileError, ValueError, LookupError) as broken:
        _stop(f"A catalogue cannot be read: {broken}. reportline locales check names it; mend it by hand.")
    for path in written:
        typer.echo(f"wrote {path.relative_to(Path(__file__).parent.parent)}")


@app.command()
def check(
    languages: Annotated[list[str] | None, typer.Argument(help="codes of languages; all if none")] = None,
) -> None:
    """Say whether languages are whole, and what is missing or wrong, by line."""
    from locales.catalogues import ENGLISH, languages_entered
    from locales.check import check as faults_of

    chosen = languages or sorted(languages_entered(), key=lambda code: (code != ENGLISH, code))
    faults = faults_of(chosen)
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"whole: {', '.join(chosen)}")


@app.command()
def sheet(language: _Translated) -> None:
    """Print the strings that are to go back into English, by somebody who is given nothing else."""
    from locales.back_translation import sheet as strings_to_return

    typer.echo(json.dumps(strings_to_return(language), ensure_ascii=False, indent=1))


@app.command()
def returned(language: _Translated, file: Path) -> None:
    """Keep what came back of a sheet, for a person to compare: each message becomes "same" or "near"."""
    from pydantic import TypeAdapter, ValidationError

    from locales.back_translation import NotThisSheet, take_back
    from locales.review import TO_JUDGE, comparison_path

    try:
        count = take_back(language, TypeAdapter(dict[str, str]).validate_json(file.read_bytes()))
    except ValidationError:
        _stop(
            f'{file}: it is not what a sheet is: {{"12": "English", ...}}, the same numbers as on the sheet'
        )
    except (OSError, NotThisSheet) as fault:
        _stop(f"{file}: {fault}")
    typer.echo(
        f'{count} messages to compare: look for "meaning": "{TO_JUDGE}" in {comparison_path(language)}'
    )


@app.command()
def fingerprint(language: _Translated) -> None:
    """Print what stands for every word of a language, to be named in its native review."""
    from locales.review import fingerprint as fingerprint_of

    typer.echo(fingerprint_of(language))


@app.command()
def status() -> None:
    """Say of every language how many messages it has and who has looked at it."""
    from locales.catalogues import KNOWN_LOCALES
    from locales.extraction import english
    from locales.review import state

    messages = english()
    for locale in KNOWN_LOCALES:
        way_back = _way_back(locale.code, messages)
        typer.echo(f"{locale.code:3} {locale.own_name}: {state(locale.code)}{way_back}")


def _way_back(language: str, messages: "Sequence[English]") -> str:
    """Say how many messages came back into English as they were meant; English itself has no way back."""
    from locales.catalogues import ENGLISH
    from locales.review import read_comparison, review_faults

    if language == ENGLISH:
        return ""
    if any(review_faults(language, messages)):
        return "; not all of it has been translated back into English and compared"
    compared = read_comparison(language).values()
    same = sum(each.meaning == "same" for each in compared)
    return f"; of {len(compared)} messages, {same} came back into English the same, the others nearly"

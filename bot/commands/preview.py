"""The command that writes a page for each language, on which a native speaker reads the whole talk."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.command_line import bot_settings, ready


def preview(
    folder: Annotated[Path, typer.Option("--to", help="where the pages go", resolve_path=True)] = Path(
        "previews"
    ),
    alone: Annotated[  # noqa: FBT002 - typer names it
        bool, typer.Option("--alone", help="without the English, for whoever translates a sheet back")
    ] = False,
    languages: Annotated[list[str] | None, typer.Argument(help="codes of languages; all if none")] = None,
) -> None:
    """Write a page for each language on which a native speaker reads the whole talk beside the English."""
    from bot.talks.portals import read_portals
    from bot.tools.preview import regions_of
    from locales.catalogues import KNOWN_LANGUAGES

    settings = bot_settings()
    regions = regions_of(ready(lambda: read_portals(settings.portals_dir, KNOWN_LANGUAGES)).values())
    chosen = languages or sorted(KNOWN_LANGUAGES)
    for unknown in set(chosen) - KNOWN_LANGUAGES:
        typer.echo(
            f"There is no language {unknown}. There are {', '.join(sorted(KNOWN_LANGUAGES))}.", err=True
        )
        raise typer.Exit(1)
    folder.mkdir(parents=True, exist_ok=True)
    for language in chosen:
        _write(folder / f"{language}.html", language, regions.get(language), alone=alone)


def _write(path: Path, language: str, region: str | None, *, alone: bool) -> None:
    from bot.tools.preview import preview as page
    from locales.catalogues import MissingMessage
    from locales.glossary import GlossaryUnreadable

    try:
        path.write_text(page(language, region, alone=alone), encoding="utf-8")
    except (MissingMessage, GlossaryUnreadable) as missing:
        typer.echo(f"{missing}. reportline locales check {language} says more.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"wrote {path}")

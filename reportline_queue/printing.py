"""Prints to the terminal; every failure ends in one sentence."""

import io
import sys
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

from reportline_queue.errors import NotDone
from reportline_queue.tables import Shown
from reportline_queue.text import clean


class Sentences(TyperGroup):
    """Commands whose failures are sentences on stderr, with the exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        _print_whatever_comes()
        try:
            return super().invoke(ctx)
        except NotDone as fault:
            _tell(str(fault))
            raise typer.Exit(1) from None


class PlainHelp(TyperCommand):
    """A command whose help has no boxes: in a narrow terminal they cut the options' names."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        self.rich_markup_mode = None
        super().format_help(ctx, formatter)


def put(*parts: Shown) -> None:
    """Print what was drawn; text is not broken into lines, so that it can be copied."""
    # A text like an address is not coloured, since some terminals would link it; ":x:" becomes no picture.
    console = Console(highlight=False, emoji=False)
    for part in parts:
        console.print(part, markup=False, soft_wrap=isinstance(part, str))


def _print_whatever_comes() -> None:
    # Output into a file is not in UTF-8 on Windows: what its encoding has not becomes a question mark.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _tell(sentence: str) -> None:
    console = Console(stderr=True, highlight=False, emoji=False)
    console.print(clean(sentence), markup=False, soft_wrap=not console.is_terminal)

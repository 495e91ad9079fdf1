"""Prints to the terminal; every failure ends in one sentence."""

import io
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from reportline_queue.errors import NotDone
from reportline_queue.tables import Part, Shown
from reportline_queue.text import clean, safe


class Sentences(TyperGroup):
    """Commands whose failures are sentences on stderr, with the exit status 1, or 2 for a wrong option."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        _print_whatever_comes()
        try:
            return super().invoke(ctx)
        except NotDone as fault:
            _tell(str(fault))
            raise typer.Exit(fault.status) from None
        except TyperException as fault:
            # It repeats what was typed, such as a second address, and in whose words a check failed.
            fault.message = safe(fault.message.removeprefix("Value error, "))
            raise


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


def put_sentence(sentence: str) -> None:
    """Print a sentence; a terminal breaks it between words."""
    console = Console(highlight=False, emoji=False)
    console.print(sentence, markup=False, soft_wrap=not console.is_terminal)


def put_screen(
    head: Iterable[Shown], parts: Sequence[Part], start: int | None = None, *, free: int = 3
) -> int:
    """Print a heading and the parts that the screen takes; returns the number of the first one left out.

    So many lines of the screen are left `free`. Into a file, everything is printed. With `start`, it is a
    later screen, which begins with this part and shows at least this one.
    """
    heading = list(head)
    screen = Console(highlight=False, emoji=False)
    left = screen.height - free - _lines(heading, screen.width)
    put(*heading)
    for number, part in enumerate(parts):
        if number < (start or 0):
            continue
        left -= _lines(part, screen.width)
        if screen.is_terminal and left < 0 and number != start:
            return number
        put(*part)
    return len(parts)


def _lines(parts: Iterable[Shown], width: int) -> int:
    """Count the lines that these take on a screen; a text that is not broken goes on in the next line."""
    drawn = io.StringIO()
    console = Console(file=drawn, width=width, color_system=None, highlight=False, emoji=False)
    for part in parts:
        console.print(part, markup=False, soft_wrap=isinstance(part, str))
    return sum(max(1, -(-cell_len(line) // width)) for line in drawn.getvalue().splitlines())


def _print_whatever_comes() -> None:
    # Output into a file is not in UTF-8 on Windows: what its encoding has not becomes a question mark.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _tell(sentence: str) -> None:
    console = Console(stderr=True, highlight=False, emoji=False)
    console.print(clean(sentence), markup=False, soft_wrap=not console.is_terminal)

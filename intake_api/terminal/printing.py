"""Where the client meets the terminal: what is drawn is printed, and whatever fails ends in one sentence."""

from typing import Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

from intake_api.faults import NotReady
from intake_api.terminal.asking import NotDone
from intake_api.terminal.tables import Shown
from intake_api.terminal.text import clean

Body = TypeVar("Body", bound=BaseModel)


class Sentences(TyperGroup):
    """Commands whose failures are sentences on stderr, with the exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except (NotDone, NotReady) as fault:
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
    # What looks like an address is not coloured, since some terminals would link it; nor is ":x:" a picture.
    console = Console(highlight=False, emoji=False)
    for part in parts:
        console.print(part, markup=False, soft_wrap=isinstance(part, str))


def body(shape: type[Body], otherwise: str, **said: Any) -> Body:
    """Put what was typed into the shape in which it is sent; raises NotDone with these words."""
    try:
        return shape.model_validate(said)
    except ValidationError:
        raise NotDone(otherwise) from None


def _tell(sentence: str) -> None:
    console = Console(stderr=True, highlight=False, emoji=False)
    console.print(clean(sentence), markup=False, soft_wrap=not console.is_terminal)

"""Starts a command: Ctrl-C ends it without a word; an argument that is no UTF-8 is refused in a sentence."""

import sys
from collections.abc import Callable
from typing import Final

_WRONGLY_CALLED: Final = 2
_INTERRUPTED: Final = 130


def start(load: Callable[[], Callable[[], None]]) -> None:
    """Run the command that `load` imports; ends with status 2 for such an argument, 130 after Ctrl-C."""
    try:
        if not all(map(_is_utf8, sys.argv)):
            sys.stderr.write(
                "An argument is not written in UTF-8. Type it anew, in a terminal that uses UTF-8.\n"
            )
            sys.exit(_WRONGLY_CALLED)
        load()()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _is_utf8(argument: str) -> bool:
    # Python keeps a byte that is no UTF-8 as half a letter, which can neither be sent nor printed.
    return not any("\ud800" <= character <= "\udfff" for character in argument)

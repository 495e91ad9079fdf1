"""Starts a command so that neither Ctrl-C, an argument that is no UTF-8 nor a size of 0 columns breaks it."""

import os
import re
import sys
from collections.abc import Callable
from typing import Final

_WRONGLY_CALLED: Final = 2
_INTERRUPTED: Final = 130
# What a terminal's size is read from, and the least that anything can be drawn in.
_SIZES: Final = {"COLUMNS": 20, "LINES": 5, "TERMINAL_WIDTH": 20}


def start(load: Callable[[], Callable[[], None]]) -> None:
    """Run the command that `load` imports; ends with status 2 for such an argument, 130 after Ctrl-C."""
    try:
        if not all(map(_is_utf8, sys.argv)):
            sys.stderr.write(
                "An argument is not written in UTF-8. Type it anew, in a terminal that uses UTF-8.\n"
            )
            sys.exit(_WRONGLY_CALLED)
        _forget_wrong_sizes()
        load()()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _forget_wrong_sizes() -> None:
    """Have the terminal itself be asked for its size, where the environment names one that shows nothing."""
    for name, least in _SIZES.items():
        written = os.environ.get(name, "")
        if not re.fullmatch("[0-9]{1,5}", written) or int(written) < least:
            os.environ.pop(name, None)


def _is_utf8(argument: str) -> bool:
    # Python keeps a byte that is no UTF-8 as half a letter, which can neither be sent nor printed.
    return not any("\ud800" <= character <= "\udfff" for character in argument)

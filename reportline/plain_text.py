"""Makes any text fit for a terminal, which would obey some of the signs in it."""

from typing import Final

# Names in Persian and in Indian scripts are written with these two.
_JOINERS: Final = "\u200c\u200d"


def plain(text: str) -> str:
    """Replace what is no letter, digit, sign or space, line ends too."""
    return "".join(one if one.isprintable() or one in _JOINERS else "\ufffd" for one in text)


def plain_lines(text: str) -> str:
    """Make each line of a text plain."""
    return "\n".join(map(plain, text.split("\n")))

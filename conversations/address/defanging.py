"""Defanging: an address is written so that no app makes a link of it, and can be read back exactly."""

import re

# What apps make links of: host and file dots, mentions, schemes and hashtags; "[" so that it is read back.
_MARKS = "[.@:#"
# A command begins at a stroke that no word, stroke or "<" or ">" is before; a telephone number at a plus.
_COMMAND = re.compile(r"/(?<![\w/<>]/)(?=\w)")
_NUMBER = re.compile(r"\+(?=\d)")
_DEFANGED = re.compile(r"\[(?:([.@:#+/\[])|(dot)|(at))\]", re.IGNORECASE)
_WEB_SCHEME = re.compile(r"htt(ps?)://", re.IGNORECASE)


def defang(given: str) -> str:
    """Write an address so that no messaging app makes a link of it; `refang` gives back the same address.

    "https://example.com/a" becomes "hxxps://example[.]com/a"; the marks that apps build links from are
    put in brackets, everything else stays. The scheme is written small.
    """
    scheme = _WEB_SCHEME.match(given)
    if scheme is None:
        return _bracket(given)
    return f"hxx{scheme[1].lower()}://{_bracket(given[scheme.end() :])}"


def _bracket(text: str) -> str:
    for mark in _MARKS:
        if mark in text:
            text = text.replace(mark, f"[{mark}]")
    return _NUMBER.sub("[+]", _COMMAND.sub("[/]", text))


def refang(text: str) -> str:
    """Remove the brackets of a defanged address, ours and those of others ("[dot]", "[at]")."""
    return _DEFANGED.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    return found[1] or ("." if found[2] else "@")


def defanged_length(text: str, count: int) -> int:
    """Tell how many characters of `text` the first `count` characters of its refanged form were."""
    spent = 0
    for found in _DEFANGED.finditer(text):
        if found.start() - spent >= count:
            break
        spent += len(found[0]) - 1
    return count + spent

"""Defanging: an address is written so that no app makes a link of it, and can be read back exactly.

`tests/telegram_rules.py` tells what Telegram makes tappable. A card's number in a host alone is not split.
"""

import re

# What apps make links of: host and file dots, mentions, schemes and hashtags; "[" so that it is read back.
_MARKS = "[.@:#"
# A command begins at a stroke that no word, stroke or "<" or ">" is before; a telephone number at a plus.
_COMMAND = re.compile(r"/(?<![\w/<>]/)(?=\w)")
_NUMBER = re.compile(r"\+(?=\d)")
_CASHTAG = re.compile(r"\$(?=[A-Z1])")
# What may be a bank card's number: it stands by itself, and has a check digit (ISO/IEC 7812-1).
_CARD = re.compile(r"[0-9](?<![0-9.,+_-][0-9])(?<![^\W\d_][0-9])[0-9-]{11,36}[0-9](?![0-9_-])(?![^\W\d_])")
_CARD_DIGITS = range(13, 20)
# Twice each digit, and of two digits their sum.
_DOUBLED = str.maketrans("0123456789", "0246813579")
_DEFANGED = re.compile(r"\[(?:([.@:#+/$\[])|(dot)|(at))\]|(?<=[0-9-])\[([0-9])\](?=[0-9-])", re.IGNORECASE)
_HOST = re.compile(r"[/?#\\].*", re.DOTALL)
_WEB_SCHEME = re.compile(r"htt(ps?)://", re.IGNORECASE)


def defang(given: str) -> str:
    """Write an address so that no messaging app makes a link of it; `refang` gives back the same address.

    "https://example.com/a" becomes "hxxps://example[.]com/a"; the marks that apps build links from are
    put in brackets, everything else stays. The scheme is written small.
    """
    scheme = _WEB_SCHEME.match(given)
    if scheme is None:
        return _CARD.sub(_split, _bracket(given))
    shown = _bracket(given[scheme.end() :])
    if _CARD.search(shown):
        host = _HOST.sub("", shown)
        shown = f"{host}{_CARD.sub(_split, shown[len(host) :])}"
    return f"hxx{scheme[1].lower()}://{shown}"


def _bracket(text: str) -> str:
    for mark in _MARKS:
        if mark in text:
            text = text.replace(mark, f"[{mark}]")
    return _CASHTAG.sub("[$]", _NUMBER.sub("[+]", _COMMAND.sub("[/]", text)))


def _split(card: re.Match[str]) -> str:
    """Put a digit in the middle of a card's number in brackets."""
    number = card[0]
    digits = number.replace("-", "")
    checked = f"{digits[-1::-2]}{digits[-2::-2].translate(_DOUBLED)}"
    if len(digits) not in _CARD_DIGITS or sum(map(int, checked)) % 10:
        return number
    middle = [place for place, sign in enumerate(number) if sign != "-"][len(digits) // 2]
    return f"{number[:middle]}[{number[middle]}]{number[middle + 1 :]}"


def refang(text: str) -> str:
    """Remove the brackets of a defanged address, ours and those of others ("[dot]", "[at]")."""
    return _DEFANGED.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    return found[1] or found[4] or ("." if found[2] else "@")


def defanged_length(text: str, count: int) -> int:
    """Tell how many characters of `text` the first `count` characters of its refanged form were."""
    spent = 0
    for found in _DEFANGED.finditer(text):
        if found.start() - spent >= count:
            break
        spent += len(found[0]) - 1
    return count + spent

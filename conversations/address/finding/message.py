"""Makes a message readable: without what nobody sees, and with signs that stand for others put back."""

import re
from typing import NamedTuple


class Message(NamedTuple):
    """A message as it was meant; `folded` has ASCII in place of fullwidth signs, letter by letter."""

    text: str
    folded: str


# Characters that apps and keyboards put around links, as in "\ufeffhttps://example.com\u200e".
_UNSEEN = (
    "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
# Joiners that join nothing: "exam\u200cple.com".
_IDLE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
# Half of an emoji, where an app has cut a text.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# A whole link as a Japanese keyboard writes it.
_IS_FULLWIDTH = re.compile("[\uff01-\uff5e]")
_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# A word ends at a space or a line's end; of all other spaces one is made.
_OTHER_SPACE = re.compile(r"[^\S\n ]")
# "&amp;" of a copied web page; without its semicolon it may be a parameter's name.
_ENTITY = re.compile(r"&(?:amp;)*(?:(amp|quot|lt|gt|apos|nbsp)|#(\d{2,3})|#x([0-9a-f]{2}));", re.IGNORECASE)
_NAMED = {"amp": "&", "quot": '"', "lt": "<", "gt": ">", "apos": "'", "nbsp": " "}
# One that is no escape of Markdown, "t.me/made\_up": then they part a path, "https:\\example.com\_a".
_BACKSLASH = re.compile(r"\\(?!_)")
# "example (dot) com" and "example [.] com": the spaces belong to the dot.
_SPACED_BRACKETS = re.compile(
    r"(?<=\w)[ \t]{1,2}[\[({][ \t]{0,2}(?:\.|dot|punto|ponto|point)[ \t]{0,2}[\])}][ \t]{0,2}(?=\w)",
    re.IGNORECASE,
)
# "https: / /example.com": a keyboard puts a space behind each sign.
_SPACED_SCHEME = re.compile(r"(?<=\w) ?: ?/ /(?= ?\w)")
# What any of these begins with; most messages have nothing of it.
_SPACES = "\t\v\f\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TO_READ = re.compile(rf"[{_SPACES}&\\\[({{{_UNSEEN}\u200c\u200d\ud800-\udfff\uff01-\uff5e]")


def read_message(text: str) -> Message:
    """Read a text; nothing that a person sees is lost."""
    if not _TO_READ.search(text) and "/ /" not in text:
        return Message(text, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "/ /" in text:
        text = _SPACED_SCHEME.sub("://", text)
    if "\\_" in text and not _BACKSLASH.search(text):
        text = text.replace("\\_", "_")
    text = _SPACED_BRACKETS.sub("[.]", _OTHER_SPACE.sub(" ", text))
    if text.isascii():
        return Message(text, text)
    text = _LONE_SURROGATE.sub(" ", text)
    text = _IDLE_JOINER.sub("", _INVISIBLE.sub("", text))
    return Message(text, text.translate(_FULLWIDTH) if _IS_FULLWIDTH.search(text) else text)


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return _NAMED[name.lower()]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))

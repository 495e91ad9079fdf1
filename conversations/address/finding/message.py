"""Makes a message readable: without what nobody sees, and with signs that stand for others put back."""

import re
from typing import NamedTuple


class Message(NamedTuple):
    """A message as it was meant; letter by letter, `folded` has ASCII for fullwidth signs and hyphens."""

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
# A whole link as a Japanese keyboard writes it, and the hyphens that word processors put into a host.
HYPHENS = "\u2010-\u2013\u2212\ufe63"
_TO_FOLD = re.compile(f"[\uff01-\uff5e{HYPHENS}]")
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLDED |= dict.fromkeys((*range(0x2010, 0x2014), 0x2212, 0xFE63), ord("-"))
# "xn--" of a name in other letters, for which a keyboard writes one dash.
_PUNYCODE = re.compile("(?<![^\\W_])xn[\u2013\u2014](?=[a-z0-9])", re.IGNORECASE)
# A word ends at a space or a line's end; of all other spaces one is made.
_OTHER_SPACE = re.compile(r"[^\S\n ]")
# "&amp;" of a copied web page; without its semicolon it may be a parameter's name.
_ENTITY = re.compile(r"&(?:amp;)*(?:(amp|quot|lt|gt|apos|nbsp)|#(\d{2,3})|#x([0-9a-f]{2}));", re.IGNORECASE)
_NAMED = {"amp": "&", "quot": '"', "lt": "<", "gt": ">", "apos": "'", "nbsp": " "}
# An escape of Markdown, "t.me/made\_up", "made\-up\.com"; beside other backslashes it parts a path,
# "https:\\example.com\_a".
_ESCAPE = re.compile(r"\\([_.-])")
# "example (dot) com" and "example [.] com": the spaces belong to the dot.
_SPACED_BRACKETS = re.compile(
    r"(?<=\w)[ \t]{1,2}[\[({][ \t]{0,2}(?:\.|dot|punto|ponto|point)[ \t]{0,2}[\])}][ \t]{0,2}(?=\w)",
    re.IGNORECASE,
)
# "https: / /example.com": a keyboard puts a space behind each sign.
_SPACED_SCHEME = re.compile(r"(?<=\w) ?: ?/ /(?= ?\w)")
# A mail in quoted-printable (RFC 2045, 6.7), pasted as it was sent: each "=" of it is an escape. One may be a
# value, "?page=20", "?q=3Dprinter"; these are none: a space before a line's end, a quote, a letter of UTF-8,
# and a line that is broken at the 76th character at the latest.
_QUOTED = re.compile(r"(?:=(?:[0-9A-F]{2}|[ \t]{0,4}(?:\n|$)))+")
_SURELY_QUOTED = re.compile(
    r"(?:(?<!\S)[^\s=?&/]{1,80}|>)=20(?=\n|$)|=3D[\"']|=[C-F][0-9A-F]=[89AB][0-9A-F]"
    r"|(?<![^\n])[^\n]{70,75}=\n\S|=3D[^\n]{0,72}=\n\S"
)
_SOFT_BREAK = re.compile(r"=[ \t]{0,4}(?:\n|$)")
# What any of these begins with; most messages have nothing of it.
_SPACES = "\t\v\f\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TO_READ = re.compile(rf"[{_SPACES}&\\\[({{{_UNSEEN}\u200c\u200d\u2014\ud800-\udfff\uff01-\uff5e{HYPHENS}]")


def read_message(text: str) -> Message:
    """Read a text; nothing that a person sees is lost."""
    if "=20" in text or "=3D" in text or "=\n" in text:
        text = _unquoted(text.replace("\r\n", "\n"))
    if not _TO_READ.search(text) and "/ /" not in text:
        return Message(text, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "/ /" in text:
        text = _SPACED_SCHEME.sub("://", text)
    if "\\" in text and text.count("\\") == len(_ESCAPE.findall(text)):
        text = _ESCAPE.sub(r"\1", text)
    text = _SPACED_BRACKETS.sub("[.]", _OTHER_SPACE.sub(" ", text))
    if text.isascii():
        return Message(text, text)
    text = _LONE_SURROGATE.sub(" ", text)
    text = _IDLE_JOINER.sub("", _INVISIBLE.sub("", text))
    text = _PUNYCODE.sub("xn--", text)
    return Message(text, text.translate(_FOLDED) if _TO_FOLD.search(text) else text)


def _unquoted(text: str) -> str:
    """Decode a text in quoted-printable; any other stays as it is."""
    if not _SURELY_QUOTED.search(text) or "=" in _QUOTED.sub("", text):
        return text
    return _QUOTED.sub(_decoded, text)


def _decoded(escapes: re.Match[str]) -> str:
    written = _SOFT_BREAK.sub("", escapes[0]).replace("=", "")
    return bytes.fromhex(written).decode(errors="replace")


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return _NAMED[name.lower()]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))

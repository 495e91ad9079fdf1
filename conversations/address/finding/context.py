"""Tells by what stands around a host whether it is none, and whether only the reporter can tell."""

import re
from collections.abc import Iterator

from . import patterns
from .message import Message
from .trimming import FILE_ENDINGS

# "3.www.example.com", "http.www.example.com"; and "2.example.com/a" beside a line with 1 or 3, or the number
# belongs to the name.
_BEFORE_WWW = re.compile(r"(?:[0-9]{1,3}[.-]|https?\.)(?=www\.)", re.IGNORECASE)
_BEFORE_HOST = re.compile(r"([0-9]{1,2})\.(?=[\w-]+\.)")
_NUMBERED_LINE = re.compile(r" ?\(?([0-9]{1,2})[.)]")
# "tom&jerry.com", "made+up.com": no host has these signs, so the word before may be part of what is meant.
# "https://made up-forum.com/a" is the rest of a host that has a space.
_PART = r"[^\W_][&+*$^~\u00b7\u2014\u2015\u2022\u2027]"
_BEHIND_SPACE = re.compile(r"//[\w-]{1,63}[ \n]\Z")
_BEFORE_PART = re.compile(rf"{_PART}\Z|{_BEHIND_SPACE.pattern}")
# "made-up-\nforum.com/a": a mail program broke a host at its hyphen.
_BROKEN_NAME = re.compile(r"(?<![\w./@-])[^\W_][\w-]{0,60}[^\W_-]-\n\Z")
_LONGEST_NAME = 70
_DASH = re.compile("(?<=[^\\W_])[\u2012\u2013](?=[^\\W_])")
_IS = r"(?: (?:is|es|est|é|ni))?[ :#=]{0,2}\Z"
# "whatsapp 2.24.7.79", "version 4.3.2.1".
_VERSION = re.compile(
    r"\b(?:v|ver|version|versión|versão|versi|toleo|build|release|firmware|android|ios|whatsapp|telegram|app"
    rf"|версія|версия|нұсқа|хувилбар|إصدار|الإصدار|ورژن|संस्करण){_IS}",
    re.IGNORECASE,
)
# "made_up (at) mail.example", "made_up arroba mail.example".
_BEFORE_MAIL_HOST = re.compile(
    r"[\w.+-] ?(?:[(\[](?:at|arroba|arobase|@)[)\]]|\b(?:arroba|arobase)\b) ?\Z", re.IGNORECASE
)
# "server 33.44.55.66": pairs that are no telephone number.
_SERVER = re.compile(
    r"\b(?:ip|address|server|servidor|serveur|seva|pelayan|host|адреса|адрес|сервер|خادم|سرور|सर्वर)" + _IS,
    re.IGNORECASE,
)
_LONGEST_WORDS = 30
# "photo.jpg, notes.md and pack.zip": files, whose endings are also those of countries.
_FILE = re.compile(rf"(?<![\w./])[\w-]{{1,60}}\.(?:{'|'.join(sorted(FILE_ENDINGS))})(?![\w/])", re.IGNORECASE)
_AMBIGUOUS_ENDINGS = frozenset({"md", "rs", "pl", "ps", "ai", "app", "cc"})
_NEAR = 100
_FILES_AND_PROGRAMS = frozenset(
    {"readme.md", "changelog.md", "license.md", "contributing.md", "asp.net", "vb.net", "ado.net"}
)
# "P.O.Box", "U.S.A.", and the name of an app's package, "com.madeup.app".
_ABBREVIATION = re.compile(r"(?:[A-Z]\.){2,}[A-Z]\w*")
_PACKAGE = re.compile(r"(?:com|org|net|io|android|java)(?:\.\w+){2,9}")
# The text of a link, behind or before its target: "[example.com](https://example.com/a)".
_BEFORE_TARGET = re.compile(rf"\]\(<?(?P<target>{patterns.LINK}[^\s()<>]{{1,300}})", re.IGNORECASE)
_BEHIND_TARGET = re.compile(
    rf"(?:<a\s[^<>]{{0,100}}href=[\"']?|\[url=[\"']?)(?P<target>{patterns.LINK}[^\s<>\[\]\"']{{1,300}})"
    r"[^<>\[\]]{0,100}[>\]]\Z",
    re.IGNORECASE,
)
_LONGEST_TAG = 600
_BEFORE_NAME = re.compile(rf"(?:{patterns.LINK})?(?:www\.)?", re.IGNORECASE)


def after_number(text: str, start: int) -> int:
    """Tell where a host begins that has the number of a list, or half a scheme, before it."""
    if number := _BEFORE_WWW.match(text, start):
        return number.end()
    number = _BEFORE_HOST.match(text, start)
    if number is None or text[max(0, start - 1) : start] not in {"", "\n"}:
        return start
    is_list = not {int(number[1]) - 1, int(number[1]) + 1}.isdisjoint(_numbers_beside(text, start))
    return number.end() if is_list else start


def _numbers_beside(text: str, start: int) -> Iterator[int]:
    """Give the numbers with which the lines above and below a line begin."""
    above, below = text.rfind("\n", 0, max(0, start - 1)) + 1, text.find("\n", start) + 1
    for line in ([above] if start else []) + ([below] if below else []):
        if number := _NUMBERED_LINE.match(text, line):
            yield int(number[1])


def may_continue(text: str, start: int) -> bool:
    """Tell whether a word may be the rest of what is before it: "https://made up.com"."""
    before = text[max(0, start - _LONGEST_NAME) : start]
    return before.endswith("-\n") or ("//" in before and bool(_BEHIND_SPACE.search(before)))


def is_unclear(message: Message, start: int, end: int) -> bool:
    """Tell whether a bare host may be the rest of a word or of a name: "tom&jerry.com"."""
    text, folded = message
    if folded.startswith("www.", start):
        return False
    if _BEFORE_PART.search(folded, max(0, start - _LONGEST_NAME), start):
        return True
    return text is not folded and bool(_DASH.search(text, start, end))


def broken_name(text: str, start: int) -> str:
    """Give the part of a host that stands in the line above it: "made-up-" before "forum.com"."""
    if text[max(0, start - 2) : start] != "-\n":
        return ""
    name = _BROKEN_NAME.search(text, max(0, start - _LONGEST_NAME), start)
    return name[0][:-1] if name and name[0].count("-") > 1 else ""


def is_no_site(text: str, start: int, end: int) -> bool:
    """Tell files, programs, versions, abbreviations and mail from a host that has nothing behind it."""
    typed = text[start:end]
    if typed.lower() in _FILES_AND_PROGRAMS or _ABBREVIATION.fullmatch(typed):
        return True
    if _BEFORE_MAIL_HOST.search(text, max(0, start - _LONGEST_WORDS), start):
        return True
    last = typed.rpartition(".")[2].lower()
    if last.isdecimal():
        return bool(_VERSION.search(text[max(0, start - _LONGEST_WORDS) : start]))
    if last in _AMBIGUOUS_ENDINGS and _FILE.search(text, max(0, start - _NEAR), end + _NEAR):
        return True
    return last not in patterns.PLAIN_SUFFIXES and bool(_PACKAGE.fullmatch(typed))


def is_server(text: str, start: int) -> bool:
    """Tell whether the words before a number say that it is the address of a computer."""
    return bool(_SERVER.search(text[max(0, start - _LONGEST_WORDS) : start]))


def is_label(text: str, start: int, end: int) -> bool:
    """Tell whether a link is only the text of another, with which that one begins."""
    before = text[max(0, start - 1) : start]
    if before == "[":
        target = _BEFORE_TARGET.match(text, end)
    elif before in {"]", ">"}:
        target = _BEHIND_TARGET.search(text, max(0, start - _LONGEST_TAG), start)
    else:
        return False
    return target is not None and _without_scheme(target["target"]).startswith(
        _without_scheme(text[start:end])
    )


def _without_scheme(link: str) -> str:
    return _BEFORE_NAME.sub("", link.lower(), count=1)

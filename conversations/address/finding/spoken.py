"""Reads addresses that were dictated, or typed with other signs: "forum dot example dot com slash boys".

Such a reading is never sure: the reporter is asked whether it is what they mean.
"""

import re
from collections.abc import Iterator

from ..parts import registrable_domain
from . import patterns
from .spoken_words import COUNTRY_ENDINGS, DOTS, ENDINGS, HYPHENS, LOW_LINES, STROKES, TRIPLE_W
from .trimming import trimmed

_DOT = rf"(?: ?\. ?| (?:{DOTS}) )"
_STROKE = rf"(?: ?/ ?| (?:{STROKES}) )"
_HYPHEN = rf" (?:{HYPHENS}) "
_LOW_LINE = rf" (?:{LOW_LINES}) "
# "made dash up dash forum", and in a path "bad underscore page".
_JOINED = f"(?:{_LOW_LINE}|{_HYPHEN})"
_NAME = rf"{patterns.BARE_LABEL}(?:{_JOINED}{patterns.BARE_LABEL}){{0,8}}"
_PIECE = r"[\w~%+=&?-]{1,100}"
_PIECES = rf"{_PIECE}(?:{_JOINED}{_PIECE}){{0,8}}"
_LAST = rf"(?:(?:{'|'.join(ending for ending in ENDINGS if ' ' in ending)})(?!\w)|{patterns.BARE_LABEL})"
# "forum dot example dot com slash boys", "t. me/made_up", "forum . example . com / thread".
_CHAIN = re.compile(
    rf"(?<![\w.@/-])(?P<host>{_NAME}(?:{_DOT}{_NAME}){{0,7}}{_DOT}{_LAST})"
    rf"(?P<path>(?:{_STROKE}{_PIECES}){{0,12}})(?P<rest>[^\s]{{0,500}})",
    re.IGNORECASE,
)
# No reading is possible without a dot that is said, or one beside a space; most messages have none.
_SAID = frozenset(DOTS.split("|"))
# "example .com", "t. me/made_up", "example. com"; but "I saw it. Thank you".
_SPACED = re.compile(
    rf"\.(?:(?<= \.)|(?<=\w\.) ?"
    rf"(?=(?>{patterns.BARE_LABEL})(?:[/.]| ?/| (?:{STROKES}) )|(?:com|net|org|info)\b))",
    re.IGNORECASE,
)
_SAID_OR_SPACED = re.compile(rf" (?:{DOTS}) |{_SPACED.pattern}", re.IGNORECASE)
_SEPARATED = re.compile(_DOT, re.IGNORECASE)
_SIGNS = (
    (re.compile(_STROKE, re.IGNORECASE), "/"),
    (re.compile(_LOW_LINE, re.IGNORECASE), "_"),
    (re.compile(_HYPHEN, re.IGNORECASE), "-"),
)
# The words of a name before its last one: "made dash up dash" before "forum dot com".
_NAME_BEGINS = re.compile(rf"(?<!\S)(?:[\w-]{{1,63}}{_JOINED})+\Z", re.IGNORECASE)
_LONGEST_NAME = 200
_TRIPLE = re.compile(rf"\b(?:{TRIPLE_W})\b", re.IGNORECASE)
# A message or a keyboard has broken a host at its dot: "example.\ncom/a", "example\n.com/a".
_BROKEN_AT_DOT = re.compile(r"(?<=\w\.)\n(?=[a-z])|(?<=\w)\n(?=\.[a-z])")
_GLUED_COMMA = re.compile(r",\w")
# "www,example,com/a", "www.example,com", "example,com/a".
_COMMAS = re.compile(
    r"(?<![\w.,@/-])(?:www[.,](?:[\w-]{1,63}[.,]){1,4}|(?:[\w-]{1,63}[.,]){1,4}(?=[a-z]{2,24}/\w))"
    r"(?P<ending>[a-z]{2,24})(?![\w-]|[.,]\w)",
    re.IGNORECASE,
)
# "www example com", "www example com br".
_WITHOUT_DOTS = re.compile(
    r"(?<![\w.,-])www ([\w-]{2,63}) ([a-z]{2,5})(?: ([a-z]{2}))?(?![\w.,-]*\w)", re.IGNORECASE
)
_NO_WORDS = patterns.PLAIN_SUFFIXES | COUNTRY_ENDINGS
_LETTER = re.compile(r"[^\W\d_]")
_SHORT_HOSTS = frozenset({"t.me", "wa.me", "youtu.be", "fb.me", "m.me"})
_MOST_TRIES = 20


def spoken_in(text: str) -> Iterator[str]:
    """Give the addresses that may be meant, with a scheme; the text has fullwidth signs made ASCII."""
    if ".\n" in text or "\n." in text or "ww " in text or _GLUED_COMMA.search(text):
        text = _with_dots(text)
    said = not _SAID.isdisjoint(text.lower().split())
    if not said and "." not in text:
        return
    signs = _SAID_OR_SPACED if said else _SPACED
    if not signs.search(text):
        return
    text = _TRIPLE.sub("www", text)
    position = 0
    for _ in range(_MOST_TRIES):
        sign = signs.search(text, position)
        if sign is None:
            return
        chain = _CHAIN.search(text, _beginning(text, position, sign.start()))
        if chain is None:
            return
        if address := _read(chain):
            yield address
        position = max(chain.end(), sign.start() + 1)


def _with_dots(text: str) -> str:
    """Write dots where commas, spaces or the end of a line stand for them."""
    text = _COMMAS.sub(_dotted, _BROKEN_AT_DOT.sub(" ", text))
    return _WITHOUT_DOTS.sub(_dotted_words, text)


def _dotted(written: re.Match[str]) -> str:
    is_host = written["ending"].lower() in _NO_WORDS or written[0].lower().replace(",", ".") in _SHORT_HOSTS
    if "," not in written[0] or not is_host:
        return written[0]
    return re.sub("[.,]", " . ", written[0])


def _dotted_words(written: re.Match[str]) -> str:
    name, ending, country = written.groups()
    if ending.lower() not in _NO_WORDS:
        return written[0]
    if country and country.lower() in COUNTRY_ENDINGS:
        return f"www . {name} . {ending} . {country}"
    return f"www . {name} . {ending}{f' {country}' if country else ''}"


def _beginning(text: str, position: int, sign: int) -> int:
    """Tell where the name before a dot begins: at its word, or at the first that a hyphen joins to it."""
    begin = text.rfind(" ", position, max(position, sign - 1)) + 1 or position
    before = text[max(position, begin - _LONGEST_NAME) : begin]
    joined = _NAME_BEGINS.search(before)
    return begin - len(before) + joined.start() if joined else begin


def _read(chain: re.Match[str]) -> str | None:
    spoken = chain["host"]
    if " " not in spoken and " " not in chain["path"]:
        return None
    host = _host(spoken)
    last = host.rpartition(".")[2]
    led = host.lower().startswith("www.") or bool(chain["path"])
    if not registrable_domain(host) or not (led or _is_likely(host, spoken)):
        return None
    if ". " in spoken and last[:1].isupper() and last.lower() not in patterns.PLAIN_SUFFIXES:
        return None  # a new sentence: "They sent it. Me/you know"
    scheme = "http" if last.lower() in {"onion", "i2p"} else "https"
    rest = chain["rest"] if chain["path"] or chain["rest"][:1] in {"/", "?", "#"} else ""
    return trimmed(f"{scheme}://{host}{_with_signs(chain['path'])}{rest}", "")


def _host(spoken: str) -> str:
    first, *labels = (_with_signs(label) for label in _SEPARATED.split(spoken))
    return ".".join((first, *(ENDINGS.get(label.lower(), label) for label in labels)))


def _with_signs(spoken: str) -> str:
    for said, sign in _SIGNS:
        spoken = said.sub(sign, spoken)
    return spoken


def _is_likely(host: str, spoken: str) -> bool:
    """Tell a host without a path from words: "at this point no one", but "made-up point es"."""
    name, *endings = host.lower().split(".")
    if not _NO_WORDS.isdisjoint(endings):
        return True
    is_made_up = not name.isalpha() and _LETTER.search(name)
    return bool(is_made_up) and ("." not in spoken or " . " in spoken)

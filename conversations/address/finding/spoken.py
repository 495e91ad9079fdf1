"""Reads addresses that were dictated or typed with spaces: "forum dot example dot com slash boys".

Such a reading is never sure: the reporter is asked whether it is what they mean.
"""

import re
from collections.abc import Iterator

from ..parts import registrable_domain
from . import patterns
from .trimming import trimmed

# How the dot and the stroke of an address are said in the languages of the portals: a draft that no native
# speaker has read. A word that is missing, or wrong, costs a question that is not asked, or is answered "no".
_DOTS = "dot|punto|ponto|point|titik|nukta|крапка|точка|нүкте|цэг|डॉट|डट|نقطة|دوت|ڈاٹ|نقطہ|ډاټ|ټکی"
_STROKES = "slash|barra|barre|garis miring|mkwaju|слеш|слэш|स्लैश|स्ल्यास|سلاش|سلیش|سلېش"
_DOT = rf"(?: ?\. ?| (?:{_DOTS}) )"
_STROKE = rf"(?: ?/ ?| (?:{_STROKES}) )"
_PIECE = r"[\w~%+=&?-]{1,100}"
# "forum dot example dot com slash boys", "t. me/made_up", "forum . example . com / thread".
_CHAIN = re.compile(
    rf"(?<![\w.@/-])(?P<host>{patterns.BARE_LABEL}(?:{_DOT}{patterns.BARE_LABEL}){{1,8}})"
    rf"(?P<path>(?:{_STROKE}{_PIECE}){{0,12}})(?P<rest>[^\s]{{0,500}})",
    re.IGNORECASE,
)
# No reading is possible without a dot that is said, or one beside a space; most messages have none.
_SAID = frozenset(_DOTS.split("|"))
# "example .com", "t. me/made_up", "example. com"; but "I saw it. Thank you".
_SPACED = re.compile(
    rf"\.(?:(?<= \.)|(?<=\w\.) ?"
    rf"(?=(?>{patterns.BARE_LABEL})(?:[/.]| ?/| (?:{_STROKES}) )|(?:com|net|org|info)\b))",
    re.IGNORECASE,
)
_SAID_OR_SPACED = re.compile(rf" (?:{_DOTS}) |{_SPACED.pattern}", re.IGNORECASE)
_SEPARATED = re.compile(rf"{_DOT}", re.IGNORECASE)
_STROKED = re.compile(rf"{_STROKE}", re.IGNORECASE)
# "triple w dot example dot com".
_TRIPLE = re.compile(r"\btriple w\b|\bw w w\b", re.IGNORECASE)
_MOST_TRIES = 20


def spoken_in(text: str) -> Iterator[str]:
    """Give the addresses that may be meant, with a scheme; the text has fullwidth signs made ASCII."""
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
        begin = text.rfind(" ", position, max(position, sign.start() - 1)) + 1 or position
        chain = _CHAIN.search(text, begin)
        if chain is None:
            return
        if address := _read(chain):
            yield address
        position = max(chain.end(), sign.start() + 1)


def _read(chain: re.Match[str]) -> str | None:
    spoken = chain["host"]
    if " " not in spoken and " " not in chain["path"]:
        return None
    host = _SEPARATED.sub(".", spoken)
    suffix = host.rpartition(".")[2]
    led = host.lower().startswith("www.") or bool(chain["path"])
    if not registrable_domain(host) or not (led or suffix.lower() in patterns.PLAIN_SUFFIXES):
        return None
    if ". " in spoken and suffix[:1].isupper() and suffix.lower() not in patterns.PLAIN_SUFFIXES:
        return None  # a new sentence: "They sent it. Me/you know"
    path = _STROKED.sub("/", chain["path"])
    scheme = "http" if suffix.lower() in {"onion", "i2p"} else "https"
    rest = chain["rest"] if chain["path"] or chain["rest"][:1] in {"/", "?", "#"} else ""
    return trimmed(f"{scheme}://{host}{path}{rest}", "")

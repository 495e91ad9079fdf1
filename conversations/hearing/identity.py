"""Names and numbers in a reporter's own words: they are found, and the reporter is asked whose they are."""

import re
from collections.abc import Iterable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NAME = re.compile(r"(?<![\w.+-])@\w[\w.]{1,62}\w")
_DIGITS = re.compile(r"(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){6,19}(?!\w)")
_LETTER = r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0955-\u0957]"
_WORD = f"{_LETTER}+"
# Words that say one's name, in each language; at most two names follow.
_MY_NAME_IS = re.compile(
    r"\b(?:my name is|i am called|me llamo|mi nombre es|je m['’]appelle|mon nom est|meu nome [ée]"
    r"|me chamo|jina langu ni|naitwa|mera naam|mero naam|nama saya|namaku|kombo na ngai|sama tur|мене звати"
    rf"|менің атым|миний нэр|اسمي|میرا نام|زما نوم|मेरा नाम|मेरो नाम)[\s:]+({_WORD}(?:\s+{_WORD})?)",
    re.IGNORECASE,
)
_MY_ACCOUNT_IS = re.compile(
    r"\b(?:my|mi|mon|meu|minha|mera|mero) (?:insta|instagram|snap|snapchat|facebook|telegram|tiktok|whatsapp)"
    r"(?:\s+(?:is|es|est|é|hai|ho|username|user|name))*[\s:]+(\S{3,})",
    re.IGNORECASE,
)
_LINK = re.compile(r"\S*://\S*|[\w-]+(?:\.[\w-]+)+/\S*")
# Browsers end the host at a backslash too: what stands behind it is no user name.
_USERINFO = re.compile(r"^([a-z][a-z0-9+.-]*://)([^/\\?#]*)@", re.IGNORECASE)
# "authuser=me@site.example": whoever copied the link, or whom a newsletter was sent to.
_EMAIL_IN_LINK = re.compile(
    r"(?<==)[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII | re.IGNORECASE
)
_LEFT_OUT = "(…)"


def names_in(text: str, region: str | None, *, digits: bool = True) -> tuple[str, ...]:
    """Find e-mail addresses, @names, names after "my name is", phone numbers and, with `digits`, digits.

    `region` is an ISO 3166 code; without it only international phone numbers are known. Digits within web
    links do not count: they are the address of the page. Each is given once, as it stands in the text.
    """
    masked = _LINK.sub(lambda link: " " * len(link[0]), text)
    spans = [match.span() for pattern in (_EMAIL, _NAME) for match in pattern.finditer(masked)]
    spans += [match.span(1) for said in (_MY_NAME_IS, _MY_ACCOUNT_IS) for match in said.finditer(masked)]
    spans += _phones(masked, region)
    spans += [match.span() for match in _DIGITS.finditer(masked)] if digits else []
    return tuple(dict.fromkeys(text[start:end] for start, end in _widest(spans)))


def left_out(text: str, names: Iterable[str]) -> str:
    """Give the text with a mark in place of each of these names, and no longer than it was."""
    shown = text
    for name in sorted(names, key=len, reverse=True):
        shown = re.sub(rf"(?<!{_LETTER}){re.escape(name)}(?!{_LETTER})", _LEFT_OUT, shown)
    return shown[: len(text)]


def names_in_link(given: str) -> tuple[str, ...]:
    """Give the user name and password before an address's host, and the e-mail addresses behind it."""
    before = _USERINFO.match(given)
    named = (before[2],) if before and before[2] else ()
    return (*named, *dict.fromkeys(_EMAIL_IN_LINK.findall(given)))


def without_names(given: str) -> str:
    """Give an address without these names."""
    return _EMAIL_IN_LINK.sub("", _USERINFO.sub(r"\1", given))


def _phones(text: str, region: str | None) -> list[tuple[int, int]]:
    found = PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE, max_tries=100)
    return [(match.start, match.end) for match in found]


def _widest(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give the spans in order, without those that lie within the one before."""
    reached = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reached:
            yield max(start, reached), end
            reached = end

"""Names and numbers in a reporter's own words: they are found, and the reporter is asked whose they are."""

import re
from collections.abc import Iterable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NAME = re.compile(r"(?<![\w.+-])@\w{3,64}")
_DIGITS = re.compile(r"(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){6,19}(?!\w)")
_LINK = re.compile(r"\S*(?:://|/)\S*")
_USERINFO = re.compile(r"^([a-z][a-z0-9+.-]*://)([^/?#]*)@", re.IGNORECASE)
_LEFT_OUT = "[...]"


def names_in(text: str, region: str | None, *, digits: bool = True) -> tuple[str, ...]:
    """Find e-mail addresses, @names, phone numbers of the region and, with `digits`, long runs of digits.

    `region` is an ISO 3166 code; without it only international phone numbers are known. Digits within web
    links do not count: they are the address of the page. Each is given once, as it stands in the text.
    """
    masked = _LINK.sub(lambda link: " " * len(link[0]), text)
    spans = [match.span() for pattern in (_EMAIL, _NAME) for match in pattern.finditer(masked)]
    spans += _phones(masked, region)
    spans += [match.span() for match in _DIGITS.finditer(masked)] if digits else []
    return tuple(dict.fromkeys(text[start:end] for start, end in _widest(spans)))


def left_out(text: str, names: Iterable[str]) -> str:
    """Give the text with a mark in place of each of these names."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, _LEFT_OUT)
    return text


def userinfo_in(given: str) -> str:
    """Give the user name and password that an address carries before its host, or nothing."""
    match = _USERINFO.match(given)
    return match[2] if match else ""


def without_userinfo(given: str) -> str:
    """Give an address without the user name and password before its host."""
    return _USERINFO.sub(r"\1", given)


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

"""Names and numbers in a reporter's own words: they are found, and the reporter is asked whose they are."""

import re
from collections.abc import Container, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from conversations.hearing.leaving_out import widest
from conversations.hearing.own_names import names_told

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NAME = re.compile(r"(?<![\w.+-])@\w[\w.]*\w")
# Not a date: "12/10/2026", "2026-10-12".
_DIGITS = re.compile(
    r"(?<![\w/])(?!\d{1,4}([/.-])\d{1,2}\1\d{2,4}(?!\d))\+?\d(?:[\s()./\u2010-\u2015-]{0,3}\d){6,19}(?!\w)"
)
# Each begins only where a word does, or a long word would be tried from each of its letters.
_LINK = re.compile(r"(?<!\S)\S*?://\S*|(?<![\w@.-])[\w-]+(?:\.[\w-]+)+/\S*")
# Browsers end the host at a backslash too: what stands behind it is no user name.
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]{0,20}://)([^/\\?#]*)@", re.IGNORECASE)
# "authuser=me@site.example", "/unsubscribe/me@site.example": whoever copied the link, or got a newsletter.
_EMAIL_IN_LINK = re.compile(
    r"(?<=[=#/])(?<!//)[\w.+-]{1,64}(?:@|%40|%2540)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}",
    re.ASCII | re.IGNORECASE,
)


def names_in(text: str, region: str | None, *, digits: bool = True) -> tuple[str, ...]:
    """Find e-mail addresses, @names, names after "my name is", phone numbers and, with `digits`, digits.

    `region` is an ISO 3166 code; without it only international phone numbers are known. Digits and @names
    within web links do not count: they are the address of the page. Each is given once, as it stands in the
    text.
    """
    links = [*_LINK.finditer(text)]
    masked = _LINK.sub(lambda link: " " * len(link[0]), text)
    spans = [match.span() for match in _EMAIL.finditer(_LINK.sub(_without_userinfo_in_place, text))]
    spans += [span for link in links for span in _named_in_link(link)]
    spans += [match.span() for match in _NAME.finditer(masked)]
    spans += names_told(masked)
    spans += _phones(masked, region)
    spans += [match.span() for match in _DIGITS.finditer(masked)] if digits else []
    return tuple(dict.fromkeys(text[start:end] for start, end in widest(spans)))


def _without_userinfo_in_place(link: re.Match[str]) -> str:
    """Hide the user name of a link, which with its host would look like an e-mail address."""
    before = _USERINFO.search(link[0])
    return link[0].replace(before[0], " " * len(before[0]), 1) if before else link[0]


def _named_in_link(link: re.Match[str]) -> Iterator[tuple[int, int]]:
    before = _USERINFO.search(link[0])
    if before and before[2]:
        yield link.start() + before.start(2), link.start() + before.end(2)
    for named in _EMAIL_IN_LINK.finditer(link[0]):
        yield link.start() + named.start(), link.start() + named.end()


def names_in_link(given: str) -> tuple[str, ...]:
    """Give the user name and password before an address's host, and the e-mail addresses behind it."""
    before = _USERINFO.match(given)
    named = (before[2],) if before and before[2] else ()
    return (*named, *dict.fromkeys(_EMAIL_IN_LINK.findall(given)))


def without_names(given: str, names: Container[str] | None = None) -> str:
    """Give an address without these names, or without those of them that are listed."""
    before = _USERINFO.match(given)
    if before and (names is None or before[2] in names):
        given = without_userinfo(given)
    return _EMAIL_IN_LINK.sub(lambda mail: "" if names is None or mail[0] in names else mail[0], given)


def without_userinfo(given: str) -> str:
    """Give an address without the user name and password before its host: they lead to no other page."""
    before = _USERINFO.match(given)
    return f"{before[1]}{given[before.end() :]}" if before else given


def _phones(text: str, region: str | None) -> list[tuple[int, int]]:
    found = PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE, max_tries=100)
    return [(match.start, match.end) for match in found]

"""Names and numbers in a reporter's own words: they are found, and the reporter is asked whose they are."""

import re
from collections.abc import Iterable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from conversations.hearing.own_names import names_told, words_of_name

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NAME = re.compile(r"(?<![\w.+-])@\w[\w.]*\w")
_DIGITS = re.compile(r"(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){6,19}(?!\w)")
_LETTER = r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0955-\u0957]"
# Each begins only where a word does, or a long word would be tried from each of its letters.
_LINK = re.compile(r"(?<!\S)\S*?://\S*|(?<![\w@.-])[\w-]+(?:\.[\w-]+)+/\S*")
# Browsers end the host at a backslash too: what stands behind it is no user name.
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]{0,20}://)([^/\\?#]*)@", re.IGNORECASE)
# "authuser=me@site.example": whoever copied the link, or whom a newsletter was sent to.
_EMAIL_IN_LINK = re.compile(
    r"(?<==)[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII | re.IGNORECASE
)
_LEFT_OUT = "(…)"
_LEAST_DIGITS = 7


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
    return tuple(dict.fromkeys(text[start:end] for start, end in _widest(spans)))


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


def left_out(text: str, names: Iterable[str], among: Iterable[str] = ()) -> str:
    """Give the text with a mark in place of each of these names, and no longer than it was.

    A name is left out wherever it stands again, in any case and usual spelling, and so is each of its parts.
    `among` are all names of the text: those that are not left out stay whole, though one of these may be a
    part of them.
    """
    hidden = {part.casefold(): part for name in names for part in (name, *_parts(name))}
    if not hidden:
        return text
    shown = {name.casefold(): name for name in among if name.casefold() not in hidden}
    known = sorted((hidden | shown).items(), key=lambda each: len(each[1]), reverse=True)
    pattern = "|".join(f"({_spelt(name)})" for _, name in known)

    def left(found: re.Match[str]) -> str:
        which, _ = known[(found.lastindex or 1) - 1]
        return _mark(found[0]) if which in hidden else found[0]

    return re.sub(pattern, left, text, flags=re.IGNORECASE)


def _parts(name: str) -> tuple[str, ...]:
    """Give what stands for a name too: each word of it, or the user name and the password of a link."""
    split = name.split(":") if ":" in name else ()
    return (*words_of_name(name), *(part for part in split if len(part) >= len(_LEFT_OUT)))


def _spelt(name: str) -> str:
    """Match a name as it may stand elsewhere: a number with other signs between, a handle without its "@"."""
    digits = [sign for sign in name if sign.isdigit()]
    if len(digits) >= _LEAST_DIGITS and not any(map(str.isalpha, name)):
        return r"\+?" + r"[\s().-]{0,2}".join(map(re.escape, digits))
    if "@" in name[1:]:
        return re.escape(name).replace("@", "(?:@|%40)")
    spelt = f"@?{re.escape(name[1:])}" if name.startswith("@") else re.escape(name)
    return rf"(?<!{_LETTER}){spelt}(?!{_LETTER})"


def _mark(name: str) -> str:
    return _LEFT_OUT if len(name) >= len(_LEFT_OUT) else _LEFT_OUT[1]


def names_in_link(given: str) -> tuple[str, ...]:
    """Give the user name and password before an address's host, and the e-mail addresses behind it."""
    before = _USERINFO.match(given)
    named = (before[2],) if before and before[2] else ()
    return (*named, *dict.fromkeys(_EMAIL_IN_LINK.findall(given)))


def without_names(given: str) -> str:
    """Give an address without these names."""
    return _EMAIL_IN_LINK.sub("", without_userinfo(given))


def without_userinfo(given: str) -> str:
    """Give an address without the user name and password before its host: they lead to no other page."""
    before = _USERINFO.match(given)
    return f"{before[1]}{given[before.end() :]}" if before else given


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

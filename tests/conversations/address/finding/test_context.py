"""What stands around a host tells whether it is one."""

from conversations.address.finding.context import (
    after_number,
    broken_name,
    is_label,
    is_no_site,
    is_server,
    is_unclear,
    may_continue,
)
from conversations.address.finding.message import read_message
from tests.cases import for_every

# The host begins at "[[" and ends at "]]", which are no part of the text.
NUMBERED = [
    ("[[3.www.example.com]]", "www.example.com"),
    ("[[1-www.example.com]]", "www.example.com"),
    ("[[http.www.example.com]]", "www.example.com"),
    ("1.example.org\n[[2.example.com]]", "example.com"),
    ("[[1.example.com]]\n2) example.org", "example.com"),
    ("[[2.example.com]]", "2.example.com"),
    ("see [[2.example.com]]\n3.example.org", "2.example.com"),
    ("7.example.org\n[[2.example.com]]", "2.example.com"),
]
NO_SITES = [
    "[[README.md]]",
    "photo.jpg and [[notes.md]]",
    "[[P.O.Box]]",
    "[[U.S.A]]",
    "[[com.madeup.app]]",
    "[[android.permission.CAMERA]]",
    "[[ASP.NET]]",
    "version [[4.3.2.1]]",
    "whatsapp is [[2.24.7.79]]",
]
SITES = ["[[madeup.md]]", "[[com.madeup.net]]", "server [[4.3.2.1]]", "[[t.me]]", "[[a.co]]"]
UNCLEAR = [
    "tom&[[jerry.example]]",
    "made+[[up.example]]",
    "made\u00b7[[up.example]]",
    "made\u2014[[up.example]]",
    "[[made\u2013up.example]]",
    "https://made [[up.example]]",
]
CLEAR = [
    "see: [[up.example]]",
    "& [[up.example]]",
    "**[[up.example]]",
    "tom&[[www.up.example]]",
    "\u2013[[up.example]]",
    "https://example.com/a [[up.example]]",
]
LABELS = [
    "[[[example.com]]](https://example.com/a)",
    "[[[https://example.com]]](http://www.example.com/a)",
    '<a class="b" href="https://example.com/a">[[example.com]]</a>',
    "[url=https://example.com/a][[www.example.com/a]][/url]",
]
NO_LABELS = [
    "[[[example.com]]](https://example.org/a)",
    "[[[example.com]]](see below)",
    "[[[example.com]]] (https://example.com/a)",
    '<a href="/a">[[example.com/a]]</a>',
    "<a>[[example.com/a]]</a>",
    "[url][[example.com/a]][/url]",
    "[[example.com]](https://example.com/a)",
]


def _placed(marked: str) -> tuple[str, int, int]:
    before, _, rest = marked.rpartition("[[")
    host, _, after = rest.partition("]]")
    return f"{before}{host}{after}", len(before), len(before) + len(host)


@for_every(case=NUMBERED)
def test_the_number_of_a_list_is_no_part_of_a_host(case: tuple[str, str]) -> None:
    text, start, end = _placed(case[0])
    assert text[after_number(text, start) : end] == case[1]


@for_every(marked=NO_SITES)
def test_a_file_a_version_and_an_abbreviation_are_no_sites(marked: str) -> None:
    assert is_no_site(*_placed(marked))


@for_every(marked=SITES)
def test_what_may_be_a_site_is_not_refused(marked: str) -> None:
    assert not is_no_site(*_placed(marked))


@for_every(marked=UNCLEAR)
def test_what_may_be_the_rest_of_a_name_is_unclear(marked: str) -> None:
    text, start, end = _placed(marked)
    assert is_unclear(read_message(text), start, end)


@for_every(marked=CLEAR)
def test_what_stands_by_itself_is_clear(marked: str) -> None:
    text, start, end = _placed(marked)
    assert not is_unclear(read_message(text), start, end)


@for_every(marked=LABELS)
def test_the_text_of_a_link_is_told_from_its_target(marked: str) -> None:
    assert is_label(*_placed(marked))


@for_every(marked=NO_LABELS)
def test_what_leads_elsewhere_is_no_label(marked: str) -> None:
    assert not is_label(*_placed(marked))


def test_pairs_behind_the_word_server_are_the_address_of_a_computer() -> None:
    assert is_server("server 33.44.55.66", 7)
    assert is_server("the IP is: 33.44.55.66", 11)
    assert not is_server("call 33.44.55.66", 5)


def test_a_name_that_was_broken_at_its_hyphen_is_whole_again() -> None:
    assert broken_name("see made-up-\nforum.example", 13) == "made-up-"
    assert broken_name("link-\nforum.example", 6) == ""
    assert may_continue("see made-up-\nforum.example", 13)
    assert may_continue("https://made up.example", 13)
    assert not may_continue("https://example.com/a up.example", 23)

import re

import ada_url
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conversations.address import canonical, defang, host, read
from conversations.address.defanging import refang
from conversations.address.finding import find
from conversations.wire.report import MAXIMUM_ADDRESS_LENGTH, MAXIMUM_ADDRESSES
from tests.telegram_rules import tappable

# A busy machine is no failure.
UNHURRIED = settings(deadline=None)
ONION = "e" * 56 + ".onion"
PIECES = (
    "http://", "https://", "hxxps://", "hXXp[:]//", "https:\\/\\/", "ftp://", "tg://resolve?domain=",
    "tg:join?invite=", "magnet:?xt=urn:btih:", "ipfs://", "whatsapp://chat?code=", "file:///", "mailto:",
    "C:\\", "/storage/emulated/0/", "example.com", "www.example.org", "example[.]net", "example dot com",
    "example (.) com", "a.example", "t.me/", "telegram.me/joinchat/", "chat.whatsapp.com/",
    "youtube.com/watch?v=", "instagram.com/p/", ONION, "localhost", "10.0.0.1", "[::1]",
    "[2606:4700::1111]", "user:pass@", "@channel", "xn--", "xn--a", "b\xfccher.example", ":8080", "/a/../b",
    "/%2e%2E/", "?igsh=a", "&fbclid=b", "&amp;igsh=c", "?q=1", "#top", "#:~:text=a", "%zz", "%aB", "\\",
    "[.]", "[[]", "[", "]", "(", ")", "{", "}", "[@]", "[:]", "[#]", "+1", "*", "_", "~", "|", "\u3002",
    "\uff0e", "\uff0f", "\u200c", "\u200d", "\u200f", "\ufeff", "\u2026", "\u060c", "\u0964", "\U0001f447",
    "\u4e2d", "\u0646", "\n", "\r\n", " ", "\t", "\x00", "\ud800", "'", '"', "<", ">", "\xab", ".", ",",
    "!", "?", "=", "&", "%", "/", ":", "@", "-", "http%3A%2F%2F", "https%253A%252F%252F", "%3A%2F", "%2F",
    "&amp;", "&lt;", "&#47;", "[url]", "[/url]", "[url=", "[/]", "<.>", "\\.", "\\_",
    "h00p://", " dot ", " . ",
    ". ", " /", " slash ", " punto ", "t.me/ ", "@made@up.example", ".i2p", "\u203c", "\u2019s", "\n> ",
)  # fmt: skip
MESSAGES = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=14).map("".join),
)
# Addresses that hold what Telegram looks for.
TELLING = st.builds(
    "https://example.com{}{}".format,
    st.sampled_from("/?#"),
    st.lists(
        st.sampled_from(["/", "?", "&", "=", "#", "$", "@", ".", "-", "_", ":", "(", "[", "]", ",", "+", "~"])
        | st.sampled_from(
            ["video", "USD", "1INCH", "made_up", "tg://x", "example.com", "12:30", "a@b.example"]
        )
        | st.sampled_from(["4111111111111111", "4111-1111-1111-1111", "7000000000000000003", "\u00e9", "//"]),
        max_size=8,
    ).map("".join),
)
FOUND = (MESSAGES | TELLING).map(
    lambda text: [address.given for address in find(text, handles=True).addresses]
)
PLAIN_LINKS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["https://", "http://", "https://www."]),
    st.sampled_from(["example.com", "t.me", "vm.tiktok.com", "youtu.be", "a.nosuch", "web.archive.org"]),
    st.lists(
        st.sampled_from(
            ["/", "/a", "/+", ".", "-", "_", "=", "~", "?b=1", "?si=1", "&c=2", "#d", "%3F", "//", ","]
        )
        | st.sampled_from(
            [";", "example.org/", "/https://example.org/b", "!", ")", "'", "@e", ":", "|", "[/url]"]
        ),
        max_size=7,
    ).map("".join),
)
EVERY_TAIL = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x2FF), max_size=30)


@UNHURRIED
@given(MESSAGES)
def test_no_text_raises_in_any_function(text: str) -> None:
    """Whatever anybody sends is answered; nothing that is found is longer or more than a report takes."""
    found = find(text, handles=True)
    assert len(found.addresses) <= MAXIMUM_ADDRESSES
    assert all(0 < len(address.given) <= MAXIMUM_ADDRESS_LENGTH for address in found.addresses)
    assert len(set(found.unreportable)) == len(found.unreportable)
    read(text), host(text), defang(text), canonical(text)


@UNHURRIED
@given(MESSAGES)
def test_canonicalising_twice_changes_nothing_more(text: str) -> None:
    """Equality by canonical form is sound on any text, also on what is no address."""
    assert canonical(canonical(text)) == canonical(text)


@UNHURRIED
@given(FOUND)
def test_a_found_address_reads_back_as_itself(found: list[str]) -> None:
    """The state keeps only `given`: reading it gives the same address again, and so does finding it."""
    for address in found:
        again = read(address)
        assert again is not None
        assert again.given == address
        assert canonical(canonical(address)) == canonical(address)
        assert [once.given for once in find(address, handles=True).addresses] == [address]


@UNHURRIED
@given(PLAIN_LINKS, st.sampled_from(["", " a b", "\n/a/b", "\n?c=1", "\u3002", "\u060c"]))
def test_a_plain_link_is_read_as_it_is_with_all_care(link: str, after: str) -> None:
    """A scheme in capitals is no plain link's, and means the same."""
    short, careful = find(f"{link}{after}"), find(f"{link}{after}".replace("http", "HTTP", 1))
    assert (short.addresses, short.doubtful) == (careful.addresses, careful.doubtful)
    assert short.rest == careful.rest.replace("HTTP", "http")


@UNHURRIED
@given(FOUND)
@example(["https://example.com/x[.]y[[]z"])
@example(["http://0.A#@0+"])
@example(["http://[2606:4700::1111]:8080/x"])
@example(["magnet:?xt=urn:btih:" + "a" * 40])
def test_a_defanged_address_pasted_back_is_the_same_address(found: list[str]) -> None:
    """A reporter may send our own words back; nothing is lost and nothing added."""
    for address in found:
        assert [again.given for again in find(defang(address), handles=True).addresses] == [address]


@UNHURRIED
@given(FOUND | st.lists(TELLING, max_size=1))
def test_in_nothing_defanged_an_app_finds_a_thing_to_tap(found: list[str]) -> None:
    """By Telegram's own rules; what was split for that is whole again when it is pasted back."""
    for address in found:
        shown = defang(address)
        assert tappable(shown) == []
        assert refang(shown).replace("hxx", "htt", 1) == address.replace("HTT", "htt", 1)


@UNHURRIED
@given(FOUND)
def test_nothing_defanged_is_a_link(found: list[str]) -> None:
    """No dot, mention, scheme, hashtag or number is left to make a link of, and nothing unseen is added."""
    for address in found:
        shown = re.sub(r"^hxxps?://", "", defang(address))
        bare = re.sub(r"\[[.@:#+\[]\]", "\x00", shown)
        assert not re.search(r"[.@:#]|\+\d", bare)
        assert defang(address).isprintable() or not address.isprintable()


@UNHURRIED
@given(st.sampled_from(["example.com", "www.example.org", "a.b.example", "b\u00fccher.example"]), EVERY_TAIL)
def test_canonical_changes_only_what_its_list_says(name: str, tail: str) -> None:
    """Away from sharers and Telegram it is the URL standard's own form, https, and capital hexadecimal."""
    address = f"http://{name}/{tail}"
    standard = ada_url.URL(address)
    rest = f"{standard.pathname}{standard.search}{standard.hash}"
    capital = re.sub(r"%[0-9a-f]{2}", lambda digits: digits[0].upper(), rest, flags=re.IGNORECASE)
    assert canonical(address) == f"https://{standard.hostname}{capital}"


@UNHURRIED
@given(st.from_regex(r"[a-z0-9_~.+,;@=&()-]{1,12}", fullmatch=True), st.integers(0, 40))
def test_other_bytes_keep_addresses_apart(tail: str, place: int) -> None:
    """One other letter in path, query or fragment is another address."""
    place %= len(tail)
    other = tail[:place] + ("x" if tail[place] != "x" else "y") + tail[place + 1 :]
    for mark in ("a/", "?q", "#f"):
        assert canonical(f"https://example.com/{mark}{tail}z") != canonical(
            f"https://example.com/{mark}{other}z"
        )


@UNHURRIED
@given(
    st.text(
        st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="<>\"`'\\]"), max_size=40
    )
)
def test_every_other_byte_of_a_plain_link_is_kept(tail: str) -> None:
    """Between host and the sentence's own end marks, what was sent is what is kept."""
    found = find(f"https://example.com/{tail}x")
    assert found.addresses[0].given == f"https://example.com/{tail}x" or re.search(
        r"h[tx]{2}ps?:|\]\(|clid|_ga|_gl|_open|epik|igsh|mib", tail, re.IGNORECASE
    )

"""A defanged address is no link for any app, and is the same address when it is read back."""

import pytest

from conversations.address import defang
from conversations.address.defanging import defanged_length, refang
from conversations.address.finding import find
from tests.telegram_rules import tappable

SHOWN = [
    ("https://example.com/a/b.html?x=1.5", "hxxps://example[.]com/a/b[.]html?x=1[.]5"),
    ("http://user:p@example.com:8080/#a", "hxxp://user[:]p[@]example[.]com[:]8080/[#]a"),
    ("https://www.tiktok.com/@made.up/video/7", "hxxps://www[.]tiktok[.]com/[@]made[.]up/video/7"),
    ("https://t.me/+15550100", "hxxps://t[.]me/[+]15550100"),
    ("https://t.me/+0MadeUp", "hxxps://t[.]me/[+]0MadeUp"),
    ("https://t.me/+MadeUp", "hxxps://t[.]me/+MadeUp"),
    ("tg://join?invite=0MadeUp", "tg[:]//join?invite=0MadeUp"),
    ("magnet:?xt=urn:btih:" + "a" * 40, "magnet[:]?xt=urn[:]btih[:]" + "a" * 40),
    ("ipfs://QmMadeUp/a.png", "ipfs[:]//QmMadeUp/a[.]png"),
    ("@made.up", "[@]made[.]up"),
    ("https://example.com/$USD/$1INCH?a=$b", "hxxps://example[.]com/[$]USD/[$]1INCH?a=$b"),
    ("https://$A:$B@example.com", "hxxps://[$]A[:][$]B[@]example[.]com"),
    ("https://example.com/4111111111111111/", "hxxps://example[.]com/41111111[1]1111111/"),
    ("https://example.com/?a=4111-1111-1111-1111", "hxxps://example[.]com/?a=4111-1111-[1]111-1111"),
    ("https://example.com?a=4111111111111111", "hxxps://example[.]com?a=41111111[1]1111111"),
    ("https://example.com/4111111111111112/", "hxxps://example[.]com/4111111111111112/"),
    ("https://example.com/p4111111111111111/", "hxxps://example[.]com/p4111111111111111/"),
    ("https://example.com/#/video", "hxxps://example[.]com/[#][/]video"),
    ("https://example.com/a[.]b", "hxxps://example[.]com/a[[][.]]b"),
]


@pytest.mark.parametrize(("given", "shown"), SHOWN)
def test_what_a_reporter_sees_is_readable_and_no_link(given: str, shown: str) -> None:
    """Exactly the marks that apps build links from stand in brackets, and pasting it back gives it back."""
    assert defang(given) == shown
    assert [address.given for address in find(shown, handles=True).addresses] == [given]


@pytest.mark.parametrize(
    ("text", "refanged"),
    [("a[dot]example[.]com", "a.example.com"), ("a[AT]b", "a@b"), ("a[[]b", "a[b"), ("a[b]", "a[b]")],
)
def test_brackets_of_others_are_removed_too(text: str, refanged: str) -> None:
    assert refang(text) == refanged


def test_a_place_in_the_address_is_found_again_where_it_was_typed() -> None:
    text = "example[.]com[.]au/a"
    assert text[: defanged_length(text, len("example.com"))] == "example[.]com"


def test_what_an_app_reads_as_a_command_is_broken_up_and_read_back() -> None:
    """Telegram makes a command of "/word" behind a sign; a tap would send it."""
    for given in (
        "https://example.com/#/video",
        "https://example.com/index.php?/gallery",
        "https://example.com/?a=1&path=/abc",
        "https://example.com/(b)/c",
    ):
        shown = defang(given)
        assert tappable(given) != []
        assert tappable(shown) == []
        assert refang(shown).replace("hxxps", "https") == given
        assert [address.given for address in find(shown).addresses] == [given]


def test_an_index_of_others_is_no_split_number() -> None:
    """A digit in brackets is ours only between digits."""
    assert find("hxxps://example[.]com/a[1]b").addresses[0].given == "https://example.com/a[1]b"

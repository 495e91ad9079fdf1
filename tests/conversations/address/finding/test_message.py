"""A message is read as a person sees it."""

import pytest

from conversations.address.finding.message import read_message


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a\r\nb\rc\td\u3000e", "a\nb\nc d e"),
        ("?a=1&amp;b=2&amp;amp;c=3", "?a=1&b=2&c=3"),
        ("?a=1&copy=2&lt=3", "?a=1&copy=2&lt=3"),
        ("&#38;&#x2F;&quot;", '&/"'),
        ("https://a.example/made\\_up", "https://a.example/made_up"),
        ("https:\\\\a.example\\_b", "https:\\\\a.example\\_b"),
        ("exam\u200bple\ufe0f", "example"),
        ("example (dot) com", "example[.]com"),
        ("\u0645\u200c\u0646 a\u200cb", "\u0645\u200c\u0646 ab"),
        ("made\\-up\\.example", "made-up.example"),
        ("xn\u2014a", "xn--a"),
        ("ma=C3=B1ana=20\n?a=3D1=\n2", "ma\u00f1ana \n?a=12"),
        ("?a=20&b=3D1", "?a=20&b=3D1"),
        ("gracias=20\na=b", "gracias=20\na=b"),
        (f"{'a' * 75}=\nb", f"{'a' * 75}b"),
        (f"{'a' * 69}=\nb", f"{'a' * 69}=\nb"),
    ],
)
def test_what_stands_for_a_sign_becomes_the_sign(text: str, read: str) -> None:
    assert read_message(text).text == read


def test_every_hyphen_is_folded_and_stays_in_the_text() -> None:
    message = read_message("a\u2010b\u2011c\u2013d\u2212e")
    assert (message.text, message.folded) == ("a\u2010b\u2011c\u2013d\u2212e", "a-b-c-d-e")


def test_fullwidth_signs_are_folded_letter_by_letter() -> None:
    message = read_message("\uff48\uff54\uff54\uff50")
    assert (message.text, message.folded) == ("\uff48\uff54\uff54\uff50", "http")

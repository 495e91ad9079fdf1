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
    ],
)
def test_what_stands_for_a_sign_becomes_the_sign(text: str, read: str) -> None:
    assert read_message(text).text == read


def test_fullwidth_signs_are_folded_letter_by_letter() -> None:
    message = read_message("\uff48\uff54\uff54\uff50")
    assert (message.text, message.folded) == ("\uff48\uff54\uff54\uff50", "http")

"""A link ends before the marks of the sentence around it."""

import pytest

from conversations.address.finding.trimming import may_go_on, trimmed, without_next_sentence
from tests.cases import for_every

SENTENCES = [
    ("/t/77.Please", "/t/77"),
    ("/t/made-up.Please", "/t/made-up"),
    ("/Made.Up", "/Made.Up"),
    ("/@made.Up", "/@made.Up"),
    ("/t/77.Html", "/t/77.Html"),
    ("/t/77.\u00c9s", "/t/77"),
    ("/t/77.please", "/t/77"),
    ("/t/77.html", "/t/77.html"),
    ("/sites/24.com", "/sites/24.com"),
    ("/t?topic=77.last", "/t?topic=77.last"),
    ("/t/made.please", "/t/made.please"),
    ("/a....b", "/a"),
    ("/a!!b", "/a"),
    ("/compare/a...b", "/compare/a...b"),
    ("/t/1\u0e23", "/t/1"),
    ("/t/1;\u0e23", "/t/1"),
    ("/\u0e23/a\u0e23", "/\u0e23/a\u0e23"),
    ("/wiki/a\u0e23", "/wiki/a\u0e23"),
]


@pytest.mark.parametrize(
    ("link", "before", "kept"),
    [
        ("https://example.com/a.", " ", "https://example.com/a"),
        ("https://example.com/a?!", " ", "https://example.com/a"),
        ("https://example.com/a)", "(", "https://example.com/a"),
        ("https://example.com/a_(b)", " ", "https://example.com/a_(b)"),
        ("https://example.com/a*", "*", "https://example.com/a"),
        ("https://example.com/a*", " ", "https://example.com/a*"),
    ],
)
def test_marks_of_the_sentence_are_removed(link: str, before: str, kept: str) -> None:
    assert trimmed(link, before) == kept


@for_every(case=SENTENCES)
def test_the_next_sentence_is_cut_off(case: tuple[str, str]) -> None:
    written, tail = case
    assert without_next_sentence(written, "https://example.com", words_follow=True) == tail
    assert may_go_on(written) or tail == written or not written.isascii()


def test_a_dot_and_a_capital_are_a_sentence_only_before_more_words_and_in_no_name() -> None:
    assert without_next_sentence("/t/77.Please", "https://example.com", words_follow=False) == "/t/77.Please"
    assert without_next_sentence("/made.Up", "https://www.facebook.com", words_follow=True) == "/made.Up"

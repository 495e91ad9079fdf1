"""A link ends before the marks of the sentence around it."""

import pytest

from conversations.address.finding.trimming import trimmed


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

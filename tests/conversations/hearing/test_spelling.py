"""Case, accents, apostrophes, letter variants and stress by repeated letters make no difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.hearing.spelling import plain, sentences


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I'm", "im"),
        ("J’ai peur", "jai peur"),
        ("HEEELP", "help"),
        ("niña", "nina"),
        ("أنا خَائِف", "انا خايف"),
        ("مجھے", "مجهے"),
        ("Ґвалт", "гвалт"),
        ("he\u200blp", "help"),
    ],
)
def test_two_spellings_of_one_text(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_a_text_is_cut_where_a_sentence_ends() -> None:
    assert sentences("He hurts me. मुझे डर है। now!") == [("he", "hurts", "me"), ("मुझे", "डर", "है"), ("now",)]


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert all(all(words) for words in sentences(text))

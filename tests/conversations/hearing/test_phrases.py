"""Each language lists what is heard in it, for every need, and its file can be read."""

import pytest

from conversations.hearing.needs import Heard, Need, Who
from conversations.hearing.phrases import phrases, read
from tests.cases import for_every
from tests.talking import LANGUAGES

FILE = """
polite = ["please"]
unless = ["in the video"]
[groups]
me = ["me"]
[needs.hurt]
whole = ["beaten up"]
first = ["he hurts {me}"]
third = ["he hurts her"]
"""


@for_every(language=LANGUAGES)
def test_every_language_has_words_for_every_need(language: str) -> None:
    heard = {each.need for each in phrases(language).rules.tags} | set(phrases(language).whole.values())
    assert heard >= set(Need) - {Need.OWN_BEHAVIOUR}


def test_a_file_is_read_as_it_is_written() -> None:
    found = read(FILE)
    assert found.whole == {("beaten", "up"): Need.HURT}
    assert [*found.rules.kept_by(("he", "hurts", "me"))] == [Heard(Need.HURT, Who.FIRST)]
    assert [*found.unless.kept_by(("in", "the", "video"))] == [None]
    assert found.polite == {"please"}


@pytest.mark.parametrize(
    "text", ["needs = 3", "[needs.joy]\nwhole = ['ha']", "[needs.hurt]\nfirst = ['{me}']"]
)
def test_a_file_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(text)

"""Names of people are found in notes and links; text that belongs to the page is not changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.events import Received, Said
from conversations.hearing.identity import names_in, names_in_link, without_names
from conversations.hearing.leaving_out import left_out
from conversations.turns.submission import report_of
from tests.talking import Replay, new_state
from tests.times import HOUR

LINK = "https://forum.example/thread/4711"


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("write to me@site.example please", None, ("me@site.example",)),
        ("the account is @some_body", None, ("@some_body",)),
        ("call +54 11 5555-0123", None, ("+54 11 5555-0123",)),
        ("call 011 5555-0123 now", "AR", ("011 5555-0123",)),
        ("id 5555012345", None, ("5555012345",)),
        ("two: @one_name and @two_name", None, ("@one_name", "@two_name")),
        ("my name is Ana and I saw it", None, ("Ana",)),
        ("मेरा नाम सुनीता है", "IN", ("सुनीता",)),
        ("mum/@sara_lopez posts it", None, ("@sara_lopez",)),
        ("third picture, minute 3:15, post 42", "AR", ()),
        ("see https://forum.example/thread/5555012345678 at the top", "AR", ()),
        ("Contact anna@mail.example/0712345678", "KE", ("anna@mail.example", "0712345678")),
        ("https://page.example/?email=anna@mail.example", None, ("anna@mail.example",)),
        ("see medium.example/@user/1", None, ()),
        ("+380/67/1234567 or 0170/1234567", None, ("+380/67/1234567", "0170/1234567")),
        ("seen on 12/10/2026", None, ()),
        ("number 0712345678ni hii", "TZ", ("0712345678",)),
        ("@" + "a" * 90, None, ("@" + "a" * 90,)),
        ("", None, ()),
    ],
)
def test_what_may_name_somebody_is_found(text: str, region: str | None, found: tuple[str, ...]) -> None:
    assert names_in(text, region) == found


def test_a_post_number_is_no_name_where_a_post_number_is_asked_for() -> None:
    assert names_in("post 5555012345", None, digits=False) == ()
    assert names_in("post of @some_body", None, digits=False) == ("@some_body",)


@pytest.mark.alone("compares times of the processor")
def test_no_long_word_is_read_from_each_of_its_letters() -> None:
    """A message of one word takes no longer than one of prose: each pattern begins where a word does."""
    for word in ("1" * 4096, "a" * 4096, "a-" * 2048, "www." * 1024, "_" * 4096, "www." * 1023 + "a/"):
        assert _seconds(word) < 40 * _seconds("I saw this and it was bad. " * 152)


def _seconds(text: str) -> float:
    began = time.process_time()
    for _ in range(3):
        names_in(text, None)
    return time.process_time() - began


@given(st.text(max_size=200), st.sampled_from([None, "AR", "IN", "KE"]))
def test_no_text_breaks_it_and_nothing_found_is_left_in(text: str, region: str | None) -> None:
    names = names_in(text, region)
    kept = left_out(text, names)
    assert all(name not in kept for name in names)
    assert left_out(text, ()) == text


@pytest.mark.parametrize(
    ("given_address", "names", "without"),
    [
        ("https://name:word@site.example/a?b=@c", ("name:word",), "https://site.example/a?b=@c"),
        ("https://site.example/@name", (), "https://site.example/@name"),
        ("https://a@b@site.example/", ("a@b",), "https://site.example/"),
        ("@channel", (), "@channel"),
        ("https:\\\\site.example\\@name", (), "https:\\\\site.example\\@name"),
        ("https://site.example\\@other.example/x", (), "https://site.example\\@other.example/x"),
        ("https://a.example/x?user=me@b.example&id=3", ("me@b.example",), "https://a.example/x?user=&id=3"),
        ("https://a.example/x?e=me%40b.example", ("me%40b.example",), "https://a.example/x?e="),
        ("https://photos.example/1234@N00/5?q=a@b", (), "https://photos.example/1234@N00/5?q=a@b"),
        ("https://a.example/unsub/me@b.example", ("me@b.example",), "https://a.example/unsub/"),
        ("https://a.example/@made_up@b.example", (), "https://a.example/@made_up@b.example"),
    ],
)
def test_a_name_in_a_link_is_found(given_address: str, names: tuple[str, ...], without: str) -> None:
    assert names_in_link(given_address) == names
    assert without_names(given_address) == without


def _at_the_note() -> Replay:
    replay = Replay(new_state())
    replay.step(Said(LINK))
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    assert replay.state.step == "note"
    return replay


def test_what_is_the_reporters_never_reaches_a_report() -> None:
    replay = _at_the_note()
    replay.step(Said("call me: +54 11 5555-0123"))
    assert report_of(replay.state, HOUR).note == "call me: (…)"
    replay.tap("mine")
    assert report_of(replay.state, HOUR).note == "call me: (…)"
    assert replay.state.asked is None


def test_what_is_the_accounts_is_evidence_and_kept() -> None:
    replay = _at_the_note()
    replay.step(Said("posted by @some_body"))
    replay.tap("theirs")
    assert report_of(replay.state, HOUR).note == "posted by @some_body"
    assert replay.state.step == "end"


def test_a_user_name_in_a_link_is_kept_only_when_it_is_the_accounts() -> None:
    replay = Replay(new_state())
    replay.step(Said("https://name:word@site.example/page"))
    assert replay.state.draft.addresses == ("https://site.example/page",)
    replay.tap("theirs")
    assert replay.state.draft.addresses == ("https://name:word@site.example/page",)


def test_another_report_forgets_what_was_asked_about() -> None:
    replay = _at_the_note()
    replay.step(Said("me@site.example"))
    replay.step(Said("https://forum.example/other"))
    assert replay.state.asked is None

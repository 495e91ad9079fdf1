"""A tap on a card of a forgotten talk loses no link that the card still shows."""

import pytest

from bot.talks.render import render
from conversations.events import Chose, Received, Said
from conversations.turns.revived import shown_links
from tests.talking import PORTALS, Replay, new_state

LINK = "https://forum.example/thread?id=4711#p3"


def old_card(*texts: str, send: bool = False) -> tuple[str, ...]:
    replay = Replay(new_state())
    for text in texts:
        replay.step(Said(text))
    if send:
        replay.tap("send")
        replay.step(Received())
    return shown_links(render(replay.state, PORTALS["international"]).text)


@pytest.mark.parametrize("choice", ["send", "change", "rules"])
def test_the_links_of_the_card_are_asked_about_once_more(choice: str) -> None:
    replay = Replay(new_state())
    replay.step(Chose(choice, "0ld7a1k0", 3, old_card(f"{LINK} https://b.example/2")))
    assert replay.state.step == "review"
    assert replay.state.draft.addresses == (LINK, "https://b.example/2")
    assert replay.read().startswith("We forgot that talk, but your card still has the link.")


def test_a_card_without_links_begins_anew_and_says_that_what_was_sent_stays_sent() -> None:
    replay = Replay(new_state())
    replay.step(Chose("details", "0ld7a1k0", 3, old_card(LINK, send=True)))
    assert replay.state.step == "first"
    assert "If you sent a report, it stays sent" in replay.read()


def test_nothing_is_taken_from_an_old_card_into_a_report_under_way() -> None:
    replay = Replay(new_state())
    replay.step(Said("https://new.example/1"))
    replay.step(Chose("send", "0ld7a1k0", 3, old_card(LINK)))
    assert replay.state.draft.addresses == ("https://new.example/1",)


def test_the_portals_own_links_are_none_of_the_reporters() -> None:
    shown = "You can report on this web page: www.iwf.org.uk/report\nTake It Down: takeitdown.ncmec.org"
    assert shown_links(shown) == ()


def test_a_link_that_was_shortened_to_fit_is_not_read() -> None:
    assert old_card(f"https://forum.example/{'a' * 3000}") == ()


def test_a_name_that_was_asked_about_is_never_read_from_an_old_card_as_a_link() -> None:
    replay = Replay(new_state())
    replay.step(Chose("mine", "ffffffff", 1, shown=("[@]anna_own",)))
    assert replay.state.draft.addresses == ()

"""What may be a link is asked about; nothing of it is taken before, and nothing that was written is lost."""

import pytest

from conversations.events import Attached, Command, Commanded, Media, Said
from conversations.talk import RemoveMessage
from tests.talking import begun

LINK = "https://forum.example/4711"


def test_a_dictated_link_is_asked_about_and_its_message_stays() -> None:
    replay = begun()
    asked = replay.step(Said("it is forum dot example dot com slash boys"))
    assert (replay.state.step, replay.state.draft.addresses) == ("doubt", ())
    assert "hxxps://forum[.]example[.]com/boys" in replay.read()
    taken = replay.tap("is_link")
    assert replay.state.draft.addresses == ("https://forum.example.com/boys",)
    assert replay.state.draft.beside == "it is forum dot example dot com slash boys"
    assert RemoveMessage() not in (*asked.effects, *taken.effects)


def test_yes_can_be_typed() -> None:
    replay = begun("it is t dot me/made_up", "yes")
    assert replay.state.draft.addresses == ("https://t.me/made_up",)


def test_what_is_no_link_is_a_message_without_one() -> None:
    replay = begun("lo vi ayer.me lo mando un amigo")
    replay.tap("no_real_link")
    assert (replay.state.step, replay.state.draft.addresses) == ("first", ())
    assert replay.state.unread == "lo vi ayer.me lo mando un amigo"


def test_each_reading_is_asked_about_in_turn() -> None:
    replay = begun("No se.la verdad, it is on badsite.com there")
    replay.tap("no_real_link")
    assert "hxxps://badsite[.]com" in replay.read()
    replay.tap("is_link")
    assert replay.state.draft.addresses == ("https://badsite.com",)


def test_beside_a_link_in_hand_words_that_are_no_link_are_offered_with_it() -> None:
    replay = begun(LINK, "the admin is on badsite.com there")
    assert replay.state.step == "doubt"
    replay.tap("no_real_link")
    assert replay.state.draft.addresses == (LINK,)
    assert "badsite.com" in replay.state.draft.beside


def test_a_link_in_place_of_an_answer_keeps_the_words() -> None:
    replay = begun("the site is badsite.com there", LINK)
    assert replay.state.draft.addresses == (LINK,)
    assert "badsite.com" in replay.state.draft.beside


def test_a_need_is_heard_before_a_doubtful_link() -> None:
    replay = begun("he.is hurting me.now")
    assert replay.state.step in {"hurt", "danger"}
    assert replay.state.draft.addresses == ()


def test_of_two_messages_each_reading_is_asked_about() -> None:
    replay = begun("my son uses made-up.example.com every night", "and other.example.net too")
    assert replay.state.doubt is not None
    first, second = replay.state.doubt.readings
    replay.tap("is_link")
    assert replay.state.step == "doubt"
    replay.tap("is_link")
    assert replay.state.draft.addresses == (first, second)


def test_a_typed_no_answers_that_it_is_no_link() -> None:
    replay = begun("my son uses made-up.example.com every night")
    assert replay.step(Said("no")).state.step != "doubt"
    assert replay.state.draft.addresses == ()


def test_a_link_that_stays_is_not_lost_by_a_doubt_while_another_is_changed() -> None:
    replay = begun(LINK)
    replay.tap("change")
    replay.step(Said("it is on made-up.example.com i think"))
    replay.step(Said(f"{LINK} https://forum.example/new"))
    assert replay.state.draft.addresses == (LINK, "https://forum.example/new")


def test_a_question_that_was_left_for_an_exit_is_asked_again_with_the_next_one() -> None:
    replay = begun("my son uses made-up.example.com every night")
    replay.tap("danger")
    replay.step(Said("and other.example.net too"))
    assert replay.state.doubt is not None
    assert len(replay.state.doubt.readings) == 2
    replay.tap("no_real_link")
    replay.tap("no_real_link")
    assert replay.state.step == "danger"
    assert replay.tap("back").state.step == "first"


@pytest.mark.parametrize("between", [(), ("danger",)])
def test_the_words_of_a_question_stand_beside_a_link_that_comes_with_a_picture(
    between: tuple[str, ...],
) -> None:
    replay = begun("my son uses made-up.example.com every night")
    for choice in between:
        replay.tap(choice)
    replay.step(Attached(Media.PICTURE, LINK))
    assert replay.state.draft.addresses == (LINK,)
    assert "every night" in replay.state.draft.beside
    assert replay.state.doubt is None


def test_a_report_is_not_shown_while_a_reading_is_asked_about() -> None:
    replay = begun("https://forum.example/4711", "also maybe other.example here")
    for choice in ("danger", "to_link"):
        replay.tap(choice)
    assert replay.state.step == "doubt"
    replay.tap("no_real_link")
    assert replay.state.step == "review"


def test_a_reading_beside_a_need_is_asked_about_after_it() -> None:
    replay = begun("the site is forumexample.com and he makes me send nudes")
    assert replay.state.step == "threats"
    replay.tap("heard_wrong")
    assert replay.state.step == "doubt"


def test_of_a_picture_that_is_gone_nothing_is_said_to_stay() -> None:
    replay = begun("https://forum.example/4711")
    replay.step(Attached(Media.PICTURE, "also on forumexample.com"))
    replay.tap("is_link")
    assert not [phrase for phrase in replay.state.remark if phrase.words.startswith("stays.")]


def test_a_reading_that_was_asked_about_is_forgotten_with_its_report() -> None:
    replay = begun("https://forum.example/4711", "also maybe other.example here")
    replay.step(Commanded(Command.CANCEL))
    assert replay.state.doubt is None

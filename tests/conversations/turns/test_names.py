"""The question whose a name is stays open until it is answered, whatever is written meanwhile."""

import pytest

from conversations.events import Command, Commanded, Received, Said
from tests.talking import begun

LINK = "https://forum.example/4711"
OTHER = "https://forum.example/4712"


def test_a_name_is_still_asked_about_after_another_link() -> None:
    replay = begun(f"{LINK} posted by @some_body", OTHER)
    assert replay.state.step == "whose"
    replay.tap("theirs")
    assert replay.state.draft.addresses == (LINK, OTHER)
    assert replay.state.draft.beside == "posted by @some_body"


def test_each_name_is_asked_about_by_itself() -> None:
    """One is the account's and one the reporter's own: the first is kept, and the second never."""
    replay = begun(f"{LINK} posted by @some_body", f"{OTHER} and i am @no_body")
    assert "some_body" in replay.read()
    assert "no_body" not in replay.read()
    replay.tap("theirs")
    assert "no_body" in replay.read()
    replay.tap("mine")
    assert replay.state.step == "review"
    assert replay.state.draft.beside == "posted by @some_body\nand i am (…)"


def test_of_one_s_own_names_none_is_kept_whatever_came_before() -> None:
    replay = begun(f"{LINK} i am @no_body, posted by @some_body")
    replay.tap("mine")
    replay.tap("theirs")
    assert replay.state.draft.beside == "i am (…), posted by @some_body"


def test_after_three_names_the_others_are_asked_about_at_once() -> None:
    replay = begun(f"{LINK} " + " ".join(f"@name_{number}" for number in range(6)))
    for _ in range(3):
        replay.tap("theirs")
    assert all(f"name_{number}" in replay.read() for number in (3, 4, 5))
    replay.tap("mine")
    assert replay.state.draft.beside == "@name_0 @name_1 @name_2 (…) (…) (…)"


def test_a_user_name_in_a_link_is_still_asked_about_after_a_link_without_one() -> None:
    replay = begun("https://name:word@site.example/page", OTHER)
    replay.tap("theirs")
    assert replay.state.draft.addresses == ("https://name:word@site.example/page", OTHER)


def test_no_name_is_opened_by_a_tap_on_the_card_that_asks_about_it() -> None:
    assert "[@]bad[.]guy" in begun(f"{LINK} by @bad.guy").read()


def test_of_many_names_twenty_are_shown() -> None:
    replay = begun(f"{LINK} " + " ".join(f"@name_{number:02}" for number in range(30)))
    for _ in range(3):
        replay.tap("mine")
    assert "name_22" in replay.read()
    assert "name_23" not in replay.read()


@pytest.mark.parametrize("command", [Command.START, Command.REPORT])
def test_a_command_leads_back_to_the_question_that_is_open(command: Command) -> None:
    replay = begun(f"{LINK} posted by @some_body")
    assert replay.step(Commanded(command)).state.step == "whose"


def test_a_link_whose_user_name_was_put_back_is_not_taken_twice() -> None:
    replay = begun("https://name:word@site.example/page")
    replay.tap("theirs")
    replay.step(Said("https://name:word@site.example/page"))
    assert replay.state.draft.addresses == ("https://name:word@site.example/page",)


def test_a_number_in_a_long_answer_is_asked_about() -> None:
    replay = begun("https://forum.example/4711")
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", "skip", "skip"):
        replay.tap(choice)
    replay.step(Said("post 4, call me 07700900123"))
    assert replay.state.step == "whose"
    assert "07700900123" not in dict(replay.state.draft.answers)["position"]


def test_an_e_mail_address_in_a_link_is_asked_about() -> None:
    replay = begun("https://drive.example/d/1abc/view?authuser=me@mail.example&usp=sharing")
    assert replay.state.step == "whose"
    assert replay.state.asked is not None
    assert replay.state.asked.names == ("me@mail.example",)
    replay.tap("mine")
    assert replay.state.draft.addresses == ("https://drive.example/d/1abc/view?authuser=&usp=sharing",)

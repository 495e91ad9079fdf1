"""The question whose a name is stays open until it is answered, whatever is written meanwhile."""

import pytest

from conversations.events import Command, Commanded, Event, Opened, Received, Said
from conversations.talk import Submit
from conversations.turns.submission import report_of
from tests.talking import begun
from tests.telegram_rules import tappable
from tests.times import HOUR

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


def test_after_eight_names_the_others_are_asked_about_at_once() -> None:
    replay = begun(f"{LINK} " + " ".join(f"@name_{number}" for number in range(10)))
    for _ in range(8):
        replay.tap("theirs")
    assert all(f"name_{number}" in replay.read() for number in (8, 9))
    replay.tap("mine")
    kept = " ".join(f"@name_{number}" for number in range(8))
    assert replay.state.draft.beside == f"{kept} (…) (…)"


def test_a_user_name_in_a_link_is_still_asked_about_after_a_link_without_one() -> None:
    replay = begun("https://name:word@site.example/page", OTHER)
    replay.tap("theirs")
    assert replay.state.draft.addresses == ("https://name:word@site.example/page", OTHER)


def test_no_name_is_opened_by_a_tap_on_the_card_that_asks_about_it() -> None:
    assert "[@]bad[.]guy" in begun(f"{LINK} by @bad.guy").read()


@pytest.mark.parametrize(
    "said",
    [
        f"{LINK} the channel @badchannel posts it",
        f"{LINK} write to some.body@mail.example",
        "https://www.evil.com@bad.example/p/1",
        "https://name:word@forum.example/p/1",
    ],
)
def test_nothing_on_the_card_that_asks_whose_a_name_is_can_be_tapped(said: str) -> None:
    replay = begun(said)
    assert replay.state.step == "whose"
    assert [one for line in replay.read().splitlines() for one in tappable(line)] == []


def test_of_many_names_twenty_are_shown() -> None:
    replay = begun(f"{LINK} " + " ".join(f"@name_{number:02}" for number in range(30)))
    for _ in range(8):
        replay.tap("mine")
    assert "name_27" in replay.read()
    assert "name_28" not in replay.read()


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


@pytest.mark.parametrize(("tap", "said"), [("theirs", "group of @some_body"), ("mine", "group of (…)")])
def test_a_link_that_comes_while_words_are_asked_about_is_taken_and_the_words_stand_beside_it(
    tap: str, said: str
) -> None:
    replay = begun("group of @some_body", LINK)
    assert replay.state.step == "whose"
    replay.tap(tap)
    draft = replay.state.draft
    assert (draft.addresses, draft.partial, draft.beside) == ((LINK,), "", said)
    assert replay.state.step == "review"


def test_a_link_that_comes_while_remembered_words_are_asked_about_is_taken() -> None:
    replay = begun("the kids club", "my name is Kate Brown")
    replay.tap("take_partial")
    assert replay.state.step == "whose"
    replay.step(Said(LINK))
    replay.tap("mine")
    draft = replay.state.draft
    assert (draft.addresses, draft.partial) == ((LINK,), "")
    assert draft.beside == "the kids club\nmy name is (…)"


def test_a_number_beside_a_user_name_is_asked_about_too() -> None:
    replay = begun("the seller is @bad_guy, call me on 0712345678")
    replay.tap("theirs")
    replay.tap("mine")
    assert replay.state.draft.partial == "the seller is @bad_guy, call me on (…)"


def test_an_answer_about_one_name_holds_when_another_comes() -> None:
    replay = begun(f"{LINK}\n@seller posts, ask @friend")
    replay.tap("theirs")
    replay.step(Said("https://forum.example/q it is page five there"))
    replay.tap("mine")
    assert replay.state.draft.beside == "@seller posts, ask (…)\nit is page five there"


def test_names_in_links_and_in_the_words_are_both_asked_about() -> None:
    replay = begun("https://page.example/?authuser=me@mail.example the account is @seller_x")
    replay.tap("mine")
    assert replay.state.step == "whose"
    replay.tap("theirs")
    assert replay.state.draft.addresses == ("https://page.example/?authuser=",)
    assert replay.state.draft.beside == "the account is @seller_x"


def test_of_two_links_that_name_somebody_each_is_asked_about() -> None:
    replay = begun("https://seller@forum.example/a", "https://me@forum.example/b")
    replay.tap("theirs")
    replay.tap("mine")
    assert replay.state.draft.addresses == ("https://seller@forum.example/a", "https://forum.example/b")


def test_a_page_with_and_without_a_user_name_is_one() -> None:
    replay = begun("https://me:word@forum.example/a https://forum.example/a")
    replay.tap("mine")
    assert replay.state.draft.addresses == ("https://forum.example/a",)


def test_of_words_that_were_only_a_name_nothing_is_sent() -> None:
    replay = begun()
    replay.tap("no_link")
    replay.tap("chat_only")
    replay.step(Said("+54 11 5555 1234"))
    replay.tap("mine")
    assert (replay.state.step, replay.state.draft.partial) == ("link", "")


def test_a_name_that_was_said_to_be_ones_own_is_left_out_of_what_follows() -> None:
    replay = begun(f"{LINK} my name is Anna Smith")
    replay.tap("mine")
    replay.step(Said("Anna Smith found it there"))
    assert "Anna" not in replay.state.draft.beside


def test_a_user_name_of_a_link_in_a_note_is_asked_about_and_its_host_stays() -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    replay.step(Said("also https://annasmith:pw@forum.example/abc here"))
    assert replay.state.step == "whose"
    replay.tap("mine")
    assert dict(replay.state.draft.answers)["note"] == "also https://(…)@forum.example/abc here"


def test_a_question_that_was_left_for_an_exit_is_asked_again() -> None:
    replay = begun(f"{LINK} posted by @badguy99")
    replay.tap("danger")
    assert replay.tap("to_link").state.step == "whose"


def test_two_pages_that_differ_in_an_e_mail_address_are_two() -> None:
    page = "https://site.example/profile?user"
    replay = begun(f"{page}=bob@mail.example {page}=carl@mail.example")
    replay.tap("theirs")
    replay.tap("theirs")
    assert replay.state.draft.addresses == (f"{page}=bob@mail.example", f"{page}=carl@mail.example")


def test_an_own_name_is_left_out_of_what_was_kept_before_it_was_known() -> None:
    replay = begun(f"{LINK} Rosa Diaz saw it", "my name is Rosa Diaz thanks")
    replay.tap("mine")
    assert "Rosa" not in replay.state.draft.beside
    replay = begun("https://bob99@forum.example/x my login there is bob99")
    replay.tap("mine")
    assert "bob99" not in replay.state.draft.beside


def test_a_link_with_an_own_address_in_it_is_reported_once() -> None:
    page = "https://site.example/x?u=me@mail.example"
    replay = begun(page)
    replay.tap("mine")
    replay.tap("send")
    replay.step(Received())
    replay.step(Said(page))
    assert replay.state.draft.revision == 1
    assert "You sent us that link before" in replay.read() or "with us already" in replay.read()


def test_an_own_name_is_left_out_of_a_note_without_another_question() -> None:
    replay = begun(f"{LINK} my name is Anna Smith")
    for choice in ("mine", "send_both"):
        replay.tap(choice)
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    replay.step(Said("Anna Smith found it there"))
    assert replay.state.step == "end"
    assert "Anna" not in dict(replay.state.draft.answers)["note"]


def test_the_question_whose_a_name_is_speaks_of_no_button_that_it_lacks() -> None:
    replay = begun(LINK, "he calls himself @kidlover99 there")
    assert replay.state.step == "whose"
    assert "Tap" not in replay.read()


def test_two_links_that_differed_in_an_own_address_alone_are_one_of_the_report() -> None:
    page = "https://site.example/profile?user"
    replay = begun(f"{page}=bob@mail.example {page}=carl@mail.example")
    replay.tap("mine")
    replay.tap("mine")
    replay.tap("send")
    assert [address.given for address in report_of(replay.state, HOUR).addresses] == [f"{page}="]


@pytest.mark.parametrize("event", [Said(OTHER), Commanded(Command.REPORT), Opened()])
def test_words_after_sending_are_shown_back_when_nothing_is_said_about_a_name_in_them(event: Event) -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    replay.step(Said("posted by @some_body, who lives there"))
    assert replay.state.step == "whose"
    replay.step(event)
    assert "posted by [@]some_body, who lives there" in replay.read()


def test_a_name_that_stands_in_an_earlier_answer_is_taken_out_of_the_report() -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 2):
        replay.tap(choice)
    replay.step(Said("under the post of kate_b"))
    for choice in ("skip", "skip"):
        replay.tap(choice)
    replay.step(Said("my insta is kate_b"))
    revision = replay.state.draft.revision
    assert Submit() in replay.tap("mine").effects
    assert replay.state.draft.revision == revision + 1
    assert dict(replay.state.draft.answers) == {
        "position": "under the post of (…)",
        "note": "my insta is (…)",
    }


def test_no_report_goes_out_while_a_name_is_asked_about() -> None:
    replay = begun("https://some_body@forum.example/4711")
    replay.step(Commanded(Command.HELP))
    for choice in ("rules", *("next",) * 5):
        replay.tap(choice)
    assert replay.tap("send").effects == ()
    assert replay.state.step == "whose"


def test_a_question_that_is_left_is_asked_again_before_the_talk_goes_on() -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    replay.step(Said("it is posted by @some_body"))
    replay.step(Commanded(Command.CANCEL))
    replay.tap("no_keep")
    assert replay.state.step == "whose"

"""Nothing that comes with a link is thrown away, nothing is reported twice, and a correction corrects."""

import pytest
from msgspec.structs import replace

from bot.talks.stored import Talk, dump
from conversations.events import Command, Commanded, Event, Received, Refused, Said
from conversations.flow.cards import card
from conversations.talk import Phrase, RemoveMessage, Submit
from conversations.turns.submission import report_of
from conversations.wire.report import Report
from tests.talking import Replay, begun, new_state
from tests.times import HOUR

LINK = "https://forum.example/4711"
THIRTY = [f"https://forum.example/t/{number}" for number in range(30)]


def sent(replay: Replay, choice: str = "send", outcome: Event | None = None) -> Report:
    turn = replay.tap(choice)
    assert Submit() in turn.effects
    report = report_of(turn.state, HOUR)
    replay.step(outcome or Received())
    return report


def givens(report: Report) -> list[str]:
    return [address.given for address in report.addresses]


def remarks(replay: Replay) -> list[str]:
    return [phrase.words for phrase in replay.state.remark]


def test_the_same_long_list_sent_again_brings_the_rest() -> None:
    replay = begun(" ".join(THIRTY))
    assert givens(sent(replay)) == THIRTY[:20]
    turn = replay.step(Said(" ".join(THIRTY)))
    assert "link.some_sent" in remarks(replay)
    assert RemoveMessage() in turn.effects
    assert givens(sent(replay)) == THIRTY[20:]
    assert RemoveMessage() in replay.step(Said(" ".join(THIRTY))).effects
    assert remarks(replay)[0].startswith("link.sent")


def test_a_message_of_which_some_links_are_left_stays_and_the_card_says_how_to_delete_it() -> None:
    replay = Replay(new_state())
    assert RemoveMessage() not in replay.step(Said(" ".join(THIRTY))).effects
    assert remarks(replay) == ["link.full.1", "stays.telegram"]


def test_a_link_that_was_sent_is_not_reported_again_beside_a_new_one() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.step(Said(f"{LINK} and https://forum.example/other"))
    assert replay.state.draft.addresses == ("https://forum.example/other",)


def test_a_sent_link_leaves_only_a_fingerprint_that_another_talk_cannot_compare() -> None:
    first = begun(LINK)
    sent(first)
    (fingerprint,) = first.state.handed_in
    assert len(bytes.fromhex(fingerprint)) == 8
    other = begun(LINK)
    other.state = replace(other.state, talk="0badcafe")
    sent(other)
    assert other.state.handed_in != first.state.handed_in


def test_words_beside_a_link_are_shown_and_sent_only_if_the_reporter_wants() -> None:
    text = f"video at minute 3:20, password 1234 {LINK}"
    both, alone = begun(text), begun(text)
    assert "video at minute 3[:]20, password 1234" in both.read()
    assert sent(both, "send_both").note == "video at minute 3:20, password 1234"
    assert sent(alone, "link_only").note is None


@pytest.mark.parametrize(
    "word", ["and", "Y", "et", "و", "और", "र", "اور", "او", "dan", "na", "mpe", "та", "және", "ба"]
)
def test_a_word_that_only_joins_links_is_not_asked_about(word: str) -> None:
    replay = begun(f"https://a.example/1, https://b.example/2 {word} https://c.example/3")
    assert (len(replay.state.draft.addresses), replay.state.draft.beside) == (3, "")


def test_a_word_between_links_that_tells_something_is_asked_about() -> None:
    replay = begun("https://a.example/1 and pass https://b.example/2")
    assert replay.state.draft.beside == "and pass"


def test_of_many_words_beside_a_link_only_what_is_shown_is_sent_and_the_message_stays() -> None:
    replay = Replay(new_state())
    turn = replay.step(Said(f"{LINK} {'word ' * 100}"))
    assert RemoveMessage() not in turn.effects
    assert "299 more letters do not fit" in replay.read().replace("\u2068", "").replace("\u2069", "")
    note = sent(replay, "send_both").note or ""
    assert len(note) == 200


def test_words_that_follow_a_link_are_kept_with_it() -> None:
    replay = begun(LINK, "the user is Marko88")
    assert sent(replay, "send_both").note == "the user is Marko88"


def test_a_name_beside_a_link_goes_only_when_the_reporter_says_that_it_is_the_accounts() -> None:
    mine, theirs = begun(f"I am @maria_lopez {LINK}"), begun(f"by @bad.guy {LINK}")
    mine.tap("mine")
    theirs.tap("theirs")
    assert sent(mine, "send_both").note == "I am (…)"
    report = sent(theirs, "send_both")
    assert (report.note, givens(report)) == ("by @bad.guy", [LINK])


def test_a_user_name_in_a_sentence_is_asked_about_and_keeps_the_app_named_beside_it() -> None:
    replay = begun("its on tiktok, the user is @bad.guy")
    assert replay.state.step == "whose"
    assert replay.tap("theirs").state.step == "review"
    (address,) = sent(replay).addresses
    assert (address.given, address.complete) == ("its on tiktok, the user is @bad.guy", False)


def test_the_reporters_own_user_name_is_not_taken() -> None:
    replay = begun("/report im @maria_lopez")
    replay.tap("mine")
    assert replay.state.draft.holds_link is False
    assert "maria" not in replay.state.unread


def test_another_persons_name_is_left_out_too() -> None:
    replay = begun(f"the girl is @sofia_12 {LINK}")
    replay.tap("other_person")
    assert sent(replay, "send_both").note == "the girl is (…)"


def test_a_page_takes_the_place_only_of_the_front_page_of_its_own_site() -> None:
    replay = begun("a.com b.com")
    replay.tap("one_page")
    replay.step(Said("https://a.com/p"))
    assert replay.state.draft.addresses == ("https://b.com", "https://a.com/p")


def test_a_user_name_is_no_page_of_a_site() -> None:
    replay = begun("badsite.com")
    replay.tap("one_page")
    replay.step(Said("dont know, ask me at @maria_lopez"))
    assert replay.state.draft.addresses == ("https://badsite.com",)


def test_one_of_several_links_is_changed_or_taken_out_and_the_others_stay() -> None:
    replay = begun(" ".join(THIRTY[:4]))
    replay.tap("change")
    replay.tap("link_2")
    assert "hxxps://forum[.]example/t/1" in replay.read()
    replay.step(Said(LINK))
    assert replay.state.draft.addresses == (THIRTY[0], LINK, *THIRTY[2:4])
    replay.tap("change")
    replay.tap("link_4")
    replay.tap("take_out")
    assert givens(sent(replay)) == [THIRTY[0], LINK, THIRTY[2]]


def test_all_links_are_changed_when_the_reporter_says_so_and_a_single_one_without_asking() -> None:
    several, single = begun(" ".join(THIRTY[:4])), begun(THIRTY[0])
    several.tap("change")
    several.tap("all_links")
    single.tap("change")
    for replay in (several, single):
        replay.step(Said(LINK))
        assert replay.state.draft.addresses == (LINK,)


def test_a_front_page_that_is_no_link_is_taken_out() -> None:
    replay = begun("https://site.example/")
    assert replay.state.step == "site"
    assert replay.tap("no_real_link").state.draft.addresses == ()
    assert replay.state.step == "first"


def test_a_correction_takes_the_place_of_the_report_that_was_sent() -> None:
    replay = begun(LINK)
    wrong = sent(replay)
    replay.step(Said("https://forum.example/4712"))
    right = sent(replay, "instead")
    assert (right.draft_id, right.revision) == (wrong.draft_id, 2)
    assert givens(right) == ["https://forum.example/4712"]
    assert replay.state.step == "sent"


def test_a_correction_that_could_not_be_stored_leaves_both_links_where_they_were() -> None:
    replay = begun(LINK)
    wrong = sent(replay)
    replay.step(Said("https://forum.example/4712"))
    sent(replay, "instead", Refused())
    assert replay.state.step == "review"
    later = sent(replay)
    assert (later.draft_id != wrong.draft_id, later.revision) == (True, 1)
    replay.step(Said("https://forum.example/4713"))
    assert "instead" in replay.choices()


def test_what_is_remembered_adds_up_and_goes_beside_a_link_that_is_found_later() -> None:
    replay = begun("discord server KidsX", "channel pics")
    replay.tap("take_partial")
    replay.step(Said("user marko"))
    assert replay.state.draft.partial == "discord server KidsX\nchannel pics\nuser marko"
    replay.step(Said("found it https://discord.gg/abcd"))
    report = sent(replay, "send_both")
    assert givens(report) == ["https://discord.gg/abcd"]
    assert report.note == "discord server KidsX\nchannel pics\nuser marko\nfound it"


def test_what_is_remembered_can_be_written_anew() -> None:
    replay = begun("discord server KidsX", "channel pics")
    replay.tap("take_partial")
    replay.tap("change")
    replay.step(Said("server is KidsY"))
    assert replay.state.draft.partial == "server is KidsY"


def test_what_is_remembered_has_an_end_that_is_told() -> None:
    replay = begun("discord server KidsX", "channel pics")
    replay.tap("take_partial")
    replay.step(Said("x " * 300))
    assert remarks(replay) == ["partial.full"]
    assert replay.state.draft.partial == "discord server KidsX\nchannel pics"


def test_a_link_alone_is_a_new_report_even_where_an_answer_is_asked_for() -> None:
    replay = begun(LINK)
    sent(replay)
    for choice in ("details", "skip", "skip"):
        replay.tap(choice)
    replay.step(Said("https://forum.example/B"))
    assert replay.state.draft.addresses == ("https://forum.example/B",)


def test_a_link_that_answers_how_one_came_there_is_the_page_before() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.tap("details")
    turn = replay.step(Said("it was linked from https://forum.example/index"))
    report = report_of(turn.state, HOUR)
    assert (report.reached, report.referer) == ("page", "https://forum.example/index")
    assert RemoveMessage() not in turn.effects


def test_a_link_that_waits_is_never_said_to_be_sent() -> None:
    replay = begun(LINK, LINK)
    assert remarks(replay)[0].startswith("link.known")
    sent(replay)
    replay.step(Said(LINK))
    assert remarks(replay)[0].startswith("link.sent")


def test_what_was_tapped_on_the_way_goes_along_is_shown_and_is_left_out_by_one_tap() -> None:
    shown, left_out = Replay(new_state()), Replay(new_state())
    for replay in (shown, left_out):
        for choice in ("no_link", "known_child", "has_link"):
            replay.tap(choice)
        replay.step(Said(LINK))
        assert "We add: you know the child." in replay.read()
    left_out.tap("leave_out")
    assert sent(shown).circumstances == ("knows_child",)
    assert sent(left_out).circumstances == ()


def test_what_is_tapped_after_sending_changes_nothing_that_was_sent() -> None:
    replay = begun(LINK)
    sent(replay)
    assert replay.tap("danger").effects == ()
    assert replay.state.draft.circumstances == ()


def test_what_is_tapped_after_sending_goes_with_the_next_report_unless_it_is_left_out() -> None:
    shown, left_out = begun(LINK), begun(LINK)
    for replay in (shown, left_out):
        sent(replay)
        replay.tap("danger")
        replay.step(Said("https://forum.example/other"))
        assert "We add: there may be danger now." in replay.read()
    left_out.tap("leave_out")
    assert sent(shown).circumstances == ("danger_now",)
    assert sent(left_out).circumstances == ()


@pytest.mark.parametrize("ways", [("back", "another"), ("has_link",), ("back", "finish", "another")])
def test_every_way_to_another_report_takes_along_what_was_tapped_since(ways: tuple[str, ...]) -> None:
    replay = begun(LINK)
    sent(replay)
    for choice in ("danger", "danger", *ways):
        replay.tap(choice)
    replay.step(Said("https://forum.example/other"))
    assert sent(replay).circumstances == ("danger_now",)


def test_what_went_with_one_report_does_not_go_with_the_next() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.tap("danger")
    for number, told in ((1, ("danger_now",)), (2, ())):
        replay.step(Said(THIRTY[number]))
        assert sent(replay).circumstances == told


def test_what_was_tapped_after_sending_is_forgotten_with_clear_and_with_a_stopped_report() -> None:
    cleared, stopped, withdrawn = begun(LINK), begun(LINK), begun(LINK)
    for replay in (cleared, stopped, withdrawn):
        sent(replay)
        replay.tap("danger")
    cleared.tap("forget")
    stopped.step(Said("https://forum.example/other"))
    withdrawn.tap("back")
    withdrawn.tap("withdraw")
    sent(withdrawn, "yes_withdraw")
    for replay in (stopped, withdrawn):
        replay.step(Commanded(Command.CANCEL))
    for replay in (cleared, stopped, withdrawn):
        assert b"danger_now" not in dump(Talk(replay.state))
        replay.step(Said("https://forum.example/third"))
        assert sent(replay).circumstances == ()


@pytest.mark.parametrize("ways", [(), ("has_link",), ("back",), ("back", "another"), ("back", "details")])
def test_a_link_that_was_sent_comes_again_once_with_what_was_tapped_since(ways: tuple[str, ...]) -> None:
    replay = begun(f"{LINK} third picture")
    first = sent(replay, "send_both")
    for choice in ("danger", *ways):
        replay.tap(choice)
    replay.step(Said(LINK))
    assert "We add: there may be danger now." in replay.read()
    assert not {"new_report", "review.instead"} & {phrase.words for phrase in _said(replay)}
    second = sent(replay)
    assert (second.draft_id, second.receipt, second.revision) == (first.draft_id, first.receipt, 2)
    assert (givens(second), second.note, second.circumstances) == ([LINK], first.note, ("danger_now",))
    replay.step(Said(LINK))
    assert remarks(replay)[0].startswith("link.sent")


def test_a_report_that_was_sent_again_is_taken_back_as_one() -> None:
    replay = begun(LINK)
    first = sent(replay)
    replay.tap("danger")
    replay.step(Said(LINK))
    sent(replay)
    replay.tap("withdraw")
    back = sent(replay, "yes_withdraw")
    assert (back.draft_id, back.receipt, back.revision) == (first.draft_id, first.receipt, 3)
    assert (back.withdrawn, back.circumstances) == (True, ())


def test_a_report_that_could_not_be_sent_again_is_still_to_be_sent_again() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.tap("danger")
    replay.step(Said(LINK))
    sent(replay, outcome=Refused())
    assert "We add: there may be danger now." in replay.read()
    again = sent(replay)
    assert (again.revision, again.circumstances) == (2, ("danger_now",))


def test_a_link_that_was_sent_is_not_sent_again_for_what_was_tapped_before() -> None:
    replay = Replay(new_state())
    for choice in ("danger", "has_link"):
        replay.tap(choice)
    replay.step(Said(LINK))
    sent(replay)
    replay.tap("danger")
    replay.step(Said(LINK))
    assert remarks(replay)[0].startswith("link.sent")


def test_an_edit_of_a_message_whose_link_was_sent_leaves_the_reporter_on_the_card_of_help() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.tap("danger")
    replay.step(Said(LINK, edited=True))
    assert replay.state.step == "danger"


def test_of_several_links_one_comes_again_as_a_report_of_its_own() -> None:
    replay = begun(" ".join(THIRTY[:3]))
    first = sent(replay)
    replay.tap("danger")
    replay.step(Said(THIRTY[1]))
    second = sent(replay)
    assert (givens(second), second.circumstances) == ([THIRTY[1]], ("danger_now",))
    assert second.draft_id != first.draft_id


def _said(replay: Replay) -> tuple[Phrase, ...]:
    return card(replay.state, replay.portals[replay.state.portal]).phrases


def test_a_note_grows_with_each_message_and_can_be_begun_again() -> None:
    replay = begun(LINK)
    sent(replay)
    for choice in ("details", "finish", "add_note"):
        replay.tap(choice)
    replay.step(Said("on top"))
    replay.tap("add_note")
    replay.step(Said("left side"))
    assert dict(replay.state.draft.answers)["note"] == "on top\nleft side"
    replay.tap("add_note")
    replay.tap("note_anew")
    replay.step(Said("right side"))
    assert dict(replay.state.draft.answers)["note"] == "right side"


def test_an_answer_that_is_sent_twice_answers_no_other_question() -> None:
    replay = begun(LINK)
    sent(replay)
    for choice in ("details", "skip", "skip"):
        replay.tap(choice)
    replay.step(Said("3"))
    replay.step(Said("3"))
    assert dict(replay.state.draft.answers) == {"position": "3"}


def test_a_page_with_a_user_name_takes_the_place_of_the_front_page() -> None:
    replay = begun("https://site.example/")
    replay.tap("one_page")
    replay.step(Said("https://me@site.example/page"))
    replay.tap("theirs")
    assert replay.state.draft.addresses == ("https://me@site.example/page",)


def test_a_channel_is_one_with_and_without_a_user_name() -> None:
    replay = begun("https://me@t.me/Made_Up")
    replay.tap("mine")
    replay.step(Said("https://me@t.me/made_up"))
    assert len(replay.state.draft.addresses) == 1


def test_a_link_that_could_not_take_the_place_of_another_leaves_that_one_sent() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.step(Said("https://forum.example/other"))
    replay.tap("instead")
    replay.step(Refused())
    assert replay.state.before is not None
    assert replay.state.before.addresses == (LINK,)
    replay.step(Said(LINK))
    assert LINK not in replay.state.draft.addresses


def test_of_a_link_that_was_sent_it_is_never_said_that_it_waits() -> None:
    replay = begun(LINK)
    sent(replay)
    replay.step(Said("https://forum.example/other"))
    replay.step(Said(LINK))
    assert "You sent us that link before" in replay.read() or "with us already" in replay.read()
    assert replay.state.draft.addresses == ("https://forum.example/other",)


def test_a_message_stays_whose_words_are_too_many_once_their_names_come_back() -> None:
    names = " ".join(f"a.very.long.name.of.a.person.{number}@mail.example" for number in range(5))
    replay = begun()
    turn = replay.step(Said(f"{LINK} the account writes to {names} and THE END OF IT"))
    assert replay.state.step == "whose"
    assert RemoveMessage() not in turn.effects


def test_the_front_page_of_another_site_is_no_front_page_of_the_one_page() -> None:
    replay = begun("https://site.example/")
    replay.tap("one_page")
    replay.step(Said("https://me@other.example/"))
    replay.tap("mine")
    assert "https://other.example/" in replay.state.draft.addresses


def test_a_channel_that_was_given_with_a_user_name_is_known_without_it() -> None:
    replay = begun("https://me@t.me/Made_Up")
    replay.tap("theirs")
    replay.step(Said("https://t.me/made_up"))
    assert len(replay.state.draft.addresses) == 1


def test_back_leads_to_the_link_however_many_exits_were_opened() -> None:
    replay = begun(LINK)
    opened = ("danger", "talk", "despair", "hurt", "threats", "own_images")
    for choice in opened:
        replay.tap(choice)
    for _ in opened:
        if replay.state.step != "review":
            replay.tap("back")
    assert replay.state.step == "review"


def test_what_was_written_before_the_link_is_offered_with_it() -> None:
    replay = begun("he wants to see her every day", "ok")
    turn = replay.step(Said(f"{LINK} this is his page"))
    assert replay.state.draft.beside == "this is his page\nhe wants to see her every day"
    assert RemoveMessage() in turn.effects

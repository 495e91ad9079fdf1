"""A tap changes what it names, and nothing beside it."""

from msgspec.structs import replace

from conversations.events import Received, Refused, Said
from tests.talking import begun

LINK = "https://forum.example/4711"
OTHER = "https://forum.example/4712"


def test_all_links_are_not_taken_out_where_one_is_meant() -> None:
    replay = begun(f"{LINK} {OTHER}")
    replay.tap("change")
    replay.tap("all_links")
    assert "take_out" not in replay.choices()


def test_a_front_page_that_was_answered_for_stays_when_a_later_one_is_no_link() -> None:
    replay = begun("https://one.example/")
    replay.tap("whole_site")
    replay.step(Said("https://two.example/"))
    replay.tap("no_real_link")
    assert replay.state.draft.addresses == ("https://one.example/",)


def test_words_beside_a_link_are_beside_it_again_when_sending_fails() -> None:
    replay = begun(f"{LINK} it is the second picture")
    replay.tap("send_both")
    replay.step(Refused())
    assert replay.state.step == "review"
    assert "send_both" in replay.choices()
    assert "note" not in dict(replay.state.draft.answers)


def test_a_report_in_place_of_another_keeps_what_was_tapped_and_frees_the_wrong_link() -> None:
    replay = begun(LINK)
    replay.state = replace(replay.state, draft=replace(replay.state.draft, circumstances=("knows_child",)))
    replay.tap("send")
    replay.step(Received())
    replay.step(Said(OTHER))
    replay.tap("instead")
    replay.step(Received())
    assert replay.state.draft.circumstances == ("knows_child",)
    replay.step(Said(LINK))
    assert replay.state.draft.addresses == (LINK,)


def test_who_has_another_link_after_sending_begins_another_report() -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    sent = replay.state.draft
    replay.tap("danger")
    replay.tap("has_link")
    replay.step(Said("it is in the app"))
    replay.step(Said("the group is called blue birds"))
    replay.tap("take_partial")
    assert replay.state.draft.draft_id != sent.draft_id
    assert replay.state.draft.revision == 0


def test_what_is_sent_in_place_of_a_report_takes_the_words_along() -> None:
    replay = begun("https://forum.example/1 old words")
    replay.tap("send_both")
    replay.step(Received())
    replay.tap("another")
    replay.step(Said("https://forum.example/2 it is in the second post"))
    replay.tap("instead")
    assert dict(replay.state.draft.answers)["note"] == "old words\nit is in the second post"


def test_of_two_front_pages_the_reporter_says_which_is_no_link() -> None:
    replay = begun("https://siteone.example/", "https://sitetwo.example/")
    replay.tap("no_real_link")
    assert replay.state.step == "change_which"
    assert len(replay.state.draft.addresses) == 2


def test_what_is_sent_in_place_of_a_report_leaves_a_name_out_that_is_known_since() -> None:
    replay = begun("https://forum.example/1 Rosa Diaz saw it")
    replay.tap("send_both")
    replay.step(Received())
    replay.tap("another")
    replay.step(Said("https://forum.example/2 my name is Rosa Diaz"))
    replay.tap("mine")
    replay.tap("instead")
    assert "Rosa" not in dict(replay.state.draft.answers)["note"]

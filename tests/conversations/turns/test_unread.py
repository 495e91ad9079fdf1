"""What is not understood names people first, then shows the exits; nobody asks a victim for a link twice."""

import json
from pathlib import Path

from conversations.events import Attached, Media, Received, Said
from conversations.flow import VICTIMS_EXITS
from conversations.talk import Phrase, Submit
from conversations.turns.submission import report_of
from tests.cases import for_every
from tests.talking import Replay, begun, new_state
from tests.times import HOUR

STORIES = json.loads((Path(__file__).parent / "stories.json").read_text(encoding="utf-8"))
LINK = "https://forum.example/4711"
STORY = ("hi", "are you there", "hmm", "so", "its about him", "he does things", "idk", "well", "ok so")


def test_the_first_unread_message_names_people_before_links() -> None:
    replay = Replay(new_state())
    replay.step(Said("hmm strange"))
    said = replay.read()
    assert said.index("Danger: help now") < said.index("Someone to talk to") < said.index("https://")


@for_every(
    first=["hmm strange", Media.VOICE, Media.PICTURE, Media.OTHER],
    second=["what now", Media.VOICE, Media.PICTURE],
)
def test_the_second_unread_message_of_any_kind_shows_the_exits(
    first: str | Media, second: str | Media
) -> None:
    replay = Replay(new_state())
    for what in (first, second):
        replay.step(Said(what) if what not in set(Media) else Attached(Media(what)))
    assert replay.state.step == "kind"
    assert {"hurt", "despair", "threats", "own_images", "parent", "talk"} <= set(replay.choices())


def test_a_story_in_many_short_messages_reaches_people() -> None:
    replay = Replay(new_state())
    for text in STORY:
        replay.step(Said(text))
    assert {"hurt", "talk", "danger"} <= set(replay.choices())


@for_every(number=range(len(STORIES)))
def test_every_story_of_twelve_messages_reaches_people(number: int) -> None:
    """Whoever says in many small pieces what happened is shown an exit, and asked for no link twice."""
    story = STORIES[number]
    replay = Replay(new_state(story["language"]))
    steps, asked = [], 0
    for text in story["messages"]:
        replay.step(Said(text))
        steps.append(replay.state.step)
        asked += Phrase("no_link.1") in replay.state.remark
    assert {"kind", "help", *VICTIMS_EXITS} & set(steps)
    assert asked <= 1


def test_on_a_question_about_the_link_no_card_speaks_of_send() -> None:
    replay = Replay(new_state())
    replay.step(Said("site.example"))
    replay.step(Said("that is what she showed us"))
    assert replay.state.step == "site"
    assert "tap Send" not in replay.read()


def test_stop_ends_the_questions_and_no_word_takes_a_report_back() -> None:
    replay = Replay(new_state())
    replay.step(Said("https://forum.example/x"))
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", "skip"):
        replay.tap(choice)
    assert replay.step(Said("stop")).state.step == "end"
    replay.tap("withdraw")
    replay.step(Said("yes"))
    assert replay.state.draft.withdrawn is False


def test_a_typed_yes_or_no_answers_whether_to_stop() -> None:
    for word, step in (("yes", "first"), ("no", "review")):
        replay = Replay(new_state())
        for text in ("https://forum.example/x", "stop", word):
            replay.step(Said(text))
        assert replay.state.step == step


def test_who_asks_for_material_reads_first_of_help_for_the_threatened() -> None:
    replay = Replay(new_state())
    replay.step(Said("send me videos"))
    assert replay.state.step == "first"
    replay.step(Said("give me videos"))
    assert replay.state.step == "own_behaviour"
    assert "Does someone threaten you?" in replay.read()
    assert {"threats", "own_images", "despair"} <= set(replay.choices())


def test_nobody_is_taken_for_one_who_asks_in_a_forwarded_message_or_in_the_exits_of_victims() -> None:
    forwarded = Replay(new_state())
    forwarded.step(Said("give me videos", forwarded=True))
    assert forwarded.state.step == "first"
    for exit_ in ("threats", "own_images", "hurt", "despair", "talk", "parent", "danger"):
        replay = Replay(new_state())
        replay.tap("danger") if exit_ == "danger" else replay.tap("no_link")
        replay.tap(exit_) if exit_ != "danger" else None
        replay.step(Said("give me videos"))
        assert replay.state.step == exit_


def test_thanks_beside_a_link_are_no_words_to_send() -> None:
    replay = Replay(new_state())
    replay.step(Said("https://forum.example/4711"))
    replay.step(Said("Thank you!"))
    assert "send" in replay.choices()


def test_who_was_heard_wrong_can_say_so_after_a_picture_or_more_words() -> None:
    replay = Replay(new_state())
    replay.step(Said("he hits me"))
    replay.step(Attached(Media.PICTURE))
    assert "heard_wrong" in replay.choices()
    replay.step(Said("hmm strange"))
    assert "heard_wrong" in replay.choices()
    replay.tap("heard_wrong")
    assert replay.state.step == "first"


def test_of_a_link_that_is_too_long_it_is_said_so_and_its_beginning_is_kept() -> None:
    """Sending it again would not help, and what leads to the page stands first."""
    replay = Replay(new_state())
    link = "https://forum.example/thread/4711?" + "x" * 2100
    turn = replay.step(Said(f"look {link}"))
    assert turn.state.remark[0] == Phrase("long_link.1")
    assert turn.state.unread.startswith("look https://forum.example/thread/4711?xx")
    assert not turn.state.draft.addresses


def test_what_tells_nothing_is_not_offered_in_place_of_a_link() -> None:
    replay = begun("?", "asdf", "?")
    assert "take_partial" not in replay.choices()
    replay.step(Said("kids club"))
    assert "take_partial" in replay.choices()


def test_words_in_place_of_a_link_are_said_to_bring_no_help_and_people_are_one_tap_away() -> None:
    replay = begun("my uncle does things", "at night")
    replay.tap("take_partial")
    assert "It brings no help now." in replay.read()
    assert "talk" in replay.choices()


def test_more_words_in_place_of_a_link_than_fit_are_said_not_to_fit() -> None:
    replay = begun()
    replay.tap("no_link")
    replay.tap("chat_only")
    replay.step(Said("it is in a group " * 200))
    assert "That is too long for us" in replay.read()
    assert replay.state.draft.partial == ""


def test_no_typed_number_throws_a_link_away() -> None:
    replay = begun("https://forum.example/4711", "stop")
    assert replay.state.step == "stopping"
    replay.step(Said("1"))
    assert replay.state.draft.addresses


def test_an_unread_message_in_another_script_offers_its_languages_first() -> None:
    assert begun("Привет там").choices()[:3] == ["speak_uk", "speak_kk", "speak_mn"]


def _sent() -> Replay:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    return replay


def test_what_is_written_after_sending_can_be_used_as_the_note() -> None:
    replay = _sent()
    replay.step(Said("their number ends in 40"))
    assert replay.state.step == "note"
    assert "their number ends in 40" in replay.read()
    assert Submit() in replay.tap("take_partial").effects
    assert dict(replay.state.draft.answers)["note"] == "their number ends in 40"


def test_what_is_written_at_a_question_is_offered_where_the_note_is_asked_for() -> None:
    replay = _sent()
    replay.tap("details")
    replay.step(Said("they live in the green house"))
    assert replay.state.step == "reached"
    for _ in range(5):
        replay.tap("skip")
    assert "they live in the green house" in replay.read()


def test_a_question_and_a_word_after_sending_are_no_note() -> None:
    for text in ("what becomes of it now?", "what now"):
        replay = _sent()
        replay.step(Said(text))
        assert replay.state.step == "sent"
        assert "privacy" in replay.choices()


def test_what_was_written_before_goes_along_in_place_of_a_link() -> None:
    replay = begun("somebody sent it to a group named blue birds")
    for choice in ("no_link", "chat_only"):
        replay.tap(choice)
    replay.step(Said("by a man who calls himself sunny"))
    assert replay.state.draft.partial == (
        "somebody sent it to a group named blue birds\nby a man who calls himself sunny"
    )


def test_what_was_written_before_a_user_name_goes_along_with_it() -> None:
    replay = begun("its an account on the app where people dance", "@bad_example_99")
    replay.tap("theirs")
    assert replay.state.draft.partial == "its an account on the app where people dance\n@bad_example_99"


def test_what_is_written_at_the_note_is_added_to_what_its_card_shows() -> None:
    replay = _sent()
    replay.step(Said("their number ends in 40"))
    replay.step(Said("and they use another name too"))
    assert dict(replay.state.draft.answers)["note"] == (
        "their number ends in 40\nand they use another name too"
    )
    replay.step(Said("one more thing at the end"))
    assert replay.state.step == "note"
    replay.tap("take_partial")
    assert dict(replay.state.draft.answers)["note"] == (
        "their number ends in 40\nand they use another name too\none more thing at the end"
    )


def test_no_note_grows_longer_than_a_report_takes() -> None:
    replay = _sent()
    replay.step(Said("it is long " * 40))
    replay.step(Said("and so on " * 50))
    for _ in range(3):
        replay.step(Said("more words of it " * 20))
        if "take_partial" in replay.choices():
            replay.tap("take_partial")
    assert report_of(replay.state, HOUR).note

"""A message is understood by what matters most in it, and what it holds besides is kept or shown."""

import pytest

from conversations.events import Attached, Media, Received, Said
from conversations.talk import AskStatus, RemoveMessage
from conversations.wire.report import write_receipt
from tests.talking import begun

LINK = "https://forum.example/4711"
CRY = "my uncle hits me"


def test_a_receipt_beside_a_link_does_not_swallow_the_link() -> None:
    turn = begun().step(Said(f"{write_receipt(bytes(10))} and now {LINK}"))
    assert turn.state.draft.addresses == (LINK,)
    assert not [effect for effect in turn.effects if isinstance(effect, AskStatus)]


@pytest.mark.parametrize("text", [CRY, f"{LINK} {CRY}"])
def test_a_cry_in_an_edited_message_is_heard(text: str) -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    assert replay.step(Said(text, edited=True)).state.step == "hurt"


def test_links_that_a_caption_has_too_many_of_are_told_and_the_picture_goes() -> None:
    caption = " ".join(f"https://forum.example/t/{number}" for number in range(30))
    turn = begun().step(Attached(Media.PICTURE, caption))
    assert RemoveMessage() in turn.effects
    remarks = [phrase.words for phrase in turn.state.remark]
    # The message is gone with its picture, so what did not fit is shown.
    assert remarks == ["media.link_kept.1", "link.full.1", "review.said"]


def test_the_words_of_a_refused_picture_can_be_sent_in_place_of_a_link() -> None:
    replay = begun("it is in the app", "i do not know")
    replay.step(Attached(Media.PICTURE, "the group is called blue birds"))
    replay.tap("take_partial")
    assert "the group is called blue birds" in replay.state.draft.partial


def test_a_typed_number_takes_no_choice_that_tells_of_the_reporter() -> None:
    replay = begun("hm", "hm")
    choices = replay.choices()
    for number in range(1, len(choices) + 1):
        typed = begun("hm", "hm")
        typed.step(Said(str(number)))
        assert not typed.state.draft.circumstances, choices[number - 1]


def test_a_changed_answer_is_said_not_to_be_taken() -> None:
    replay = begun("https://forum.example/4711")
    replay.tap("send")
    replay.step(Received())
    replay.tap("details")
    replay.step(Said("post 5, not 4", edited=True))
    assert "We did not take that change" in replay.read()
    assert replay.state.draft.answers == ()


def test_an_edit_that_only_brings_a_preview_is_not_spoken_of() -> None:
    """Telegram tells of it as of any other edit."""
    replay = begun("https://forum.example/4711")
    before = replay.state
    assert replay.step(Said("https://forum.example/4711", edited=True)).state == before


@pytest.mark.parametrize("question", ["position", "note"])
def test_a_cry_that_is_too_long_for_an_answer_is_heard(question: str) -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    replay.tap("details")
    while replay.state.step != question:
        replay.tap("skip")
    replay.step(Said("my uncle is hurting me right now please help. " * 30))
    assert replay.state.step == "danger"


@pytest.mark.parametrize("text", ["please.help", "save.me", "ayuda.me", "help.me.please"])
def test_a_cry_whose_dots_stand_for_spaces_is_no_site_and_stays(text: str) -> None:
    turn = begun().step(Said(text))
    assert turn.state.step in {"help", "danger"}
    assert turn.state.draft.addresses == ()
    assert turn.effects == ()


@pytest.mark.parametrize(
    "text",
    [f"{write_receipt(bytes(10))} please help me he is raping me", f"{'long words here ' * 300} he rapes me"],
)
def test_a_cry_beside_a_receipt_or_at_the_end_of_a_long_message_is_heard(text: str) -> None:
    assert begun().step(Said(text)).state.step in {"danger", "hurt"}


def test_a_child_near_who_is_in_danger_now_is_answered_at_the_note_too() -> None:
    replay = begun("https://forum.example/4711")
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    assert replay.step(Said("my uncle is raping my little sister right now")).state.step == "danger"
    assert dict(replay.state.draft.answers)["note"]

"""A picture is deleted unopened, and no word that came with it is lost: it is kept, or shown back."""

from msgspec.structs import replace

from conversations.events import Attached, Media, Received
from conversations.talk import RemoveMessage
from tests.cases import for_every
from tests.talking import Replay, begun, new_state

LINK = "https://forum.example/4711"


def test_the_words_of_a_picture_are_kept_where_words_alone_would_be() -> None:
    replay = begun(LINK)
    replay.step(Attached(Media.PICTURE, "the password is made-up, post 5"))
    assert replay.state.draft.beside == "the password is made-up, post 5"
    assert "We did not open what you sent" in replay.read()
    replay.tap("send_both")
    replay.step(Received())
    replay.tap("details")
    for _ in range(5):
        replay.tap("skip")
    replay.step(Attached(Media.PICTURE, "on the second page"))
    assert "on the second page" in dict(replay.state.draft.answers)["note"]


@for_every(step=["sent", "site", "whose", "help", "danger", "first", "chat_only"])
def test_words_that_are_not_taken_are_shown_back(step: str) -> None:
    replay = Replay(replace(new_state(), step=step))
    turn = replay.step(Attached(Media.PICTURE, "the group is called Barrington"))
    assert RemoveMessage() in turn.effects
    assert "Barrington" in replay.read()


def test_words_with_a_picture_that_do_not_fit_are_shown_back() -> None:
    replay = begun(LINK)
    replay.step(Attached(Media.PICTURE, "word " * 100 + "Barrington"))
    assert "Barrington" in replay.read()


@for_every(caption=["वह मेरे पिता हैं", "it is me", "Jo 9", "是他"])
def test_short_words_and_words_of_any_script_are_shown_back(caption: str) -> None:
    replay = Replay(replace(new_state(), step="sent"))
    replay.step(Attached(Media.PICTURE, caption))
    assert caption in replay.read()


def test_a_message_with_a_picture_is_never_said_to_stay() -> None:
    replay = begun(LINK)
    replay.step(Attached(Media.PICTURE, f"https://forum.example/other {'word ' * 100}"))
    assert not [phrase for phrase in replay.state.remark if phrase.words.startswith("stays.")]


def test_words_with_a_picture_stand_beside_the_link_whatever_is_asked_then() -> None:
    replay = begun("https://forum.example/4711 by @some_body")
    replay.step(Attached(Media.PICTURE, "it is in the third folder"))
    replay.tap("theirs")
    assert replay.state.draft.beside == "by @some_body\nit is in the third folder"


def test_what_may_be_a_link_under_a_picture_is_asked_about() -> None:
    turn = begun().step(Attached(Media.PICTURE, "the site is forumexample.com"))
    assert turn.state.step == "doubt"
    assert RemoveMessage() in turn.effects


def test_words_with_a_picture_after_sending_are_offered_as_the_note() -> None:
    replay = begun("https://forum.example/4711")
    replay.tap("send")
    replay.step(Received())
    replay.step(Attached(Media.PICTURE, "it is in the third folder"))
    for choice in ("details", *("skip",) * 5):
        replay.tap(choice)
    assert replay.read().count("it is in the third folder") == 1
    assert "take_partial" in replay.choices()


def test_of_a_long_caption_with_a_name_all_words_are_shown_once() -> None:
    turn = begun("https://forum.example/4711").step(
        Attached(Media.PICTURE, f"by @some_body {'on page after page, ' * 15}folder nineteen")
    )
    shown = [dict(phrase.values).get("said", "") for phrase in turn.state.remark]
    assert any("folder nineteen" in said for said in shown)

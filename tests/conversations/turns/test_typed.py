"""A typed word is read as what it asks for: help, what we keep, a receipt, an end, a yes or a no."""

import pytest

from conversations.events import Received, Said
from tests.talking import begun

LINK = "https://forum.example/4711"


@pytest.mark.parametrize("text", ["help.me", "\N{SQUARED SOS}", "help \N{SQUARED SOS}"])
def test_a_cry_of_one_word_leads_to_help(text: str) -> None:
    assert begun(text).state.step in {"help", "danger"}


def test_a_cry_for_help_in_another_script_is_answered_with_its_language_first() -> None:
    assert begun("مجھے مدد چاہیے").choices()[0] == "speak_ur"


@pytest.mark.parametrize(
    ("text", "step"), [("is this anonymous?", "privacy"), ("are you a bot?", "privacy"), ("status", "status")]
)
def test_a_usual_question_has_an_answer(text: str, step: str) -> None:
    assert begun(text).state.step == step


@pytest.mark.parametrize("text", ["I want to stop", "stop now", "quiero parar"])
def test_whoever_wants_to_stop_is_asked_whether_to_forget_the_link(text: str) -> None:
    assert begun(LINK, text).state.step == "stopping"


def test_none_is_no_answer_to_a_question() -> None:
    replay = begun(LINK)
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", "skip", "password"):
        replay.tap(choice)
    assert replay.state.step == "page_password"
    replay.step(Said("none"))
    assert replay.state.step == "position"
    assert "page_password" not in dict(replay.state.draft.answers)


def test_an_ok_throws_no_link_away_and_a_yes_does() -> None:
    replay = begun(LINK, "stop")
    assert replay.step(Said("ok")).state.draft.holds_link
    assert not replay.step(Said("yes")).state.draft.addresses

"""Whatever happens to a talk, it stays whole: nothing raises, no link is lost, nothing goes out unasked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.events import (
    Attached,
    Chose,
    Command,
    Commanded,
    Event,
    Kept,
    Media,
    Opened,
    Received,
    Refused,
    Said,
    StatusLearned,
)
from conversations.flow import FLOW
from conversations.submission import report_of
from conversations.talk import Submit
from tests.talking import PORTALS, Replay, new_state
from tests.times import HOUR

LINK = "https://forum.example/thread/4711"
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [LINK, "https://site.example/", "@channel_name", "1", "२", "sí", "no", "stop", "help", "x" * 1200]
    ),
    st.sampled_from(["me@site.example", "http://10.0.0.1/", "hxxp://bad[.]example/a", "send me videos"]),
)
TAPS = st.builds(lambda place: ("tap", place), st.integers(0, 15))
EVENTS: st.SearchStrategy[Event | tuple[str, int]] = st.one_of(
    TAPS,
    TAPS,
    st.builds(Said, TEXTS, st.booleans()),
    st.builds(Opened, st.sampled_from(["", "ar", "ar-es", "practice", "cards", "??"])),
    st.builds(Commanded, st.sampled_from(Command)),
    st.builds(Attached, st.sampled_from(Media), st.sampled_from(["", LINK, "text"])),
    st.builds(
        Chose, st.sampled_from(["send", "next", "danger", "yes_withdraw"]), st.just("ffffffff"), st.just(1)
    ),
    st.builds(StatusLearned, st.sampled_from(["received", "unknown", None])),
)
OUTCOMES = st.sampled_from([Received(), Kept(), Refused()])


def _act(replay: Replay, event: Event | tuple[str, int], outcome: Event) -> bool:
    """Let one thing happen, and the host answer what it asks for; gives whether a report was handed in."""
    if isinstance(event, tuple):
        choices = replay.choices()
        event = Chose(choices[event[1] % len(choices)], replay.state.talk, replay.state.turn)
    turn = replay.step(event)
    submits = Submit() in turn.effects
    if submits:
        report_of(turn.state, HOUR)
        replay.step(outcome)
    return submits


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(EVENTS, OUTCOMES), max_size=25), st.sampled_from(["en", "es"]))
def test_no_talk_breaks(events: list[tuple[Event | tuple[str, int], Event]], language: str) -> None:
    """Every card can be read, every report can be written, and no step of the way is ever left open."""
    replay = Replay(new_state(language))
    for event, outcome in events:
        _act(replay, event, outcome)
        assert replay.read()
        assert replay.state.step not in {"sending", "withdrawing"}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(EVENTS, OUTCOMES), max_size=25))
def test_a_first_report_is_sent_by_a_tap_on_send_and_by_nothing_else(
    events: list[tuple[Event | tuple[str, int], Event]],
) -> None:
    replay = Replay(new_state())
    for event, outcome in events:
        before = replay.state
        could_tap = isinstance(event, tuple) and replay.choices()[event[1] % len(replay.choices())] == "send"
        if _act(replay, event, outcome) and before.draft.revision == 0:
            assert could_tap


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(EVENTS, OUTCOMES), max_size=12))
def test_a_captured_link_stays_until_it_is_sent_changed_cancelled_or_cleared(
    events: list[tuple[Event | tuple[str, int], Event]],
) -> None:
    replay = Replay(new_state())
    replay.step(Said(LINK))
    for event, outcome in events:
        before = replay.state
        _act(replay, event, outcome)
        after = replay.state
        unsent = before.draft.revision == 0 and after.draft.revision == 0
        let_go = after.step == "cleared" or (after.remark[:1] and after.remark[0].words == "cancelled")
        if unsent and not let_go and before.step != "change":
            assert set(before.draft.addresses) <= set(after.draft.addresses)


@pytest.mark.parametrize("step", FLOW)
def test_a_tap_on_what_the_card_does_not_show_changes_nothing(step: str) -> None:
    state = replace(new_state(), step=step)
    replay = Replay(state)
    turn = replay.step(Chose("no_such_choice", state.talk, state.turn))
    assert (turn.state, turn.effects) == (state, ())


@pytest.mark.parametrize("step", FLOW)
def test_a_link_is_taken_at_every_step_where_text_is_not_the_answer(step: str) -> None:
    replay = Replay(replace(new_state(), step=step))
    replay.step(Said(f"look: {LINK}"))
    if FLOW[step].keeps in {"page_password", "position", "note"}:
        assert LINK in dict(replay.state.draft.answers)[FLOW[step].keeps]
    elif FLOW[step].keeps == "referer":
        assert dict(replay.state.draft.answers) == {"referer": LINK}
    else:
        assert replay.state.draft.addresses == (LINK,)


@pytest.mark.parametrize("step", FLOW)
def test_no_picture_is_answered_twice_alike(step: str) -> None:
    replay = Replay(replace(new_state(), step=step))
    first = replay.step(Attached(Media.PICTURE)).say
    assert replay.step(Attached(Media.PICTURE)).say != first


def test_a_paused_portal_takes_nothing_and_says_where_else_to_report() -> None:
    paused = {name: replace(portal, paused=True) for name, portal in PORTALS.items()}
    replay = Replay(new_state(), paused)
    replay.step(Said(LINK))
    assert replay.state.step == "paused"
    assert "www.iwf.org.uk/report" in replay.read()
    assert replay.tap("danger").state.step == "danger"
    assert replay.tap("back").state.step == "paused"


def test_a_portal_paused_in_the_middle_of_a_talk_sends_nothing_more() -> None:
    replay = Replay(new_state())
    replay.step(Said(LINK))
    replay.portals = {name: replace(portal, paused=True) for name, portal in PORTALS.items()}
    turn = replay.tap("send")
    assert (turn.state.step, turn.effects) == ("paused", ())
    assert turn.state.draft.revision == 0


def test_more_links_than_a_report_holds_are_said_to_be_left_out() -> None:
    replay = Replay(new_state())
    replay.step(Said(" ".join(f"https://forum.example/{number}" for number in range(30))))
    assert len(replay.state.draft.addresses) == PORTALS["international"].maximum_addresses
    assert [phrase.words for phrase in replay.state.remark] == ["link.full"]


def test_the_receipt_is_shown_on_request_and_hidden_again() -> None:
    replay = Replay(new_state())
    replay.step(Said(LINK))
    replay.tap("send")
    replay.step(Received())
    assert replay.state.draft.receipt not in replay.read()
    replay.tap("receipt")
    assert replay.state.draft.receipt in replay.read()
    replay.tap("hide")
    assert replay.state.draft.receipt not in replay.read()

"""A talk survives any events: nothing raises, no link is lost, and nothing is sent unasked."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

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
from conversations.talk import RemoveMessage, Submit
from conversations.turns.submission import report_of
from conversations.wire.report import Report
from tests.cases import for_every
from tests.talking import PORTALS, Replay, new_state
from tests.times import HOUR

LINK = "https://forum.example/thread/4711"
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [LINK, "https://site.example/", "@channel_name", "1", "२", "sí", "no", "stop", "help", "x" * 1200]
    ),
    st.sampled_from(["\ud83d", "https://forum.example/\ud83d"]),
    st.sampled_from(
        ["he hits me", f"her father hits her {LINK}", f"by @somebody_else {LINK}", "i want to die"]
    ),
    st.sampled_from(["me@site.example", "http://10.0.0.1/", "hxxp://bad[.]example/a", "give me videos"]),
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
SENDING = {"send", "send_both", "link_only", "instead"}
OUTCOMES = st.sampled_from([Received(), Kept(), Refused()])


def _act(replay: Replay, event: Event | tuple[str, int], outcome: Event) -> Report | None:
    """Let one thing happen, and the host answer what it asks for; gives the report that was handed in."""
    if isinstance(event, tuple):
        choices = replay.choices()
        event = Chose(choices[event[1] % len(choices)], replay.state.talk, replay.state.turn)
    turn = replay.step(event)
    if Submit() not in turn.effects:
        return None
    report = report_of(turn.state, HOUR)
    replay.step(outcome)
    return report


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
        could_tap = isinstance(event, tuple) and replay.choices()[event[1] % len(replay.choices())] in SENDING
        if _act(replay, event, outcome) and before.draft.revision == 0:
            assert could_tap


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.sampled_from([Received(), Kept()])), max_size=30))
def test_no_revision_is_handed_in_twice_and_nothing_new_under_a_withdrawn_report(
    events: list[tuple[Event | tuple[str, int], Event]],
) -> None:
    replay = Replay(new_state())
    replay.step(Said(LINK))
    replay.tap("send")
    replay.step(Received())
    newest = {replay.state.draft.draft_id: 1}
    withdrawn = set()
    for event, outcome in events:
        report = _act(replay, event, outcome)
        if report:
            assert report.revision == newest.get(report.draft_id, 0) + 1
            assert report.draft_id not in withdrawn
            newest[report.draft_id] = report.revision
            withdrawn |= {report.draft_id} if report.withdrawn else set()


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 26), st.integers(0, 25))
def test_a_message_is_deleted_only_when_all_its_links_are_in_hand(first: int, second: int) -> None:
    replay = Replay(new_state())
    for start, count in ((0, first), (100, second)):
        links = [f"https://forum.example/{number}" for number in range(start, start + count)]
        turn = replay.step(Said(" ".join(links) or "nothing"))
        if RemoveMessage() in turn.effects:
            assert set(links) <= set(turn.state.draft.addresses)
        elif links:
            assert turn.state.remark[0].words.startswith("link.full")


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
        let_go = after.step == "cleared" or "cancelled" in {phrase.words for phrase in after.remark}
        if unsent and not let_go and before.step not in {"change", "page", "site"}:
            assert set(before.draft.addresses) <= set(after.draft.addresses)


@for_every(step=FLOW)
def test_a_tap_on_what_the_card_does_not_show_changes_nothing(step: str) -> None:
    state = replace(new_state(), step=step)
    replay = Replay(state)
    turn = replay.step(Chose("no_such_choice", state.talk, state.turn))
    assert (turn.state, turn.effects) == (state, ())


def test_a_number_that_a_question_asks_for_is_an_answer_and_no_tap() -> None:
    replay = Replay(replace(new_state(), step="position"))
    replay.step(Said("5"))
    assert dict(replay.state.draft.answers) == {"position": "5"}


def test_what_is_remembered_of_a_link_is_all_that_was_written() -> None:
    replay = Replay(replace(new_state(), step="link"))
    for text in ("a forum called happy", "the thread about holidays"):
        replay.step(Said(text))
    replay.tap("take_partial")
    assert replay.state.draft.partial == "a forum called happy\nthe thread about holidays"


@for_every(step=FLOW)
def test_a_link_is_taken_at_every_step_where_text_is_not_the_answer(step: str) -> None:
    replay = Replay(replace(new_state(), step=step))
    replay.step(Said(f"look: {LINK}"))
    if FLOW[step].keeps in {"page_password", "position", "note"}:
        assert LINK in dict(replay.state.draft.answers)[FLOW[step].keeps]
    elif FLOW[step].keeps == "referer":
        assert dict(replay.state.draft.answers) == {"reached": "page", "referer": LINK}
    else:
        assert replay.state.draft.addresses == (LINK,)


@for_every(step=FLOW)
def test_no_picture_is_answered_twice_alike(step: str) -> None:
    replay = Replay(replace(new_state(), step=step))
    replay.step(Attached(Media.PICTURE))
    first = replay.read()
    replay.step(Attached(Media.PICTURE))
    assert replay.read() != first


def test_a_paused_portal_takes_nothing_and_says_where_else_to_report() -> None:
    paused = {name: dataclasses.replace(portal, paused=True) for name, portal in PORTALS.items()}
    replay = Replay(new_state(), paused)
    assert replay.step(Said(LINK)).effects == ()
    assert replay.state.step == "paused"
    assert "www.iwf.org.uk/report" in replay.read()
    assert replay.tap("danger").state.step == "danger"
    assert replay.tap("back").state.step == "paused"
    read = [replay.read() for _ in range(3) if replay.step(Said(LINK))]
    assert read[0] != read[1] != read[2]
    assert replay.state.draft.addresses == ()


def test_a_portal_paused_in_the_middle_of_a_talk_sends_nothing_more() -> None:
    replay = Replay(new_state())
    replay.step(Said(LINK))
    replay.portals = {name: dataclasses.replace(portal, paused=True) for name, portal in PORTALS.items()}
    turn = replay.tap("send")
    assert (turn.state.step, turn.effects) == ("paused", ())
    assert turn.state.draft.revision == 0
    assert "Nothing was sent." in replay.read()
    assert "Your link waits below. It is not sent yet." in replay.read()
    assert replay.tap("to_link").state.step == "paused"
    replay.portals = PORTALS
    assert replay.tap("to_link").state.step == "review"
    assert [effect for effect in replay.tap("send").effects if isinstance(effect, Submit)]


def test_more_links_than_a_report_holds_are_said_to_be_left_out() -> None:
    replay = Replay(new_state())
    replay.step(Said(" ".join(f"https://forum.example/{number}" for number in range(30))))
    assert len(replay.state.draft.addresses) == PORTALS["international"].maximum_addresses
    assert [phrase.words for phrase in replay.state.remark] == ["link.full.1", "stays.telegram"]
    assert "send the same message again" in replay.read()


def test_with_links_that_do_not_fit_the_cards_and_the_question_of_names_come_all_the_same() -> None:
    """The name in a link that is taken is asked about first, then the rules are shown one by one."""
    replay = Replay(replace(new_state(), rules_as_cards=True))
    named = "https://name:word@forum.example/page"
    replay.step(Said(" ".join([named, *(f"https://forum.example/{number}" for number in range(30))])))
    assert replay.state.step == "whose"
    assert replay.state.remark[0].words == "link.full.1"
    replay.tap("mine")
    assert replay.state.step == "rule_1"
    assert "name" not in replay.state.draft.addresses[0]


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

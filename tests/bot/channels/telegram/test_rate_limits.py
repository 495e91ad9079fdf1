"""A bot calls Telegram no faster than Telegram asks for, and waits only in the chats that it names."""

from collections.abc import Iterator
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.rate_limits import (
    CALLS_AT_ONCE,
    CARDS_AT_ONCE,
    SECONDS_BETWEEN_PROBES,
    SECONDS_TO_PROBE,
    Allowance,
)
from tests.talk_stores import Clock

A_SECOND = 25.0


@pytest.fixture
def clock() -> Clock:
    """Make a clock that is moved by hand."""
    return Clock()


@pytest.fixture
def allowance(clock: Clock) -> Allowance:
    """Make the allowance of a bot that has done nothing yet."""
    return Allowance(A_SECOND, 1, clock)


def test_first_calls_go_at_once(allowance: Allowance) -> None:
    """As many calls as are allowed at once wait for nothing; the next waits for its share of a second."""
    waits = [allowance.call() for _ in range(CALLS_AT_ONCE + 1)]
    assert waits == [*[0.0] * CALLS_AT_ONCE, pytest.approx(1 / A_SECOND, abs=1e-6)]


def test_never_over_thirty_a_second(allowance: Allowance) -> None:
    """However many ask at once, in no second do more than thirty calls go, and none is passed over."""
    starts = [allowance.call() for _ in range(500)]
    assert starts == sorted(starts)
    assert max(_in_one_second(starts)) <= 30
    assert starts[-1] == pytest.approx((500 - CALLS_AT_ONCE) / A_SECOND, abs=1e-3)


def _in_one_second(starts: list[float]) -> Iterator[int]:
    for start in starts:
        yield sum(start <= other < start + 1 for other in starts)


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 5)), max_size=120))
def test_never_faster_whenever_asked(steps: list[tuple[float, int]]) -> None:
    """Whenever they are asked for, a bot makes thirty calls a second and shows a chat four cards at most."""
    clock = Clock()
    allowance = Allowance(A_SECOND, 1, clock)
    calls: list[float] = []
    cards: dict[int, list[float]] = {}
    for pause, chat in steps:
        clock.seconds += pause
        calls.append(clock.seconds + allowance.call())
        cards.setdefault(chat, []).append(clock.seconds + allowance.card(str(chat)))
    assert all(number <= 30 for number in _in_one_second(calls))
    for starts in cards.values():
        assert all(number <= CARDS_AT_ONCE + 1 for number in _in_one_second(starts))


def test_cards_of_one_chat(allowance: Allowance) -> None:
    """A chat gets a few cards at once, then one a second; another chat waits for none of them."""
    waits = [allowance.card("7") for _ in range(CARDS_AT_ONCE + 2)]
    assert waits[:CARDS_AT_ONCE] == [0.0] * CARDS_AT_ONCE
    assert waits[CARDS_AT_ONCE:] == [pytest.approx(1), pytest.approx(2)]
    assert allowance.card("8") == 0


def test_told_to_wait_in_one_chat(allowance: Allowance, clock: Clock) -> None:
    """A chat that Telegram slows down waits as long as it says, and no other does."""
    allowance.hold("7", 9)
    assert allowance.held("7") == 9
    assert allowance.held("8") == 0
    clock.seconds += 9
    assert allowance.held("7") == 0


def test_told_to_wait_in_several_chats(allowance: Allowance, clock: Clock) -> None:
    """Slowed down in two chats at once, the whole bot waits, but never long: what is tried then tells."""
    allowance.hold("7", 3)
    allowance.hold("8", 3600)
    assert allowance.held("9") == SECONDS_TO_PROBE
    clock.seconds += SECONDS_TO_PROBE
    assert allowance.held("9") == 0
    assert allowance.held("8") == 3600 - SECONDS_TO_PROBE


def test_told_to_wait_once_more(allowance: Allowance, clock: Clock) -> None:
    """If the bot itself is too fast, the next chat is slowed down too, and all wait again."""
    allowance.hold("7", 3600)
    allowance.hold("8", 3600)
    clock.seconds += SECONDS_TO_PROBE
    allowance.hold("9", 3600)
    assert allowance.held("10") == SECONDS_TO_PROBE


def test_a_call_that_succeeds_shows_that_chats_are_too_fast(allowance: Allowance) -> None:
    """What Telegram took in between was not held up, so only the chats wait that Telegram named."""
    allowance.hold("7", 3600)
    allowance.note_success()
    allowance.hold("8", 3600)
    assert allowance.held("9") == 0
    allowance.hold("9", 1)
    assert allowance.held("10") == 1
    allowance.note_success()
    assert [allowance.held(chat) for chat in ("7", "9", "10")] == [3600, 1, 0]


def test_a_chat_that_was_named_before_says_nothing_new(allowance: Allowance, clock: Clock) -> None:
    """However often chats are slowed down again, they hold up no other once another got through."""
    for chat in range(20):
        allowance.hold(str(chat), 3)
    allowance.note_success()
    for _ in range(5):
        clock.seconds += 3
        for chat in range(20):
            allowance.hold(str(chat), 3)
        assert allowance.held("other") == 0
    assert allowance.held("7") == 3


def test_one_that_was_never_named_finds_out_at_once(allowance: Allowance, clock: Clock) -> None:
    """One after another, and no chat that was named; if they are slowed down too, all others wait on."""
    assert allowance.probe("9") == inf
    allowance.hold("7", 1)
    allowance.hold("8", 3600)
    clock.seconds += 2
    assert allowance.probe("7") == inf
    assert [allowance.probe(chat) for chat in ("9", "10")] == [0, SECONDS_BETWEEN_PROBES]
    allowance.hold("9", 3600)
    assert allowance.held("10") == SECONDS_TO_PROBE
    clock.seconds += SECONDS_BETWEEN_PROBES
    assert [allowance.probe(chat) for chat in ("9", "10", "11")] == [inf, 0, SECONDS_BETWEEN_PROBES]
    assert allowance.note_success()
    assert not allowance.note_success()


def test_after_the_wait_of_all_those_that_were_never_named_go_first(
    allowance: Allowance, clock: Clock
) -> None:
    allowance.hold("7", 1)
    allowance.hold("8", 3600)
    clock.seconds += 1
    assert allowance.held("7") > allowance.held("9") > 0
    allowance.note_success()
    assert allowance.held("7") == 0


def test_one_after_another(allowance: Allowance, clock: Clock) -> None:
    """A chat that was slowed down long ago says nothing of the whole bot."""
    allowance.hold("7", 3)
    clock.seconds += 4
    allowance.hold("8", 9)
    assert allowance.held("9") == 0


def test_no_trace(allowance: Allowance, clock: Clock) -> None:
    """A chat that is free again is forgotten."""
    for chat in range(50):
        allowance.card(str(chat))
        clock.seconds += 1
    allowance.hold("7", 2)
    clock.seconds += 60
    allowance.card("99")
    assert len(allowance) == 1

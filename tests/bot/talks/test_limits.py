"""A budget slows one talk and names nobody; a flood raises one alarm an hour and blocks no report."""

from structlog.testing import capture_logs

from bot.exchange import TalkHandle
from bot.sessions.sealing import TalkSecrets
from bot.talks import limits
from bot.talks.limits import EVENTS_AT_ONCE, Alarm, Budgets


class Clock:
    """A clock that a test moves, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


def _chat(number: int) -> TalkHandle:
    return TalkHandle("telegram", "bot", str(number))


def _budgets(clock: Clock, most: int = EVENTS_AT_ONCE) -> Budgets:
    return Budgets(TalkSecrets(clock), clock, most)


def test_a_person_is_never_slowed() -> None:
    clock = Clock()
    budgets = _budgets(clock)
    for _ in range(1000):
        clock.now += 2
        assert budgets.allow(_chat(1))


def test_a_machine_is_slowed_to_one_thing_in_two_seconds() -> None:
    clock = Clock()
    budgets = _budgets(clock)
    assert all(budgets.allow(_chat(1)) for _ in range(EVENTS_AT_ONCE))
    assert not budgets.allow(_chat(1))
    clock.now += 2
    assert budgets.allow(_chat(1))
    assert not budgets.allow(_chat(1))


def test_one_talk_takes_nothing_from_another() -> None:
    budgets = _budgets(Clock(), most=1)
    assert budgets.allow(_chat(1))
    assert budgets.allow(_chat(2))


def test_what_is_full_again_is_forgotten_and_memory_is_bounded() -> None:
    clock = Clock()
    budgets = _budgets(clock, most=2)
    for number in range(limits.MAXIMUM_BUDGETS + 50):
        budgets.allow(_chat(number))
    assert len(budgets) == limits.MAXIMUM_BUDGETS
    clock.now += 60
    budgets.allow(_chat(1))
    assert len(budgets) == 1


def test_nothing_that_budgets_hold_shows_a_chat() -> None:
    budgets = _budgets(Clock())
    budgets.allow(_chat(4503599627370495))
    assert "4503599627370495" not in repr(budgets.__dict__)


def test_a_flood_is_told_once_an_hour_and_by_source() -> None:
    clock = Clock()
    alarm = Alarm(clock, most=3)
    with capture_logs() as lines:
        for _ in range(5):
            alarm.count("ar", "telegram")
            alarm.count("international", "terminal")
            alarm.tell()
        alarm.tell()
    assert [(line["event"], line["portal"], line["number"]) for line in lines] == [
        ("many_reports", "ar", 3),
        ("many_reports", "international", 3),
    ]


def test_a_new_hour_is_counted_anew() -> None:
    clock = Clock()
    alarm = Alarm(clock, most=2)
    with capture_logs() as lines:
        alarm.count("ar", "telegram")
        clock.now += 3600
        alarm.count("ar", "telegram")
        alarm.tell()
    assert lines == []

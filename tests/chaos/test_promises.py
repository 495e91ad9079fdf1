"""The checks of a run notice each broken promise."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from conversations.wire.report import Reached, ReportedAddress
from intake_api.hand_in.reports import Content
from tests.chaos.afterwards import NO_EVENT, Afterwards, broken_promises
from tests.chaos.people import People
from tests.chaos.run import Happened
from tests.chaos.talk import Told

ATTEMPT = ("abcd1234", 1)


def _report(link: str, reached: Reached | None = None) -> Content:
    address = ReportedAddress(given=link)
    return Content(addresses=(address,), reached=reached)


def _kept() -> tuple[Happened, Told, Afterwards]:
    """Give a run of one talk in which every promise was kept."""
    happened = Happened(People(Random(1)))  # noqa: S311 - no secret
    told = Told(happened.people.next(), "7", stuck="", answered=True)
    told.attempts.add(ATTEMPT)
    told.thanked.add(ATTEMPT)
    happened.told.append(told)
    reports = {told.who.path: [_report(told.who.link, Reached.SEARCH)]}
    ends = {"fleet-0": 0}
    return happened, told, Afterwards(reports, 1, Counter(), [], ends, {}, {})


def test_what_was_kept_is_not_complained_of() -> None:
    happened, _, after = _kept()
    assert [*broken_promises(happened, after)] == []


def test_a_lost_report() -> None:
    happened, told, after = _kept()
    told.answered = False
    after = replace(after, reports={}, items=0)
    (broken,) = broken_promises(happened, after)
    assert "acknowledged reports are not in the database" in broken


def test_a_doubled_report() -> None:
    happened, told, after = _kept()
    after = replace(after, reports={told.who.path: after.reports[told.who.path] * 2})
    (broken,) = broken_promises(happened, after)
    assert "have more reports than were sent" in broken


def test_a_second_report_that_was_sent_is_none_too_many() -> None:
    happened, told, after = _kept()
    told.attempts.add(("abcd1234", 2))
    after = replace(after, reports={told.who.path: after.reports[told.who.path] * 2})
    assert [*broken_promises(happened, after)] == []


def test_a_lost_answer() -> None:
    happened, told, after = _kept()
    after = replace(after, reports={told.who.path: [_report(told.who.link)]})
    (broken,) = broken_promises(happened, after)
    assert "answers that were taken" in broken


def test_somebody_elses_link() -> None:
    happened, _, after = _kept()
    strange = {**after.reports, "strange": [_report("https://forum.example/strange")]}
    (broken,) = broken_promises(happened, replace(after, reports=strange, items=2))
    assert "of no link that was sent" in broken


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items": 2}, "2 items were made of 1 links"),
        ({"events": Counter(update_skipped=3)}, "3 updates were skipped"),
        ({"events": Counter({NO_EVENT: 2})}, "2 lines were logged that are no events"),
        ({"leaks": ["a name in a log"]}, "1 leaks"),
        ({"ends": {"fleet-0": 1}}, "fleet-0 ended with 1"),
    ],
)
def test_whatever_else_broke(changes: dict[str, object], words: str) -> None:
    happened, _, after = _kept()
    (broken,) = broken_promises(happened, replace(after, **changes))  # type: ignore[arg-type] # one of each
    assert words in broken


def test_a_stuck_talk_and_what_is_never_delivered() -> None:
    happened, told, after = _kept()
    told.stuck, happened.unsettled = "at send", "3 entries in the outbox"
    stuck, left = broken_promises(happened, after)
    assert "1 talks came to no end: 7: at send" in stuck
    assert "3 entries in the outbox" in left

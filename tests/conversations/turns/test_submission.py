"""The report has everything that was said, the same at every try; a withdrawn report is empty."""

from conversations.events import Received, Said
from conversations.turns.submission import report_of
from conversations.wire.report import Access, Live, Reached, Seen
from tests.talking import Replay, new_state
from tests.times import HOUR

LINK = "https://forum.example/thread/4711?page=2&fbclid=abc#p3"


def _sent() -> Replay:
    replay = Replay(new_state("es", "ar"))
    for act in ("no_link", "drawn"):
        replay.tap(act)
    replay.step(Said(LINK))
    replay.tap("send")
    replay.step(Received())
    return replay


def test_every_answer_stands_in_the_report() -> None:
    replay = _sent()
    for act in (
        "details",
        "page",
        ">https://list.example/a",
        "password",
        ">letmein",
        ">p 3",
        "today",
        "live_yes",
        ">below",
    ):
        replay.step(Said(act[1:])) if act.startswith(">") else replay.tap(act)
    report = report_of(replay.state, HOUR)
    assert (report.portal, report.language, report.channel) == ("ar", "es", "telegram")
    assert report.depiction == "drawn"
    assert (report.reached, report.referer) == (Reached.PAGE, "https://list.example/a")
    assert (report.access, report.page_password) == (Access.PASSWORD, "letmein")
    assert (report.position, report.seen, report.live, report.note) == ("p 3", Seen.TODAY, Live.YES, "below")


def test_the_address_is_given_exactly_but_for_what_names_the_sharer() -> None:
    report = report_of(_sent().state, HOUR)
    assert [address.given for address in report.addresses] == ["https://forum.example/thread/4711?page=2#p3"]


def test_every_answer_is_a_new_revision_of_the_same_report() -> None:
    replay = _sent()
    first = report_of(replay.state, HOUR)
    replay.tap("details")
    replay.tap("search")
    second = report_of(replay.state, HOUR)
    assert (first.revision, second.revision) == (1, 2)
    assert (first.draft_id, first.receipt) == (second.draft_id, second.receipt)


def test_another_report_shares_no_name_with_the_first() -> None:
    replay = _sent()
    first = report_of(replay.state, HOUR)
    replay.tap("another")
    replay.step(Said("https://forum.example/other"))
    replay.tap("send")
    second = report_of(replay.state, HOUR)
    assert second.draft_id != first.draft_id
    assert second.receipt != first.receipt
    assert second.revision == 1
    assert [address.given for address in second.addresses] == ["https://forum.example/other"]


def test_a_withdrawal_hands_in_nothing_but_its_name() -> None:
    replay = _sent()
    replay.tap("withdraw")
    replay.tap("yes_withdraw")
    report = report_of(replay.state, HOUR)
    assert report.withdrawn
    assert (report.addresses, report.depiction, report.revision) == ((), None, 2)


def test_what_is_remembered_of_a_link_is_handed_in_as_incomplete() -> None:
    replay = Replay(new_state())
    replay.step(Said("a forum"))
    replay.step(Said("called happy something"))
    replay.tap("take_partial")
    replay.tap("send")
    (given,) = report_of(replay.state, HOUR).addresses
    assert (given.given, given.complete) == ("a forum\ncalled happy something", False)

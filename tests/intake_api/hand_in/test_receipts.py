"""A receipt says "received" until its portal's fixed delay is over, whatever was known and done before."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from conversations.wire.report import Report
from intake_api.settings import IntakeSettings
from intake_api.store.models import Item
from tests.intake_api.office import Office, a_report, opened, revised, withdrawn
from tests.intake_api.people import Person, person

ADDRESS = "https://example.com/1"
DAYS = 7


@pytest.fixture
async def office(settings: IntakeSettings) -> AsyncIterator[Office]:
    """Run an intake in which one portal's receipts may say that a report was assessed."""
    policy = {"status_after_days": {"ar": DAYS}, "reopen_after_days": 2}
    async with opened(settings.model_copy(update=policy)) as running_office:
        yield running_office


@pytest.fixture
async def analyst(office: Office) -> Person:
    """Let an analyst come in."""
    return await person(office)


async def _status(office: Office, report: Report) -> str:
    answer = await office.channel.post("/v1/receipts/status", json={"receipt": report.receipt})
    assert answer.status_code == 200
    status: str = answer.json()["status"]
    return status


async def _assess_all(analyst: Person) -> None:
    for claim in await analyst.claim(20):
        assert (await analyst.assess(claim["claim_id"])).status_code == 201


def _to_the_hour(office: Office, **after: float) -> None:
    """Move on from the hour in which a report arrived: that is all that is known of when it did."""
    office.clock.moment = office.clock().replace(minute=0, second=0, microsecond=0)
    office.clock.move(**after)


async def test_an_assessed_report_is_received_until_the_delay_is_over_and_then_assessed(
    office: Office, analyst: Person
) -> None:
    report = a_report(ADDRESS)
    await office.take_in(report)
    await _assess_all(analyst)
    assert await _status(office, report) == "received"
    _to_the_hour(office, days=DAYS, microseconds=-1)
    assert await _status(office, report) == "received"
    office.clock.move(microseconds=1)
    assert await _status(office, report) == "assessed"


async def test_what_nobody_assessed_is_received_however_long(office: Office, analyst: Person) -> None:
    reports = a_report("https://example.com/waits"), a_report("https://example.com/is-claimed")
    await office.take_in(*reports)
    await analyst.claim()
    office.clock.move(days=1000)
    assert [await _status(office, report) for report in reports] == ["received", "received"]


async def test_a_report_of_which_one_address_waits_is_received(office: Office, analyst: Person) -> None:
    report = a_report(ADDRESS, "https://example.com/2")
    await office.take_in(report)
    [claim] = await analyst.claim()
    await analyst.assess(claim["claim_id"])
    office.clock.move(days=DAYS + 1)
    assert await _status(office, report) == "received"
    await _assess_all(analyst)
    assert await _status(office, report) == "assessed"


async def test_another_portals_receipts_say_received_for_good(office: Office, analyst: Person) -> None:
    report = a_report(ADDRESS, portal="international")
    await office.take_in(report)
    await _assess_all(analyst)
    office.clock.move(days=1000)
    assert await _status(office, report) == "received"


async def test_a_known_address_and_a_new_one_get_the_same_answer_on_every_day(
    office: Office, analyst: Person
) -> None:
    """The known one was assessed long before it was reported again; the new one is assessed at once."""
    await office.take_in(a_report(ADDRESS))
    await _assess_all(analyst)
    office.clock.move(days=1)
    known, fresh = a_report(ADDRESS), a_report("https://example.com/fresh")
    await office.take_in(known, fresh)
    await _assess_all(analyst)
    told = []
    for _ in range(DAYS + 2):
        told.append((await _status(office, known), await _status(office, fresh)))
        office.clock.move(days=1)
    assert [one for one, _ in told] == [other for _, other in told]
    assert told[-1] == ("assessed", "assessed")


async def test_the_delay_runs_from_the_first_revision(office: Office, analyst: Person) -> None:
    report = a_report(ADDRESS)
    await office.take_in(report)
    await _assess_all(analyst)
    office.clock.move(days=DAYS - 1)
    await office.take_in(revised(report, note="more"))
    office.clock.move(days=1)
    assert await _status(office, report) == "assessed"


async def test_a_receipt_that_said_assessed_does_not_take_it_back(office: Office, analyst: Person) -> None:
    """Else it would tell its holder that somebody has reported the same page since."""
    report = a_report(ADDRESS)
    await office.take_in(report)
    await _assess_all(analyst)
    office.clock.move(days=DAYS)
    assert await _status(office, report) == "assessed"
    await office.take_in(a_report(ADDRESS))
    assert await office.scalar(select(Item.state)) == "waiting"
    assert await _status(office, report) == "assessed"


async def test_a_withdrawn_report_is_received_and_stays_so(office: Office) -> None:
    report = a_report(ADDRESS)
    await office.take_in(report, withdrawn(report))
    office.clock.move(days=1000)
    assert await _status(office, report) == "received"


async def test_an_unmerged_report_is_received(office: Office) -> None:
    """It names no item yet, and nothing of it was assessed."""
    office.intake.merger.stop()
    report = a_report(ADDRESS)
    await office.hand_in(report)
    office.clock.move(days=1000)
    assert await _status(office, report) == "received"


async def test_what_was_taken_back_is_received_whatever_was_known_of_the_address(
    office: Office, analyst: Person
) -> None:
    """The page of one was assessed before, that of the other is new to everybody."""
    known, new = a_report(ADDRESS), a_report("https://example.com/new")
    await office.take_in(a_report(ADDRESS))
    await _assess_all(analyst)
    await office.take_in(known, new, withdrawn(known), withdrawn(new))
    office.clock.move(days=DAYS + 1)
    assert [await _status(office, report) for report in (known, new)] == ["received", "received"]

"""A receipt says "received" until its portal's fixed delay is over, even if the address was known before."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from conversations.wire.report import Report
from intake_api.settings import IntakeSettings
from intake_api.store.models import Item
from tests.intake_api.api_users import ApiUser, new_user
from tests.intake_api.running_api import RunningApi, a_report, opened, revised, withdrawn

ADDRESS = "https://example.com/1"
DAYS = 7


@pytest.fixture
async def api(settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake in which one portal's receipts may say that a report was assessed."""
    policy = {"status_after_days": {"ar": DAYS}, "reopen_after_days": 2}
    async with opened(settings.model_copy(update=policy)) as running_api:
        yield running_api


@pytest.fixture
async def analyst(api: RunningApi) -> ApiUser:
    """Let an analyst come in."""
    return await new_user(api)


async def _status(api: RunningApi, report: Report) -> str:
    answer = await api.channel.post("/v1/receipts/status", json={"receipt": report.receipt})
    assert answer.status_code == 200
    status: str = answer.json()["status"]
    return status


async def _assess_all(analyst: ApiUser) -> None:
    for claim in await analyst.claim(20):
        assert (await analyst.assess(claim["claim_id"])).status_code == 201


def _to_the_hour(api: RunningApi, **after: float) -> None:
    """Move on from the hour in which a report arrived: that is all that is known of when it did."""
    api.clock.moment = api.clock().replace(minute=0, second=0, microsecond=0)
    api.clock.move(**after)


async def test_an_assessed_report_is_received_until_the_delay_is_over_and_then_assessed(
    api: RunningApi, analyst: ApiUser
) -> None:
    report = a_report(ADDRESS)
    await api.take_in(report)
    await _assess_all(analyst)
    assert await _status(api, report) == "received"
    _to_the_hour(api, days=DAYS, microseconds=-1)
    assert await _status(api, report) == "received"
    api.clock.move(microseconds=1)
    assert await _status(api, report) == "assessed"


async def test_what_nobody_assessed_is_received_however_long(api: RunningApi, analyst: ApiUser) -> None:
    reports = a_report("https://example.com/waits"), a_report("https://example.com/is-claimed")
    await api.take_in(*reports)
    await analyst.claim()
    api.clock.move(days=1000)
    assert [await _status(api, report) for report in reports] == ["received", "received"]


async def test_a_report_of_which_one_address_waits_is_received(api: RunningApi, analyst: ApiUser) -> None:
    report = a_report(ADDRESS, "https://example.com/2")
    await api.take_in(report)
    [claim] = await analyst.claim()
    await analyst.assess(claim["claim_id"])
    api.clock.move(days=DAYS + 1)
    assert await _status(api, report) == "received"
    await _assess_all(analyst)
    assert await _status(api, report) == "assessed"


async def test_another_portals_receipts_say_received_for_good(api: RunningApi, analyst: ApiUser) -> None:
    report = a_report(ADDRESS, portal="international")
    await api.take_in(report)
    await _assess_all(analyst)
    api.clock.move(days=1000)
    assert await _status(api, report) == "received"


async def test_a_known_address_and_a_new_one_get_the_same_answer_on_every_day(
    api: RunningApi, analyst: ApiUser
) -> None:
    """The known one was assessed long before it was reported again; the new one is assessed at once."""
    await api.take_in(a_report(ADDRESS))
    await _assess_all(analyst)
    api.clock.move(days=1)
    known, fresh = a_report(ADDRESS), a_report("https://example.com/fresh")
    await api.take_in(known, fresh)
    await _assess_all(analyst)
    told = []
    for _ in range(DAYS + 2):
        told.append((await _status(api, known), await _status(api, fresh)))
        api.clock.move(days=1)
    assert [one for one, _ in told] == [other for _, other in told]
    assert told[-1] == ("assessed", "assessed")


async def test_the_delay_runs_from_the_first_revision(api: RunningApi, analyst: ApiUser) -> None:
    report = a_report(ADDRESS)
    await api.take_in(report)
    await _assess_all(analyst)
    api.clock.move(days=DAYS - 1)
    await api.take_in(revised(report, note="more"))
    api.clock.move(days=1)
    assert await _status(api, report) == "assessed"


async def test_a_receipt_that_said_assessed_does_not_take_it_back(api: RunningApi, analyst: ApiUser) -> None:
    """Otherwise it would tell its holder that the same page was reported again."""
    report = a_report(ADDRESS)
    await api.take_in(report)
    await _assess_all(analyst)
    api.clock.move(days=DAYS)
    assert await _status(api, report) == "assessed"
    await api.take_in(a_report(ADDRESS))
    assert await api.scalar(select(Item.state)) == "waiting"
    assert await _status(api, report) == "assessed"


async def test_a_withdrawn_report_is_received_and_stays_so(api: RunningApi) -> None:
    report = a_report(ADDRESS)
    await api.take_in(report, withdrawn(report))
    api.clock.move(days=1000)
    assert await _status(api, report) == "received"


async def test_an_unmerged_report_is_received(api: RunningApi) -> None:
    """It names no item yet, and nothing of it was assessed."""
    api.intake.merger.stop()
    report = a_report(ADDRESS)
    await api.hand_in(report)
    api.clock.move(days=1000)
    assert await _status(api, report) == "received"


async def test_what_was_taken_back_is_received_whatever_was_known_of_the_address(
    api: RunningApi, analyst: ApiUser
) -> None:
    """The page of one was assessed before, that of the other is new to everybody."""
    known, new = a_report(ADDRESS), a_report("https://example.com/new")
    await api.take_in(a_report(ADDRESS))
    await _assess_all(analyst)
    await api.take_in(known, new, withdrawn(known), withdrawn(new))
    api.clock.move(days=DAYS + 1)
    assert [await _status(api, report) for report in (known, new)] == ["received", "received"]

"""Decisions are added and never overwritten, made once for each claim, and corrected by those who may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select, update

from intake_api.analysts.vocabulary import VOCABULARY_VERSION
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.models import Assessment, AuditEntry, Item
from tests.intake_api.api_users import CLAIMS, ApiUser, assert_problem, new_user
from tests.intake_api.running_api import RunningApi, a_report, opened, revised, withdrawn

ADDRESS = "https://example.com/1"
ILLEGAL = {"outcome": "baseline", "severity": "B", "youngest_child": "pubescent", "note": "two mirrors"}


@pytest.fixture
async def analyst(api: RunningApi) -> ApiUser:
    """Let an analyst come in."""
    return await new_user(api)


async def _claimed(api: RunningApi, analyst: ApiUser) -> tuple[str, str]:
    """Give the item and the claim of the address, newly reported."""
    await api.take_in(a_report(ADDRESS))
    [claim] = await analyst.claim()
    return claim["item_id"], claim["claim_id"]


async def _assessed(api: RunningApi, analyst: ApiUser) -> tuple[str, str]:
    """Give the item of the address, and its assessment."""
    item_id, claim_id = await _claimed(api, analyst)
    assessed = await analyst.assess(claim_id, **ILLEGAL)
    return item_id, assessed.json()["assessment_id"]


async def test_a_correction_is_added_and_what_it_corrects_stays_as_it_was(
    api: RunningApi, analyst: ApiUser
) -> None:
    item_id, first = await _assessed(api, analyst)
    before = (await analyst.item(item_id))["history"]
    api.clock.move(minutes=5)
    second = (await analyst.correct(first, note="seen again")).json()["assessment_id"]
    item = await analyst.item(item_id)
    assert [one["assessment_id"] for one in item["history"]] == [first, second]
    assert item["history"][:1] == before
    assert item["history"][1]["corrects"] == first
    assert (item["outcome"], item["state"]) == ("ignore", "assessed")


async def test_a_correction_is_audited(api: RunningApi, analyst: ApiUser) -> None:
    item_id, first = await _assessed(api, analyst)
    await analyst.correct(first)
    entries = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)
    async with api.intake.database.reading() as session:
        entry = (await session.scalars(entries)).one()
    assert (entry.who, entry.what, entry.subject) == (analyst.key_id, "corrected_ignore", item_id)


async def test_a_lead_corrects_anybodys_and_is_named(api: RunningApi, analyst: ApiUser) -> None:
    item_id, first = await _assessed(api, analyst)
    lead = await new_user(api, Role.LEAD)
    api.clock.move(minutes=5)
    assert (await lead.correct(first)).status_code == 201
    history = (await analyst.item(item_id))["history"]
    assert [one["assessed_by"] for one in history] == [analyst.key_id, lead.key_id]


async def test_another_analyst_corrects_nothing_and_hears_what_a_stranger_hears(
    api: RunningApi, analyst: ApiUser
) -> None:
    _, first = await _assessed(api, analyst)
    other = await new_user(api)
    refused = await other.correct(first)
    assert_problem(refused, 404, "not-found")
    assert refused.text == (await other.correct("0" * 32)).text
    assert await api.scalar(select(func.count()).select_from(Assessment)) == 1


async def test_a_correction_by_a_lead_is_not_the_analysts_to_correct(
    api: RunningApi, analyst: ApiUser
) -> None:
    _, first = await _assessed(api, analyst)
    second = (await (await new_user(api, Role.LEAD)).correct(first)).json()["assessment_id"]
    assert_problem(await analyst.correct(first), 409, "superseded")
    assert_problem(await analyst.correct(second), 404, "not-found")


async def test_only_the_newest_is_corrected(api: RunningApi, analyst: ApiUser) -> None:
    _, first = await _assessed(api, analyst)
    second = (await analyst.correct(first)).json()["assessment_id"]
    assert_problem(await analyst.correct(first, "national"), 409, "superseded")
    assert (await analyst.correct(second, "national")).status_code == 201


async def test_what_says_the_same_as_before_is_no_correction(api: RunningApi, analyst: ApiUser) -> None:
    item_id, first = await _assessed(api, analyst)
    before = await api.scalar(select(func.max(AuditEntry.sequence)))
    api.clock.move(minutes=5)
    again = await analyst.correct(first, **ILLEGAL)
    assert (again.status_code, again.json()["assessment_id"]) == (201, first)
    assert await api.scalar(select(func.max(AuditEntry.sequence))) == before
    second = (await analyst.correct(first, **ILLEGAL | {"note": "three mirrors"})).json()["assessment_id"]
    assert [one["assessment_id"] for one in (await analyst.item(item_id))["history"]] == [first, second]
    assert_problem(await analyst.correct(first, **ILLEGAL), 409, "superseded")


async def test_the_same_words_of_another_vocabulary_are_a_correction(
    api: RunningApi, analyst: ApiUser
) -> None:
    item_id, first = await _assessed(api, analyst)
    async with api.intake.database.writing() as session:
        await session.execute(update(Assessment).values(vocabulary=VOCABULARY_VERSION - 1))
    api.clock.move(minutes=5)
    await analyst.correct(first, **ILLEGAL)
    history = (await analyst.item(item_id))["history"]
    assert [one["vocabulary"] for one in history] == [VOCABULARY_VERSION - 1, VOCABULARY_VERSION]


async def test_of_two_corrections_at_once_one_holds(api: RunningApi, analyst: ApiUser) -> None:
    item_id, first = await _assessed(api, analyst)
    lead = await new_user(api, Role.LEAD)
    answers = await asyncio.gather(*(who.correct(first, "ignore") for who in (analyst, lead, analyst, lead)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len((await analyst.item(item_id))["history"]) == 2


async def test_the_same_assessment_again_is_answered_as_it_was(api: RunningApi, analyst: ApiUser) -> None:
    """So it is long after: who comes again after a crash may come the next day."""
    _, claim_id = await _claimed(api, analyst)
    first = await analyst.assess(claim_id, **ILLEGAL)
    api.clock.move(days=1)
    again = await analyst.assess(claim_id, **ILLEGAL)
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await analyst.correct(first.json()["assessment_id"])).status_code == 201
    assert (await analyst.assess(claim_id, **ILLEGAL)).json() == first.json()


async def test_the_same_assessment_at_once_is_recorded_once_and_answered_each_time(
    api: RunningApi, analyst: ApiUser
) -> None:
    """The connection broke, and the request is repeated while the first one is still being recorded."""
    _, claim_id = await _claimed(api, analyst)
    answers = await asyncio.gather(*(analyst.assess(claim_id, **ILLEGAL) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["assessment_id"] for answer in answers}) == 1


async def test_another_assessment_of_the_same_claim_is_refused(api: RunningApi, analyst: ApiUser) -> None:
    _, claim_id = await _claimed(api, analyst)
    await analyst.assess(claim_id, **ILLEGAL)
    for other in ({"outcome": "ignore"}, ILLEGAL | {"severity": "A"}, ILLEGAL | {"note": "x"}):
        assert_problem(await analyst.assess(claim_id, **other), 409, "claim-lost")
    assert await api.scalar(select(func.count()).select_from(Assessment)) == 1


async def test_the_same_assessment_by_another_is_refused(api: RunningApi, analyst: ApiUser) -> None:
    _, claim_id = await _claimed(api, analyst)
    await analyst.assess(claim_id, **ILLEGAL)
    assert_problem(await (await new_user(api)).assess(claim_id, **ILLEGAL), 409, "claim-lost")


def _nested(levels: int) -> str:
    return f"{'[' * levels}{']' * levels}"


OUT_OF_SHAPE = (422, "out-of-shape")
UNREADABLE = {
    "half a note": (r'"note": "\ud800"', OUT_OF_SHAPE),
    "half a flag": (r'"flags": ["\udfff"]', OUT_OF_SHAPE),
    "half a name": (r'"\ud800": "female"', OUT_OF_SHAPE),
    "details": ('"details": {"gender": "female"}', OUT_OF_SHAPE),
    "deep details": (f'"details": {_nested(500)}', OUT_OF_SHAPE),
    "deep flags": (f'"flags": {_nested(500)}', OUT_OF_SHAPE),
    "deeper flags than Python reads": (f'"flags": {_nested(3000)}', (400, "malformed")),
}


@pytest.mark.parametrize("corrects", [False, True])
@pytest.mark.parametrize("more", UNREADABLE)
async def test_a_decision_that_nobody_could_read_back_is_not_recorded(
    api: RunningApi, analyst: ApiUser, more: str, *, corrects: bool
) -> None:
    if corrects:
        path = f"/v1/assessments/{(await _assessed(api, analyst))[1]}/correction"
    else:
        path = f"{CLAIMS}/{(await _claimed(api, analyst))[1]}/assessment"
    written, refusal = UNREADABLE[more]
    headers, body = {"Content-Type": "application/json"}, f'{{"outcome": "ignore", {written}}}'
    assert_problem(await analyst.client.post(path, content=body, headers=headers), *refusal)
    assert await api.scalar(select(func.count()).select_from(Assessment)) == corrects


async def test_an_assessment_of_an_older_vocabulary_stays_readable(api: RunningApi, analyst: ApiUser) -> None:
    """Its words need not be in the newest; what corrects it is in the newest's."""
    item_id, first = await _assessed(api, analyst)
    words = {"outcome": "retired", "severity": "Z", "details": {"site_type": "gopher_hole"}}
    async with api.intake.database.writing() as session:
        await session.execute(update(Assessment).values(vocabulary=1, **words))
    [shown] = (await analyst.item(item_id))["history"]
    read = [shown[name] for name in ("vocabulary", "outcome", "severity", "site_type", "note")]
    assert read == [1, "retired", "Z", "gopher_hole", "two mirrors"]
    api.clock.move(minutes=5)
    await analyst.correct(first)
    assert (await analyst.item(item_id))["history"][1]["vocabulary"] == VOCABULARY_VERSION


@asynccontextmanager
async def _reopening(settings: IntakeSettings, days: int) -> AsyncIterator[tuple[RunningApi, ApiUser]]:
    async with opened(settings.model_copy(update={"reopen_after_days": days})) as api:
        yield api, await new_user(api)


async def _reported_again(api: RunningApi, **after: float) -> None:
    api.clock.move(**after)
    await api.take_in(a_report(ADDRESS))


async def test_a_report_brings_an_assessed_item_back_after_the_days_that_are_set(
    settings: IntakeSettings,
) -> None:
    async with _reopening(settings, 3) as (api, analyst):
        item_id, first = await _assessed(api, analyst)
        await _reported_again(api, days=3, minutes=-1)
        assert await analyst.claim() == []
        await _reported_again(api, hours=1)
        [claim] = await analyst.claim()
        assert (claim["item_id"], claim["reports"]) == (item_id, 3)
        shown = (await analyst.client.get(f"/v1/queue/claims/{claim['claim_id']}")).json()
        assert [one["assessment_id"] for one in shown["history"]] == [first]


async def test_what_is_decided_anew_holds_and_the_earlier_is_not_corrected_any_more(
    settings: IntakeSettings,
) -> None:
    async with _reopening(settings, 3) as (api, analyst):
        item_id, first = await _assessed(api, analyst)
        await _reported_again(api, days=4)
        [claim] = await analyst.claim()
        second = (await analyst.assess(claim["claim_id"], "not_found")).json()["assessment_id"]
        item = await analyst.item(item_id)
        assert (item["outcome"], len(item["history"])) == ("not_found", 2)
        assert_problem(await analyst.correct(first), 409, "superseded")
        assert (await analyst.correct(second)).status_code == 201


async def test_a_correction_begins_the_days_anew(settings: IntakeSettings) -> None:
    async with _reopening(settings, 3) as (api, analyst):
        _, first = await _assessed(api, analyst)
        api.clock.move(days=2)
        await analyst.correct(first)
        await _reported_again(api, days=2)
        assert await analyst.claim() == []


async def test_a_correction_of_an_item_that_waits_again_leaves_it_waiting(settings: IntakeSettings) -> None:
    async with _reopening(settings, 3) as (api, analyst):
        item_id, first = await _assessed(api, analyst)
        await _reported_again(api, days=4)
        assert (await analyst.correct(first)).status_code == 201
        assert [claim["item_id"] for claim in await analyst.claim()] == [item_id]


async def test_a_revision_of_an_earlier_report_brings_nothing_back(settings: IntakeSettings) -> None:
    async with _reopening(settings, 3) as (api, analyst):
        report = a_report(ADDRESS)
        await api.take_in(report)
        await analyst.assess((await analyst.claim())[0]["claim_id"])
        api.clock.move(days=4)
        await api.take_in(revised(report, note="more"))
        assert await analyst.claim() == []


@pytest.mark.parametrize("claimed", [False, True])
async def test_an_item_goes_back_when_the_report_that_brought_it_is_withdrawn(
    settings: IntakeSettings, *, claimed: bool
) -> None:
    """It does not wait again: an analyst would see a page once more for nothing."""
    async with _reopening(settings, 3) as (api, analyst):
        item_id, _ = await _assessed(api, analyst)
        api.clock.move(days=4)
        mistaken = a_report(ADDRESS)
        await api.take_in(mistaken)
        claims = await analyst.claim() if claimed else []
        await api.take_in(withdrawn(mistaken))
        for claim in claims:
            await analyst.client.delete(f"/v1/queue/claims/{claim['claim_id']}")
        assert await analyst.claim() == []
        assert await api.scalar(select(Item.state).where(Item.item_id == item_id)) == "assessed"
        assert await api.scalar(select(Item.reports)) == 1


async def test_two_that_brought_it_back_must_both_be_withdrawn(settings: IntakeSettings) -> None:
    async with _reopening(settings, 3) as (api, analyst):
        await _assessed(api, analyst)
        api.clock.move(days=4)
        mistaken = a_report(ADDRESS)
        await api.take_in(mistaken, a_report(ADDRESS), withdrawn(mistaken))
        assert len(await analyst.claim()) == 1


async def test_nothing_comes_back_where_reports_are_only_counted(settings: IntakeSettings) -> None:
    async with _reopening(settings, 0) as (api, analyst):
        await _assessed(api, analyst)
        await _reported_again(api, days=4000)
        assert await analyst.claim() == []
        assert await api.scalar(select(Item.reports)) == 2


async def test_a_decision_is_answered_with_the_host_that_it_is_about(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report("https://one.example/1"))
        analyst = await new_user(api)
        [claim] = await analyst.claim()
        made = (await analyst.assess(claim["claim_id"])).json()
        corrected = (await analyst.correct(made["assessment_id"], "national")).json()
        assert [answer["host"] for answer in (made, corrected)] == ["one.example"] * 2


async def test_the_last_assessment_is_the_analysts_own(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(*(f"https://example.com/{page}" for page in range(3))))
        analyst, other = await new_user(api), await new_user(api)
        assert_problem(await analyst.client.get("/v1/assessments/last"), 404, "not-found")
        for who, outcome in ((analyst, "ignore"), (analyst, "national"), (other, "baseline")):
            [claim] = await who.claim()
            made = (await who.assess(claim["claim_id"], outcome)).json()
            last = (await who.client.get("/v1/assessments/last")).json()
            assert (last["assessment_id"], last["outcome"]) == (made["assessment_id"], outcome)
            assert last["item_id"] == claim["item_id"]
        assert (await analyst.client.get("/v1/assessments/last")).json()["outcome"] == "national"

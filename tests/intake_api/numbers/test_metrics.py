"""Prometheus reads our own metrics and no others; none tells when a report came."""

from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from intake_api.analysts.vocabulary import terms
from intake_api.known_keys.access_keys import add_key
from intake_api.numbers.counting import QueueCounted
from intake_api.numbers.metrics import MAXIMUM_PORTALS, Figures, exposition
from intake_api.roles import Role
from tests.intake_api.running_api import RunningApi, a_report, client, withdrawn

NAMES = {
    "reportline_assessments",
    "reportline_healthy",
    "reportline_items_assessed",
    "reportline_items_claimed",
    "reportline_items_waiting",
    "reportline_oldest_waiting_overdue_hours",
    "reportline_reports_last_hour",
    "reportline_reports_unmerged",
}
WELL = {"healthy:database": 1, "healthy:keys": 1, "healthy:audit": 1}
Samples = dict[str, float]


@pytest.fixture
async def prometheus(api: RunningApi) -> AsyncIterator[httpx.AsyncClient]:
    """Come with an auditor's key."""
    async with api.intake.database.writing() as session:
        token = await add_key(session, api.intake.audit, Role.AUDITOR, "prometheus", api.clock())
    async with client(api.app, token) as auditor:
        yield auditor


async def _scraped(prometheus: httpx.AsyncClient) -> str:
    answer = await prometheus.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def _samples(scraped: str) -> Samples:
    """Give the values by name, with the one label's value behind a colon."""
    return {
        ":".join([sample.name.removeprefix("reportline_"), *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(scraped)
        for sample in family.samples
    }


async def _assess(api: RunningApi, outcome: str) -> str:
    [claim] = await api.claim()
    path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
    assessed = await api.analyst.post(path, json={"outcome": outcome})
    assessment_id: str = assessed.json()["assessment_id"]
    return assessment_id


async def test_the_queue_and_the_last_hour_are_told(api: RunningApi, prometheus: httpx.AsyncClient) -> None:
    await api.take_in(
        *(a_report(f"https://example.com/{number}") for number in range(6)),
        a_report("https://example.com/1", portal="international"),
    )
    await api.claim(2)
    api.clock.move(hours=1)
    assert _samples(await _scraped(prometheus)) == {
        "items_waiting": 6,
        "items_assessed": 0,
        "items_claimed": 0,
        "oldest_waiting_overdue_hours": 0,
        "reports_unmerged": 0,
        "reports_last_hour:ar": 5,
        **WELL,
    }
    api.clock.move(hours=20)
    await api.claim(2)
    samples = _samples(await _scraped(prometheus))
    assert (samples["items_waiting"], samples["items_claimed"]) == (4, 2)
    assert samples["oldest_waiting_overdue_hours"] == 9
    assert "reports_last_hour:ar" not in samples


async def test_each_metric_is_ours_and_says_what_it_is(prometheus: httpx.AsyncClient) -> None:
    families = list(text_string_to_metric_families(await _scraped(prometheus)))
    assert {family.name for family in families} == NAMES
    assert all(family.documentation.endswith(".") for family in families)


async def test_no_scrape_within_the_hour_tells_of_a_report(
    api: RunningApi, prometheus: httpx.AsyncClient
) -> None:
    """What is handed in, taken back, or fails to be merged changes not a byte until the next hour."""
    earlier = [a_report(f"https://example.com/{number}") for number in range(6)]
    await api.take_in(*earlier)
    api.clock.move(hours=30)
    before = await _scraped(prometheus)
    await api.take_in(a_report(live="yes"), *(a_report("https://example.com/1") for _ in range(6)))
    await api.take_in(withdrawn(earlier[0]))
    api.clock.move(minutes=25)
    assert await _scraped(prometheus) == before
    api.clock.move(hours=1)
    assert await _scraped(prometheus) != before


async def test_assessments_are_counted_at_once_and_corrections_with_them(
    api: RunningApi, prometheus: httpx.AsyncClient
) -> None:
    await api.take_in(*(a_report(f"https://example.com/{number}") for number in range(3)))
    for outcome in ("ignore", "baseline"):
        assessment_id = await _assess(api, outcome)
        api.clock.move(hours=1)
    await _scraped(prometheus)
    await _assess(api, "baseline")
    path = f"/v1/assessments/{assessment_id}/correction"
    assert (await api.analyst.post(path, json={"outcome": "national"})).status_code == 201
    samples = _samples(await _scraped(prometheus))
    counted = {name: value for name, value in samples.items() if name.startswith("assessments_total")}
    assert counted == {
        "assessments_total:baseline": 2,
        "assessments_total:ignore": 1,
        "assessments_total:national": 1,
    }


async def test_a_report_that_stays_unmerged_is_told_from_the_next_hour_on(
    api: RunningApi, prometheus: httpx.AsyncClient
) -> None:
    api.intake.merger.stop()
    await api.hand_in(a_report())
    assert _samples(await _scraped(prometheus))["reports_unmerged"] == 0
    api.clock.move(hours=1)
    assert _samples(await _scraped(prometheus))["reports_unmerged"] == 1


async def test_a_part_that_is_not_well_is_told(api: RunningApi, prometheus: httpx.AsyncClient) -> None:
    next(api.intake.settings.folder.glob("vault-*.key")).unlink()
    samples = _samples(await _scraped(prometheus))
    assert {name: samples[name] for name in WELL} == {**WELL, "healthy:keys": 0}


async def test_metrics_open_to_leads_and_auditors_alone(api: RunningApi) -> None:
    for role, status in ((Role.LEAD, 200), (Role.ANALYST, 403), (Role.CHANNEL, 403)):
        async with api.intake.database.writing() as session:
            token = await add_key(session, api.intake.audit, role, "somebody", api.clock())
        async with client(api.app, token) as caller:
            assert (await caller.get("/metrics")).status_code == status
    async with client(api.app) as nobody:
        assert (await nobody.get("/metrics")).status_code == 401


def test_labels_are_few_whatever_channels_name() -> None:
    portals = Counter({f"portal{number}": 5 + number for number in range(1000)})
    outcomes = dict.fromkeys(terms("outcome"), 1)
    samples = _samples(
        exposition(Figures(QueueCounted(0, 0, 0, Counter()), 0, portals, 0, outcomes, {})).decode()
    )
    told = [name for name in samples if name.startswith("reports_last_hour:")]
    assert len(told) == MAXIMUM_PORTALS
    assert "reports_last_hour:portal999" in told

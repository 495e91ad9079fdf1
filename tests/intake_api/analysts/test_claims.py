"""Analysts claim, read, release and decide; an item has one claim at most, and nothing is lost."""

import asyncio
import secrets
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, text

from conversations.address import CANONICALISER_VERSION
from intake_api.roles import Role
from intake_api.server.app import build
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.store.access_keys import add_key
from intake_api.store.audit import CHAIN
from intake_api.store.database import advisory_lock
from intake_api.store.models import Assessment, AuditEntry, Item, QueuePlace
from tests.intake_api.running_api import NOON, RunningApi, a_report, client, opened, plan_of


async def _claimed(api: RunningApi, address: str = "https://example.com/1") -> str:
    await api.take_in(a_report(address))
    [claim] = await api.claim()
    claim_id: str = claim["claim_id"]
    return claim_id


async def _assess(analyst: httpx.AsyncClient, claim_id: str, **decision: str) -> httpx.Response:
    path = f"/v1/queue/claims/{claim_id}/assessment"
    return await analyst.post(path, json={"outcome": "ignore"} | decision)


def _assert_lost(answer: httpx.Response) -> None:
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":claim-lost")


async def test_an_empty_queue_gives_no_claims(api: RunningApi) -> None:
    assert await api.claim(20) == []


async def test_who_asks_an_empty_queue_waits_for_nobody(postgresql_settings: IntakeSettings) -> None:
    """The audit log is one chain, so requests that add to it wait; one that did nothing adds nothing."""
    async with opened(postgresql_settings) as api, api.intake.database.writing() as session:
        await advisory_lock(session, CHAIN)
        async with asyncio.timeout(5):
            assert await api.claim() == []


async def test_a_claim_names_its_lease_and_no_address(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    [claim] = await api.claim()
    assert claim["lease_expires"] == "2026-03-01T13:34:56Z"
    assert claim["kind"] == "web"
    assert not any("address" in name for name in claim)


async def test_no_more_than_wanted_is_claimed(api: RunningApi) -> None:
    await api.take_in(a_report(*(f"https://example.com/{number}" for number in range(5))))
    assert [len(await api.claim(count)) for count in (2, 20)] == [2, 3]


@pytest.mark.parametrize("count", [0, 21, -1, "many", None])
async def test_a_count_out_of_bounds_is_refused(api: RunningApi, count: object) -> None:
    answer = await api.analyst.post("/v1/queue/claims", json={"count": count})
    assert answer.status_code == 422


async def test_a_shown_claim_has_the_address_and_what_was_said(api: RunningApi) -> None:
    await api.take_in(a_report("HTTPS://example.com/1#x", note="third post", referer="https://example.net/"))
    [claim] = await api.claim()
    shown = await api.show(claim["claim_id"])
    assert shown["address_given"] == "HTTPS://example.com/1#x"
    assert shown["address_canonical"] == "https://example.com/1#x"
    [detail] = shown["details"]
    assert (detail["note"], detail["referer"]) == ("third post", "https://example.net/")
    assert shown["history"] == []


async def test_an_invitation_is_shown_as_needing_to_join(api: RunningApi) -> None:
    shown = await api.show(await _claimed(api, "https://t.me/+AAAAAAAAAAAAAAAA"))
    assert shown["needs_joining"]


async def test_a_released_item_waits_again(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    assert (await api.analyst.delete(f"/v1/queue/claims/{claim_id}")).status_code == 204
    [again] = (await (await api.another_analyst()).post("/v1/queue/claims", json={})).json()["claims"]
    assert again["claim_id"] != claim_id


async def test_what_an_analyst_released_comes_to_others_first(api: RunningApi) -> None:
    """They had a reason; they get it again when a lease has passed and no other analyst has claimed it."""
    claim_id, other = await _claimed(api), await api.another_analyst()
    await api.analyst.delete(f"/v1/queue/claims/{claim_id}")
    assert await api.claim() == []
    [claim] = (await other.post("/v1/queue/claims", json={})).json()["claims"]
    await other.delete(f"/v1/queue/claims/{claim['claim_id']}")
    api.clock.move(minutes=60)
    assert len(await api.claim()) == 1


async def test_nobody_holds_more_than_twenty_claims(api: RunningApi) -> None:
    for number in range(2):
        await api.take_in(a_report(*(f"https://example.com/{number}/{page}" for page in range(20))))
    assert [len(await api.claim(count)) for count in (15, 20)] == [15, 5]
    answer = await api.analyst.post("/v1/queue/claims", json={})
    assert answer.json()["type"].endswith(":hands-full")
    [held, *_] = (await api.analyst.get("/v1/queue/claims")).json()["claims"]
    await _assess(api.analyst, held["claim_id"])
    assert len(await api.claim(20)) == 1


async def test_nobody_gets_more_than_twenty_by_asking_twice_at_once(api: RunningApi) -> None:
    for number in range(3):
        await api.take_in(a_report(*(f"https://example.com/{number}/{page}" for page in range(20))))
    asked = [api.analyst.post("/v1/queue/claims", json={"count": 15}) for _ in range(3)]
    await asyncio.gather(*asked)
    assert len((await api.analyst.get("/v1/queue/claims")).json()["claims"]) == 20


async def test_an_expired_lease_goes_back_to_the_queue(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    other = await api.another_analyst()
    api.clock.move(minutes=59)
    assert (await other.post("/v1/queue/claims", json={})).json()["claims"] == []
    api.clock.move(minutes=1)
    [again] = (await other.post("/v1/queue/claims", json={})).json()["claims"]
    assert again["claim_id"] != claim_id
    _assert_lost(await _assess(api.analyst, claim_id))


async def test_a_stale_claim_opens_nothing(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    api.clock.move(hours=2)
    path = f"/v1/queue/claims/{claim_id}"
    _assert_lost(await api.analyst.get(path))
    _assert_lost(await api.analyst.delete(path))
    _assert_lost(await _assess(api.analyst, claim_id))
    assert await api.scalar(select(Assessment.assessment_id)) is None


async def test_another_analysts_claim_opens_nothing(api: RunningApi) -> None:
    claim_id, other = await _claimed(api), await api.another_analyst()
    path = f"/v1/queue/claims/{claim_id}"
    _assert_lost(await other.get(path))
    _assert_lost(await other.delete(path))
    _assert_lost(await _assess(other, claim_id))
    assert (await _assess(api.analyst, claim_id)).status_code == 201


async def test_an_unknown_claim_gets_the_answer_of_a_lost_one(api: RunningApi) -> None:
    _assert_lost(await api.analyst.get("/v1/queue/claims/0123456789abcdef"))


async def _mine(analyst: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await analyst.get("/v1/queue/claims")
    assert answer.status_code == 200
    claims: list[dict[str, Any]] = answer.json()["claims"]
    return claims


async def test_an_analyst_may_list_the_claims_they_hold(api: RunningApi) -> None:
    assert await _mine(api.analyst) == []
    await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2"))
    [first] = await api.claim()
    api.clock.move(minutes=1)
    [second] = await api.claim()
    assert await _mine(api.analyst) == [first, second]
    assert await _mine(await api.another_analyst()) == []


async def test_a_claim_that_has_ended_is_not_listed(api: RunningApi) -> None:
    await api.take_in(a_report(*(f"https://example.com/{number}" for number in range(3))))
    released, decided, lapsing = await api.claim(3)
    await api.analyst.delete(f"/v1/queue/claims/{released['claim_id']}")
    await _assess(api.analyst, decided["claim_id"])
    assert await _mine(api.analyst) == [lapsing]
    api.clock.move(hours=1)
    assert await _mine(api.analyst) == []


async def test_what_one_holds_is_listed_when_a_break_is_due(api: RunningApi) -> None:
    """An analyst whose break is due decides or releases what they hold first, so they have to find it."""
    await _claimed(api)
    api.clock.move(minutes=59)
    [claim] = await _mine(api.analyst)
    assert (await api.analyst.put(f"/v1/queue/claims/{claim['claim_id']}/lease")).status_code == 200
    api.clock.move(minutes=2)
    assert (await api.analyst.post("/v1/queue/claims", json={})).json()["type"].endswith(":break-due")
    assert [held["claim_id"] for held in await _mine(api.analyst)] == [claim["claim_id"]]


async def test_an_assessment_is_kept_whole_and_ends_the_claim(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    decision = {"severity": "B", "youngest_child": "pubescent", "action": "reported_to_isp"}
    answer = await _assess(api.analyst, claim_id, outcome="baseline", note="a note", **decision)
    assert answer.status_code == 201
    async with api.intake.database.reading() as session:
        kept = await session.get_one(Assessment, answer.json()["assessment_id"])
    assert (kept.outcome, kept.claim_id, kept.assessed_at) == ("baseline", claim_id, api.clock())
    assert (kept.severity, kept.youngest_child, kept.action) == ("B", "pubescent", "reported_to_isp")
    assert kept.note
    assert b"a note" not in kept.note
    _assert_lost(await _assess(api.analyst, claim_id))


@pytest.mark.parametrize(
    ("decision", "fault"),
    [
        ({"outcome": "ignore", "severity": "A"}, "severity_of_legal_material"),
        ({"outcome": "not_found", "youngest_child": "infant"}, "age_in_legal_material"),
        ({"outcome": "national", "action": "not_illegal"}, "illegal_and_not_illegal"),
        ({"outcome": "baseline", "severity": "D"}, "not_in_vocabulary"),
        ({"outcome": "perhaps"}, "not_in_vocabulary"),
        ({"note": "no outcome", "outcome": None}, "not_in_vocabulary"),
        ({"outcome": "ignore", "note": "x" * 2001}, "string_too_long"),
    ],
)
async def test_a_decision_that_contradicts_itself_is_refused(
    api: RunningApi, decision: dict[str, str], fault: str
) -> None:
    answer = await _assess(api.analyst, await _claimed(api), **decision)
    assert answer.status_code == 422
    assert [error["fault"] for error in answer.json()["errors"]] == [fault]


async def test_every_read_and_every_decision_is_audited(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    shown = await api.show(claim_id)
    await _assess(api.analyst, claim_id)
    async with api.intake.database.reading() as session:
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()
    done = [(entry.what, entry.subject) for entry in entries if entry.who != "operator"]
    item_id = shown["item_id"]
    assert done == [("claimed", item_id), ("address_read", item_id), ("assessed_ignore", item_id)]
    assert len({entry.who for entry in entries if entry.who != "operator"}) == 1


async def test_no_address_is_shown_when_the_read_cannot_be_audited(api: RunningApi) -> None:
    claim_id = await _claimed(api, "https://example.com/secret")
    async with api.intake.database.writing() as session:
        await session.execute(text("ALTER TABLE audit_log RENAME TO elsewhere"))
    answer = await api.analyst.get(f"/v1/queue/claims/{claim_id}")
    assert answer.status_code in {500, 503}
    assert "secret" not in answer.text


async def test_a_claim_costs_the_same_at_any_depth(api: RunningApi) -> None:
    """The most overdue are read off the index of what waits: nothing else is read and nothing sorted."""
    await _fill_queue(api, 5_000)
    for wanted in ({}, {"language": "es"}, {"kind": "web"}, {"language": "es", "kind": "web"}):
        steps = await _plan(api, wanted)
        assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step or "Seq Scan" in step]
        assert [step for step in steps if "queue_places" in step]


async def _fill_queue(api: RunningApi, number: int) -> None:
    """Put many items into the queue at once, in the database itself."""
    items: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for due in range(number):
        item_id, sealed = secrets.token_hex(16), secrets.token_bytes(32)
        hours = dict.fromkeys(("first_hour", "last_hour", "due_hour"), NOON + timedelta(hours=due // 50))
        item: dict[str, Any] = {"item_id": item_id, "kind": "web"}
        items.append(
            item
            | hours
            | dict.fromkeys(("address_hash", "given", "canonical"), sealed)
            | {"canonicaliser": CANONICALISER_VERSION, "reports": 1, "state": "waiting"}
        )
        places += [item | {"due_hour": hours["due_hour"], "language": language} for language in ("", "es")]
    async with api.intake.database.writing() as session:
        await session.execute(insert(Item), items)
        await session.execute(insert(QueuePlace), places)
        await session.execute(text("ANALYZE"))


async def _plan(api: RunningApi, wanted: dict[str, str]) -> list[str]:
    async def claims() -> None:
        assert (await api.analyst.post("/v1/queue/claims", json=wanted)).json()["claims"]

    return await plan_of(api, "ORDER BY queue_places.due_hour", claims())


async def test_concurrent_claimers_never_share_an_item(api: RunningApi) -> None:
    """Sixteen analysts at two APIs on one database claim and decide until nothing is left."""
    items = 120
    for number in range(items // 20):
        await api.take_in(a_report(*(f"https://example.com/{number}/{page}" for page in range(20))))
    second = assemble(api.intake.settings, api.clock)
    async with api.intake.database.writing() as session:
        tokens = [await add_key(session, second.audit, Role.ANALYST, "one", api.clock()) for _ in range(16)]
    apps = (api.app, build(second))
    done = await asyncio.gather(*(_work(client(apps[at % 2], token)) for at, token in enumerate(tokens)))
    await second.database.close()
    decided = Counter(item_id for item_ids in done for item_id in item_ids)
    assert len(decided) == items
    assert set(decided.values()) == {1}
    assert (await api.counts())["assessed"] == items
    async with api.intake.database.reading() as session:
        assert await api.intake.audit.first_broken(session) is None


async def _work(analyst: httpx.AsyncClient) -> list[str]:
    decided: list[str] = []
    async with analyst:
        while claims := (await analyst.post("/v1/queue/claims", json={"count": 4})).json()["claims"]:
            for claim in claims:
                assert (await _assess(analyst, claim["claim_id"])).status_code == 201
                decided.append(claim["item_id"])
    return decided

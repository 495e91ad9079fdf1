"""Analysts claim, read, release and decide; an item has one claim at most, and nothing is lost."""

import asyncio
import secrets
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, insert, select, text, update

from conversations.address import CANONICALISER_VERSION
from intake_api.analysts import claims
from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.audit.log import CHAIN
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.server.app import build
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.store.database import advisory_lock
from intake_api.store.models import (
    EVERY_KIND,
    EVERY_LANGUAGE,
    AccessKey,
    Assessment,
    AuditEntry,
    Exposure,
    Item,
    QueuePlace,
    QueueTurn,
    State,
)
from intake_api.vault import Place
from tests.intake_api.api_users import CLAIMS, assert_problem, new_user
from tests.intake_api.running_api import NOON, RunningApi, a_report, client, opened, plan_of, revised


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


@pytest.mark.parametrize("turn", [32767, -32768])
async def test_a_turn_that_somebody_wrote_changes_no_number_of_claims(api: RunningApi, turn: int) -> None:
    await api.take_in(*(a_report(f"https://example.com/{number}") for number in range(5)))
    async with api.intake.database.writing() as session:
        session.add(QueueTurn(language=EVERY_LANGUAGE, kind=EVERY_KIND, turn=turn))
    assert len(await api.claim(2)) == 2


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


async def test_what_reporters_tapped_stands_first_wherever_an_item_is_shown(api: RunningApi) -> None:
    """Of all its reports, the most urgent first; what the analyst may not yet see the words of, too."""
    await api.take_in(
        a_report("https://example.com/1", circumstances=["own_pictures", "knows_child"]),
        a_report("https://example.com/1", circumstances=["danger_now"], language="en"),
        a_report("https://example.com/1"),
    )
    [claim] = await api.claim()
    [mine] = (await api.analyst.get("/v1/queue/claims")).json()["claims"]
    found = await api.analyst.post("/v1/search", json={"address": "https://example.com/1"})
    [item] = found.json()["items"]
    shown = await api.show(claim["claim_id"])
    whole = (await api.analyst.get(f"/v1/items/{item['item_id']}")).json()
    for answer in (claim, mine, item, shown, whole):
        assert next(iter(answer.items())) == (
            "circumstances",
            ["danger_now", "knows_child", "own_pictures"],
        )


async def test_what_was_left_out_since_is_not_shown_when_the_item_comes_back(api: RunningApi) -> None:
    report = a_report("https://example.com/1", circumstances=["threatened"])
    await api.take_in(report, a_report("https://example.com/1"))
    [claim] = await api.claim()
    await api.take_in(revised(report, circumstances=[]))
    await api.analyst.delete(f"/v1/queue/claims/{claim['claim_id']}")
    api.clock.move(hours=1)
    [again] = await api.claim()
    assert again["circumstances"] == []


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


async def test_the_log_tells_how_long_a_claim_was_held(api: RunningApi) -> None:
    """Prolonged by whom, and run out once, when somebody finds it so; the one who had held it is named."""
    claim_id = await _claimed(api)
    api.clock.move(minutes=59)
    assert (await api.analyst.put(f"/v1/queue/claims/{claim_id}/lease")).status_code == 200
    other = await api.another_analyst()
    api.clock.move(hours=1)
    for _ in range(2):
        assert (await other.post("/v1/queue/claims", json={})).status_code == 200
    item_id, holder = (
        await api.scalar(select(Item.item_id)),
        api.analyst.headers["authorization"].split("-")[1],
    )
    entries = select(AuditEntry).where(AuditEntry.subject == item_id).order_by(AuditEntry.sequence)
    async with api.intake.database.reading() as session:
        told = [(entry.what, entry.who == holder) for entry in await session.scalars(entries)]
    assert told == [("claimed", True), ("prolonged", True), ("lease_ran_out", True), ("claimed", False)]


async def test_a_stale_claim_opens_nothing(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    api.clock.move(hours=2)
    _assert_lost(await api.analyst.get(f"/v1/queue/claims/{claim_id}"))
    assert await _mine(api.analyst) == []


async def test_a_decision_that_comes_late_is_taken_while_nobody_else_has_the_item(api: RunningApi) -> None:
    """Else they would have to look at it once more."""
    claim_id = await _claimed(api)
    api.clock.move(hours=30)
    first = await _assess(api.analyst, claim_id)
    assert first.status_code == 201
    assert (await _assess(api.analyst, claim_id)).json() == first.json()
    assert await api.scalar(select(Item.state)) == "assessed"
    assert await api.claim() == []


async def test_a_late_decision_is_taken_after_the_item_was_given_back_to_the_queue(api: RunningApi) -> None:
    """A colleague's claim of anything else gives back what has expired."""
    claim_id, other = await _claimed(api), await api.another_analyst()
    api.clock.move(hours=2)
    assert (await other.post("/v1/queue/claims", json={"kind": "onion"})).json()["claims"] == []
    assert await api.scalar(select(Item.state)) == "waiting"
    _assert_lost(await _assess(other, claim_id))
    assert (await _assess(api.analyst, claim_id)).status_code == 201
    assert (await api.counts())["waiting"] == 0
    assert await api.scalar(select(func.count()).select_from(QueuePlace)) == 0


async def test_a_late_decision_is_lost_once_somebody_has_claimed_the_item(api: RunningApi) -> None:
    claim_id, other = await _claimed(api), await api.another_analyst()
    api.clock.move(hours=2)
    [again] = (await other.post("/v1/queue/claims", json={})).json()["claims"]
    _assert_lost(await _assess(api.analyst, claim_id))
    await other.delete(f"/v1/queue/claims/{again['claim_id']}")
    _assert_lost(await _assess(api.analyst, claim_id))
    assert await api.scalar(select(Assessment.assessment_id)) is None


async def test_a_claim_that_ran_out_is_prolonged_while_nobody_else_has_the_item(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    path = f"/v1/queue/claims/{claim_id}"
    api.clock.move(hours=2)
    assert (await api.analyst.put(f"{path}/lease")).json() == {"lease_expires": "2026-03-01T15:34:56Z"}
    assert [claim["claim_id"] for claim in await _mine(api.analyst)] == [claim_id]
    api.clock.move(hours=6)
    _assert_lost(await api.analyst.put(f"{path}/lease"))
    assert (await api.analyst.delete(path)).status_code == 204


async def test_nobody_gets_more_than_twenty_by_prolonging_what_ran_out(api: RunningApi) -> None:
    claim_id = await _claimed(api)
    await api.take_in(a_report(*(f"https://example.com/more/{page}" for page in range(20))))
    assert len(await api.claim(19)) == 19
    run_out = update(Item).where(Item.claim_id == claim_id).values(lease_expires=api.clock())
    async with api.intake.database.writing() as session:
        await session.execute(run_out)
        key = await session.scalar(select(Item.claimed_by).where(Item.claim_id == claim_id))
        last = (await session.scalars(select(Item).where(Item.state == "waiting"))).one()
        last.state, last.claim_id, last.claimed_by = State.CLAIMED, "0" * 16, key
        last.lease_expires, last.claim_number = api.clock() + timedelta(hours=1), 99
    answer = await api.analyst.put(f"/v1/queue/claims/{claim_id}/lease")
    assert_problem(answer, 409, "hands-full")
    assert len(await _mine(api.analyst)) == 20


async def test_a_lead_sees_who_holds_what_and_frees_it(api: RunningApi) -> None:
    claim_id, lead, other = await _claimed(api), await new_user(api, Role.LEAD), await new_user(api)
    [held] = (await lead.client.get("/v1/claims")).json()["claims"]
    assert (held["claim_id"], held["claimed_at"]) == (claim_id, "2026-03-01T12:34:56Z")
    assert (held["held_by"], bool(held["holder"])) == (await api.scalar(select(Item.claimed_by)), True)
    assert not any("address" in name for name in held)
    assert (await lead.client.delete(f"/v1/claims/{claim_id}")).status_code == 204
    assert (await lead.client.get("/v1/claims")).json() == {"claims": []}
    _assert_lost(await lead.client.delete(f"/v1/claims/{claim_id}"))
    _assert_lost(await _assess(api.analyst, claim_id))
    assert len(await other.claim()) == 1
    assert await _noted(api, lead.key_id) == [
        ("claims_listed", lead.key_id),
        ("claim_freed", held["item_id"]),
        ("claims_listed", lead.key_id),
    ]


async def test_a_lead_sees_and_frees_what_has_run_out(api: RunningApi) -> None:
    claim_id, lead = await _claimed(api), await new_user(api, Role.LEAD)
    api.clock.move(hours=60)
    [held] = (await lead.client.get("/v1/claims")).json()["claims"]
    assert held["lease_expires"] == "2026-03-01T13:34:56Z"
    assert (await lead.client.delete(f"/v1/claims/{claim_id}")).status_code == 204
    assert len(await api.claim()) == 1


@pytest.mark.parametrize("column", ["lease_expires", "claimed_at"])
async def test_a_lead_sees_claims_also_beside_one_that_somebody_took_a_time_from(
    api: RunningApi, column: str
) -> None:
    await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2"))
    lead, (spoilt, other) = await new_user(api, Role.LEAD), await api.claim(2)
    of_one = update(Item).where(Item.claim_id == spoilt["claim_id"])
    async with api.intake.database.writing() as session:
        await session.execute(of_one.values({column: None}))
    answer = await lead.client.get("/v1/claims")
    assert answer.status_code == 200
    assert [claim["claim_id"] for claim in answer.json()["claims"]] == [other["claim_id"]]


async def test_an_item_is_claimed_and_found_whatever_number_of_reports_somebody_wrote(
    api: RunningApi,
) -> None:
    await api.take_in(a_report("https://example.com/1"))
    async with api.intake.database.writing() as session:
        await session.execute(update(Item).values(reports=-1, notes=-5))
    [claim] = await api.claim()
    assert (await api.show(claim["claim_id"]))["reports"] == 0
    found = await api.analyst.post("/v1/search", json={"address": "https://example.com/1"})
    assert [item["reports"] for item in found.json()["items"]] == [0]


async def test_what_a_lead_frees_is_no_exposure_any_more(sqlite_settings: IntakeSettings) -> None:
    async with opened(sqlite_settings) as api:
        claim_id, lead = await _claimed(api), await new_user(api, Role.LEAD)
        await lead.client.delete(f"/v1/claims/{claim_id}")
        assert await api.scalar(select(Exposure.ends)) == api.clock()


async def test_an_analyst_neither_sees_nor_frees_what_others_hold(api: RunningApi) -> None:
    claim_id, other = await _claimed(api), await new_user(api)
    assert_problem(await other.client.get("/v1/claims"), 403, "wrong-door")
    assert_problem(await other.client.delete(f"/v1/claims/{claim_id}"), 403, "wrong-door")
    assert len(await _mine(api.analyst)) == 1


async def test_who_is_revoked_while_claiming_gets_nothing(api: RunningApi) -> None:
    """The key was good when the request came in, and what it holds was freed meanwhile."""
    await api.take_in(a_report("https://example.com/1"))
    async with api.intake.database.writing() as session:
        key = (await session.scalars(select(AccessKey).where(AccessKey.role != "channel"))).one()
        key.revoked_at = api.clock()
        request = AnalystRequest(session, api.intake.vault, api.intake.audit, key.key_id, api.clock())
        assert await claims.claim(request, 1, timedelta(hours=1)) == []


async def _noted(api: RunningApi, who: str) -> list[tuple[str, str]]:
    entries = select(AuditEntry).where(AuditEntry.who == who).order_by(AuditEntry.sequence)
    async with api.intake.database.reading() as session:
        return [(entry.what, entry.subject) for entry in await session.scalars(entries)]


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
        item_id = secrets.token_hex(16)
        sealed = {
            name: api.intake.vault.seal(Place("items", item_id, name), f"https://example.com/{due}")
            for name in ("given", "canonical")
        }
        hours = dict.fromkeys(("first_hour", "last_hour", "due_hour"), NOON + timedelta(hours=due // 50))
        item: dict[str, Any] = {"item_id": item_id, "kind": "web"}
        items.append(
            item
            | hours
            | sealed
            | {
                "address_hash": secrets.token_bytes(32),
                "canonicaliser": CANONICALISER_VERSION,
                "reports": 1,
                "state": "waiting",
            }
        )
        places += [item | {"due_hour": hours["due_hour"], "language": language} for language in ("", "es")]
    async with api.intake.database.writing() as session:
        await session.execute(insert(Item), items)
        await session.execute(insert(QueuePlace), places)
        await session.execute(text("ANALYZE"))


@pytest.mark.parametrize("count", [1, 20])
async def test_a_claim_passes_over_many_items_that_do_not_open_in_few_statements(
    api: RunningApi, count: int
) -> None:
    """Whoever writes to the database must not hold up who claims, or on SQLite who hands in."""
    await _fill_queue(api, 1_000)
    await api.take_in(a_report("https://example.org/1"))
    last = Item.address_hash == api.intake.vault.blind_address("https://example.org/1")
    async with api.intake.database.writing() as session:
        await session.execute(update(Item).where(~last).values(given=b"spoilt"))
    seen: list[str] = []
    engine = api.intake.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    assert len(await api.claim(count)) == 1
    assert len([one for one in seen if "FROM queue_places JOIN items" in one]) <= 2 * 8


async def _plan(api: RunningApi, wanted: dict[str, str]) -> list[str]:
    async def claims() -> None:
        assert (await api.analyst.post("/v1/queue/claims", json=wanted)).json()["claims"]

    return await plan_of(api, "ORDER BY queue_places.due_hour", claims())


async def test_concurrent_claimers_never_share_an_item(api: RunningApi) -> None:
    """Sixteen analysts at two APIs on one database claim and decide until nothing is left."""
    items = 60
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


async def test_a_number_names_the_same_claim_as_long_as_it_is_held(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(*(f"https://example.com/{page}" for page in range(8))))
        analyst, other = await new_user(api), await new_user(api)
        held = {claim["number"]: claim["claim_id"] for claim in await analyst.claim(3)}
        assert sorted(held) == [1, 2, 3]
        await analyst.client.delete(f"{CLAIMS}/{held.pop(2)}")
        await analyst.client.put(f"{CLAIMS}/{held[1]}/lease")
        [late] = await analyst.claim()
        held[late["number"]] = late["claim_id"]
        assert late["number"] == 4
        listed = (await analyst.client.get(CLAIMS)).json()["claims"]
        assert [(claim["number"], claim["claim_id"]) for claim in listed] == sorted(held.items())
        assert [claim["number"] for claim in await other.claim()] == [1]


async def test_numbers_begin_anew_where_the_highest_is_reached(sqlite_settings: IntakeSettings) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(*(f"https://example.com/{page}" for page in range(5))))
        analyst = await new_user(api)
        first, second = await analyst.claim(2)
        for claim, number in ((first, 1), (second, 998)):
            async with api.intake.database.writing() as session:
                named = update(Item).where(Item.claim_id == claim["claim_id"])
                await session.execute(named.values(claim_number=number))
        assert sorted(claim["number"] for claim in await analyst.claim(3)) == [2, 3, 999]


async def test_a_claim_says_whether_its_item_was_shown_under_it(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report("https://example.com/1"))
        analyst, other = await new_user(api), await new_user(api)
        [claim] = await analyst.claim()
        path = f"{CLAIMS}/{claim['claim_id']}"
        assert claim["shown"] is False
        assert (await analyst.client.get(path)).json()["shown"] is True
        assert [one["shown"] for one in (await analyst.client.get(CLAIMS)).json()["claims"]] == [True]
        await analyst.client.delete(path)
        assert [one["shown"] for one in await other.claim()] == [False]

"""All reports of an item are reached, in no order of time, and what they name together is known."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.models import AuditEntry, Item, Mention, StoredReport
from tests.intake_api.api_users import CLAIMS, ApiUser, assert_problem, new_user
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened, plan_of, revised, withdrawn

ADDRESS = "https://example.com/1"


@pytest.fixture
async def analyst(api: RunningApi) -> ApiUser:
    """Let an analyst come in."""
    return await new_user(api)


async def _item_id(api: RunningApi) -> str:
    item_id: str = await api.scalar(select(Item.item_id))
    return item_id


async def _pages(analyst: ApiUser, item_id: str) -> list[list[dict[str, Any]]]:
    """Return all of an item's reports, page by page."""
    shown = await analyst.item(item_id)
    pages, after = [shown["details"]], shown["next_details"]
    while after is not None:
        answer = await analyst.client.get(f"/v1/items/{item_id}/reports", params={"after": after})
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["reports"])
        after = answer.json()["next"]
    return pages


async def _audited(api: RunningApi, who: str) -> list[tuple[str, str]]:
    entries = select(AuditEntry).where(AuditEntry.who == who).order_by(AuditEntry.sequence)
    async with api.intake.database.reading() as session:
        return [(entry.what, entry.subject) for entry in await session.scalars(entries)]


async def test_an_item_shows_what_its_reports_say_as_a_claim_does(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS, note="third post", page_password="swordfish"))
    [claim] = await analyst.claim()
    claimed = (await analyst.client.get(f"{CLAIMS}/{claim['claim_id']}")).json()
    item = await analyst.item(claim["item_id"])
    for name in ("details", "summary", "next_details", "together"):
        assert item[name] == claimed[name]
    [report] = item["details"]
    assert (report["note"], report["page_password"]) == ("third post", "swordfish")


async def test_a_crowd_hides_no_word(api: RunningApi, analyst: ApiUser) -> None:
    """What says something comes first, whenever it came, and every report is reached once."""
    bare = [a_report(ADDRESS, depiction="unsure") for _ in range(60)]
    await api.take_in(*bare[:30], a_report(ADDRESS, note="the one that matters"), *bare[30:])
    item_id = await _item_id(api)
    pages = await _pages(analyst, item_id)
    assert [len(page) for page in pages] == [50, 11]
    assert pages[0][0]["note"] == "the one that matters"
    assert [report["note"] for page in pages for report in page[1:]] == [None] * 59
    shown = await analyst.item(item_id)
    assert shown["summary"] | {"reports": shown["reports"]} == {
        "seen_today": 0,
        "live": 0,
        "passwords": 0,
        "positions": 0,
        "notes": 1,
        "reports": 61,
    }
    reads = [("address_read", item_id), ("reports_read", item_id), ("address_read", item_id)]
    assert await _audited(api, analyst.key_id) == reads


async def test_the_order_of_pages_tells_no_order_of_arrival(api: RunningApi, analyst: ApiUser) -> None:
    """Twelve reports come one after another in one hour, and would stand in their order once in 10 ** 8."""
    notes = [f"note {number:02}" for number in range(12)]
    for note in notes:
        await api.take_in(a_report(ADDRESS, note=note))
    [page] = await _pages(analyst, await _item_id(api))
    shown = [report["note"] for report in page]
    assert sorted(shown) == notes
    assert shown not in (notes, notes[::-1])


async def test_a_report_keeps_its_place_and_comes_forward_when_it_says_more(api: RunningApi) -> None:
    one, other = a_report(ADDRESS), a_report(ADDRESS, position="third post")
    await api.take_in(one, other)
    before = await _keys(api)
    await api.take_in(revised(one, note="a word"), revised(other, position=None))
    after = await _keys(api)
    assert {draft: key[1:] for draft, key in before.items()} == {
        draft: key[1:] for draft, key in after.items()
    }
    assert (before[one.draft_id][0], after[one.draft_id][0]) == ("1", "0")
    assert (before[other.draft_id][0], after[other.draft_id][0]) == ("0", "1")


async def _keys(api: RunningApi) -> dict[str, str]:
    async with api.intake.database.reading() as session:
        found = await session.execute(select(Mention.draft_id, Mention.page_key))
        return {row.draft_id: row.page_key for row in found}


async def test_a_page_is_read_off_its_index(api: RunningApi, analyst: ApiUser) -> None:
    """Else each page of a flood reads and sorts all of it."""
    await api.take_in(a_report(ADDRESS, draft_id="1" * 32))
    item_id = await _item_id(api)
    async with api.intake.database.writing() as session:
        report = await session.get_one(StoredReport, "1" * 32)
        mention = await session.get_one(Mention, (item_id, "1" * 32))
        drafts = [f"{number + 2:032x}" for number in range(3000)]
        keys = [f"1{number:016x}" for number in range(3000)]
        await session.execute(
            insert(StoredReport), [_columns(report) | {"draft_id": draft_id} for draft_id in drafts]
        )
        await session.execute(
            insert(Mention),
            [
                _columns(mention) | {"draft_id": draft_id, "page_key": key}
                for draft_id, key in zip(drafts, keys, strict=True)
            ],
        )
        await session.execute(text("ANALYZE"))
    path = f"/v1/items/{item_id}/reports"
    steps = await plan_of(api, "mentions.page_key >", analyst.client.get(path, params={"after": keys[0]}))
    assert [step for step in steps if "mentions_by_page" in step]
    assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step]


def _columns(row: StoredReport | Mention) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


async def test_a_further_page_is_guarded_and_for_who_may_see_items(sqlite_settings: IntakeSettings) -> None:
    limited = sqlite_settings.model_copy(update={"exposure_minutes_a_day": 1, "exposure_minutes_at_once": 1})
    async with opened(limited) as api:
        analyst, auditor = await new_user(api), await new_user(api, Role.AUDITOR)
        await api.take_in(a_report(ADDRESS))
        path = f"/v1/items/{await _item_id(api)}/reports?after=1{'0' * 16}"
        for who in (auditor.client, api.channel):
            assert_problem(await who.get(path), 403, "wrong-door")
        assert (await analyst.client.get(path)).status_code == 200
        api.clock.move(minutes=1)
        assert_problem(await analyst.client.get(path), 409, "day-full")


async def test_a_page_is_of_an_item_and_after_a_cursor(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    path = f"/v1/items/{await _item_id(api)}/reports"
    for after in ("", "2" + "0" * 16, "1", "x"):
        assert_problem(await analyst.client.get(path, params={"after": after}), 422, "out-of-shape")
    nowhere = await analyst.client.get(f"/v1/items/{'0' * 32}/reports?after=1{'0' * 16}")
    assert_problem(nowhere, 404, "not-found")


async def test_addresses_of_one_report_know_one_another(api: RunningApi, analyst: ApiUser) -> None:
    """It is not told which report named them, and each address that is shown is audited as read."""
    others = {f"https://example.org/{number}" for number in range(3)}
    await api.take_in(a_report(ADDRESS, *sorted(others)[:2]), a_report(ADDRESS, sorted(others)[2]))
    await api.take_in(a_report("https://example.net/alone"))
    [item] = (await analyst.client.post("/v1/search", json={"address": ADDRESS})).json()["items"]
    shown = await analyst.item(item["item_id"])
    assert {one["address_given"] for one in shown["together"]} == others
    ids = [one["item_id"] for one in shown["together"]]
    assert ids == sorted(ids)
    assert all(one.keys() == {"item_id", "address_given"} for one in shown["together"])
    read = [subject for what, subject in await _audited(api, analyst.key_id) if what == "address_read"]
    assert read == [item["item_id"], *ids]
    [back] = [one for one in (await analyst.item(ids[0]))["together"] if one["address_given"] == ADDRESS]
    assert back["item_id"] == item["item_id"]


async def test_no_more_than_twenty_are_named_together_and_none_that_was_taken_back(
    api: RunningApi, analyst: ApiUser
) -> None:
    first = a_report(ADDRESS, *(f"https://example.org/{number}" for number in range(19)))
    second = a_report(ADDRESS, *(f"https://example.net/{number}" for number in range(19)))
    await api.take_in(first, second)
    [item] = (await analyst.client.post("/v1/search", json={"address": ADDRESS})).json()["items"]
    assert len((await analyst.item(item["item_id"]))["together"]) == 20
    await analyst.claim(20)
    await api.take_in(withdrawn(first), revised(second, ADDRESS, "https://example.net/1"))
    together = (await analyst.item(item["item_id"]))["together"]
    assert [one["address_given"] for one in together] == ["https://example.net/1"]


async def test_hours_stay_whole_hours(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS, hour=NOON + timedelta(hours=1)))
    [[report]] = await _pages(analyst, await _item_id(api))
    assert report["hour"] == "2026-03-01T13:00:00Z"

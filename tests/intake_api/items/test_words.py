"""What reports say of an item is counted, and late words bring it back or mark it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, event, func, literal_column, select, text, update

from conversations.wire.report import Circumstance, Report
from intake_api.analysts.vocabulary import NEWEST
from intake_api.items.words import COUNTERS, WORDS
from intake_api.roles import Role
from intake_api.store.models import Item, ItemWord, Mention, StoredReport
from tests.intake_api.api_users import ApiUser, new_user
from tests.intake_api.running_api import NOON, RunningApi, a_report, revised, withdrawn

ADDRESS = "https://example.com/1"
SAID: Mapping[str, Any] = {
    "seen": "today",
    "live": "yes",
    "page_password": "swordfish",
    "position": "third post",
    "note": "a word",
}
EACH: Mapping[str, str] = {
    "page_password": "swordfish",
    "position": "third post",
    "referer": "https://example.net/",
    "access": "password",
    "note": "a word",
}
# Circumstances, access and the page before are no counters; the latter two are words.
NONE = dict.fromkeys(COUNTERS, 0)
ONE = dict.fromkeys(COUNTERS, 1)


@pytest.fixture
async def analyst(api: RunningApi) -> ApiUser:
    """Let an analyst come in."""
    return await new_user(api)


async def _item(api: RunningApi) -> Item:
    async with api.intake.database.reading() as session:
        return (await session.scalars(select(Item))).one()


async def _counted(api: RunningApi) -> dict[str, int]:
    item = await _item(api)
    return {name: getattr(item, name) for name in COUNTERS}


async def _assessed(api: RunningApi, analyst: ApiUser, outcome: str, **said: Any) -> Report:
    """Report an address, and decide about it an hour later; gives the report."""
    report = a_report(ADDRESS, **said)
    await api.take_in(report)
    await _decide(api, analyst, outcome)
    return report


async def _decide(api: RunningApi, analyst: ApiUser, outcome: str) -> str:
    [claim] = await analyst.claim()
    answer = await analyst.assess(claim["claim_id"], outcome)
    assert answer.status_code == 201, answer.text
    api.clock.move(hours=1)
    assessment_id: str = answer.json()["assessment_id"]
    return assessment_id


async def test_what_reports_say_is_counted_and_counted_out(api: RunningApi) -> None:
    first, second = a_report(ADDRESS, **SAID), a_report(ADDRESS, **SAID, referer="https://example.net/")
    await api.take_in(a_report(ADDRESS, seen="earlier", live="unsure", access="open"))
    assert await _counted(api) == NONE
    await api.take_in(first, second)
    assert await _counted(api) == dict.fromkeys(COUNTERS, 2)
    await api.take_in(revised(second, position=None, seen="this_week"))
    assert await _counted(api) == dict.fromkeys(COUNTERS, 2) | {"positions": 1, "seen_today": 1}
    await api.take_in(revised(first, "https://example.org/other"))
    assert (await _counted_of(api, ADDRESS))["positions"] == 0
    assert await _counted_of(api, "https://example.org/other") == ONE


async def _counted_of(api: RunningApi, address: str) -> dict[str, int]:
    found = select(Item).where(Item.address_hash == api.intake.vault.blind_address(address))
    async with api.intake.database.reading() as session:
        item = (await session.scalars(found)).one()
    return {name: getattr(item, name) for name in COUNTERS}


async def test_a_withdrawn_report_is_counted_out_at_once(api: RunningApi, analyst: ApiUser) -> None:
    """Also while the item is claimed, and nothing of its words is left behind."""
    report = a_report(ADDRESS, **SAID)
    await api.take_in(report, a_report(ADDRESS))
    await analyst.claim()
    await api.take_in(withdrawn(report))
    assert await _counted(api) == NONE
    assert await api.scalar(select(ItemWord.word)) is None
    counted = select(StoredReport.counted).where(StoredReport.draft_id == report.draft_id)
    assert await api.scalar(counted) is None


async def test_what_a_report_said_of_an_item_that_it_names_again_is_counted_once(
    api: RunningApi, analyst: ApiUser
) -> None:
    report = a_report(ADDRESS, **SAID)
    await api.take_in(report, a_report(ADDRESS))
    [claim] = await analyst.claim()
    elsewhere = revised(report, "https://example.org/other")
    await api.take_in(elsewhere)
    assert await _counted_of(api, ADDRESS) == NONE
    await api.take_in(revised(elsewhere, ADDRESS))
    assert await _counted_of(api, ADDRESS) == ONE
    await analyst.client.delete(f"/v1/queue/claims/{claim['claim_id']}")
    assert await _counted_of(api, ADDRESS) == ONE


async def test_what_was_merged_before_words_were_counted_is_counted_once(
    api: RunningApi, analyst: ApiUser
) -> None:
    """As after an upgrade: the merge changes nothing else, and nobody is told that something is new."""
    await _assessed(api, analyst, "not_found", **SAID)
    async with api.intake.database.writing() as session:
        await session.execute(text("DELETE FROM item_words"))
        await session.execute(update(Item).values(NONE))
        await session.execute(update(StoredReport).values(counted=None, merged_revision=0))
    for _ in range(2):
        await api.intake.merger.merge_waiting(again=True)
        item = await _item(api)
        assert (item.state, item.reports, item.changed_on) == ("assessed", 1, None)
        assert await _counted(api) == ONE


async def test_what_was_counted_is_sealed_and_of_one_length(api: RunningApi) -> None:
    """So a thief of the database reads no more than the counts."""
    await api.take_in(a_report(ADDRESS, **SAID), a_report(ADDRESS), a_report(ADDRESS, note="swordfish"))
    async with api.intake.database.reading() as session:
        sealed = list(await session.scalars(select(StoredReport.counted)))
        words = list(await session.scalars(select(ItemWord.word)))
    assert len({len(one) for one in sealed if one}) == 1
    assert len(sealed) == 3
    assert len(words) == len(set(words)) == 4
    assert not [one for one in (*sealed, *words) if one is None or b"swordfish" in one]


async def test_the_same_word_of_two_items_has_two_hashes(api: RunningApi) -> None:
    await api.take_in(a_report(ADDRESS, "https://example.com/2", note="the same"))
    async with api.intake.database.reading() as session:
        words = list(await session.scalars(select(ItemWord.word)))
    assert len(set(words)) == 2


@pytest.mark.parametrize("outcome", sorted(NEWEST.unseen))
async def test_a_late_password_brings_back_what_could_not_be_seen(
    api: RunningApi, analyst: ApiUser, outcome: str
) -> None:
    report = await _assessed(api, analyst, outcome)
    await api.take_in(revised(report, page_password="swordfish"))
    [claim] = await analyst.claim()
    shown = (await analyst.client.get(f"/v1/queue/claims/{claim['claim_id']}")).json()
    assert shown["details"][0]["page_password"] == "swordfish"
    assert (shown["changed_on"], shown["changed_words"]) == ("2026-03-01", ["page_password"])


@pytest.mark.parametrize("kind", WORDS)
async def test_each_kind_of_word_of_another_report_brings_it_back_too(
    api: RunningApi, analyst: ApiUser, kind: str
) -> None:
    await _assessed(api, analyst, "not_found")
    await api.take_in(a_report(ADDRESS, depiction="drawn", seen="today", live="yes"))
    assert await analyst.claim() == []
    await api.take_in(a_report(ADDRESS, **{kind: EACH[kind]}))
    assert [claim["changed_words"] for claim in await analyst.claim()] == [[kind]]


async def test_only_words_that_it_did_not_have_bring_it_back(api: RunningApi, analyst: ApiUser) -> None:
    """Else whoever repeats a note has it looked at again and again."""
    report = await _assessed(api, analyst, "not_found", note="third post")
    await api.take_in(a_report(ADDRESS, note="third post "), revised(report, note="third post"))
    assert await analyst.claim() == []
    await api.take_in(a_report(ADDRESS, note="fourth post"))
    assert len(await analyst.claim()) == 1


async def test_what_came_back_by_words_is_due_from_then_on_and_stays_when_revised_again(
    api: RunningApi, analyst: ApiUser
) -> None:
    report = await _assessed(api, analyst, "not_found")
    api.clock.move(days=2)
    late = revised(report, page_password="swordfish")
    await api.take_in(late)
    item = await _item(api)
    assert (item.state, item.due_hour, item.open_since) == ("waiting", *[NOON + timedelta(hours=49)] * 2)
    await api.take_in(revised(late, depiction="drawn"))
    item = await _item(api)
    assert (item.state, item.due_hour) == ("waiting", NOON + timedelta(hours=49))
    assert len(await analyst.claim()) == 1


async def test_what_came_back_by_words_goes_when_they_are_withdrawn(
    api: RunningApi, analyst: ApiUser
) -> None:
    await _assessed(api, analyst, "not_found")
    api.clock.move(days=4)
    report = a_report(ADDRESS, note="a word")
    await api.take_in(report)
    assert (await _item(api)).state == "waiting"
    await api.take_in(withdrawn(report))
    assert (await _item(api)).state == "assessed"
    assert await analyst.claim() == []


async def test_another_outcome_is_marked_and_stays(api: RunningApi, analyst: ApiUser) -> None:
    """It is marked by the day and the kinds of words, wherever the item is read."""
    await _assessed(api, analyst, "baseline")
    api.clock.move(days=1)
    await api.take_in(a_report(ADDRESS, note="a word"))
    assert await analyst.claim() == []
    [found] = (await analyst.client.post("/v1/search", json={"address": ADDRESS})).json()["items"]
    shown = await analyst.item(found["item_id"])
    for read in (found, shown):
        assert (read["changed_on"], read["changed_words"]) == ("2026-03-02", ["note"])
    await api.take_in(a_report(ADDRESS, position="third post"), a_report(ADDRESS, note="a word"))
    api.clock.move(days=1)
    await api.take_in(a_report(ADDRESS, note="a word", position="third post"))
    shown = await analyst.item(found["item_id"])
    assert (shown["changed_on"], shown["changed_words"]) == ("2026-03-02", ["note", "position"])


async def test_the_mark_goes_with_the_next_decision(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    first = await _decide(api, analyst, "baseline")
    await api.take_in(a_report(ADDRESS, note="a word"))
    assert (await _item(api)).changed_words == "note"
    await analyst.item((await _item(api)).item_id)
    assert (await analyst.correct(first, "not_found")).status_code == 201
    item = await _item(api)
    assert (item.state, item.changed_on, item.changed_words) == ("assessed", None, "")
    await api.take_in(a_report(ADDRESS, page_password="swordfish"))
    await _decide(api, analyst, "baseline")
    item = await _item(api)
    assert (item.state, item.changed_on, item.changed_words) == ("assessed", None, "")


async def test_a_correction_says_anew_whether_it_could_be_seen(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    first = await _decide(api, analyst, "not_found")
    await analyst.correct(first, "baseline")
    await api.take_in(a_report(ADDRESS, note="a word"))
    assert await analyst.claim() == []


async def _show(analyst: ApiUser, claim_id: str) -> dict[str, Any]:
    answer = await analyst.client.get(f"/v1/queue/claims/{claim_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_correction_that_did_not_see_the_words_leaves_their_mark(
    api: RunningApi, analyst: ApiUser
) -> None:
    """It stays for an outcome that says what was seen, and brings the item back for one that does not."""
    await api.take_in(a_report(ADDRESS))
    first = await _decide(api, analyst, "baseline")
    await api.take_in(a_report(ADDRESS, note="a word"))
    second = (await analyst.correct(first, "ignore")).json()["assessment_id"]
    item = await _item(api)
    assert (item.state, item.changed_words, item.changed_on is None) == ("assessed", "note", False)
    await analyst.correct(second, "not_found")
    assert [claim["changed_words"] for claim in await analyst.claim()] == [["note"]]


async def test_words_that_come_during_a_claim_are_marked_until_their_holder_is_shown_them(
    api: RunningApi, analyst: ApiUser
) -> None:
    report = a_report(ADDRESS)
    await api.take_in(report)
    [claim] = await analyst.claim()
    assert (await _show(analyst, claim["claim_id"]))["changed_words"] == []
    await api.take_in(revised(report, note="a word"))
    other = await new_user(api)
    assert (await other.item(claim["item_id"]))["changed_words"] == ["note"]
    shown = await _show(analyst, claim["claim_id"])
    assert (shown["changed_words"], shown["details"][0]["note"]) == (["note"], "a word")
    await analyst.assess(claim["claim_id"], "not_found")
    item = await _item(api)
    assert (item.state, item.changed_words, item.changed_on) == ("assessed", "", None)


@pytest.mark.parametrize("given_back", [False, True])
async def test_words_that_the_decision_did_not_know_bring_back_what_could_not_be_seen(
    api: RunningApi, analyst: ApiUser, *, given_back: bool
) -> None:
    """Once: who claims it then is shown them. So too when the lease has run out before they came."""
    report = a_report(ADDRESS)
    await api.take_in(report)
    [claim] = await analyst.claim()
    await _show(analyst, claim["claim_id"])
    if given_back:
        api.clock.move(hours=2)
        await (await new_user(api)).claim(language="fr")
    await api.take_in(revised(report, page_password="swordfish"))
    assert (await analyst.assess(claim["claim_id"], "not_found")).status_code == 201
    [again] = await analyst.claim()
    assert (again["item_id"], again["changed_words"]) == (claim["item_id"], ["page_password"])
    await analyst.assess(again["claim_id"], "not_found")
    item = await _item(api)
    assert (item.state, item.changed_words) == ("assessed", "")


async def test_words_that_the_decision_did_not_know_mark_what_was_seen(
    api: RunningApi, analyst: ApiUser
) -> None:
    await api.take_in(a_report(ADDRESS))
    [claim] = await analyst.claim()
    await _show(analyst, claim["claim_id"])
    await api.take_in(a_report(ADDRESS, note="a word"))
    await analyst.assess(claim["claim_id"], "baseline")
    item = await _item(api)
    assert (item.state, item.changed_words) == ("assessed", "note")


async def test_a_first_page_that_does_not_show_every_word_leaves_the_mark(
    api: RunningApi, analyst: ApiUser
) -> None:
    await api.take_in(*(a_report(ADDRESS, note=f"word {number}") for number in range(51)))
    [claim] = await analyst.claim()
    await api.take_in(a_report(ADDRESS, position="third post"))
    for _ in range(2):
        assert (await _show(analyst, claim["claim_id"]))["changed_words"] == ["position"]


async def test_a_correction_during_a_claim_leaves_the_claim_alone(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    first = await _decide(api, analyst, "not_found")
    await api.take_in(a_report(ADDRESS, note="a word"))
    [claim] = await analyst.claim()
    await api.take_in(a_report(ADDRESS, position="third post"))
    assert (await analyst.correct(first, "not_found", note="twice")).status_code == 201
    assert (await _show(analyst, claim["claim_id"]))["changed_words"] == ["note", "position"]


async def test_a_merge_of_many_addresses_counts_their_words_in_few_statements(api: RunningApi) -> None:
    """Each statement is for all items at once, so a report of twenty costs no more of them than one."""
    counts = []
    for number in (1, 20):
        pages = [f"https://example.com/{number}/{page}" for page in range(number)]
        seen: list[str] = []
        engine = api.intake.database.engine.sync_engine

        def note(*told: Any, seen: list[str] = seen) -> None:
            seen.append(told[2])

        event.listen(engine, "before_cursor_execute", note)
        await api.take_in(a_report(*pages, **SAID))
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len([one for one in seen if "item_words" in one]))
    assert counts == [2, 2]
    assert await api.scalar(select(func.count()).select_from(Mention)) == 21


async def test_another_analysts_look_leaves_the_mark_of_what_the_first_did_not_see(
    api: RunningApi, analyst: ApiUser
) -> None:
    """They cannot correct the assessment; who made it is shown the words by their own look."""
    await api.take_in(a_report(ADDRESS))
    first = await _decide(api, analyst, "ignore")
    await api.take_in(a_report(ADDRESS, page_password="swordfish"))
    item_id, other = (await _item(api)).item_id, await new_user(api)
    assert (await other.item(item_id))["changed_words"] == ["page_password"]
    assert (await _item(api)).unshown_words == "page_password"
    await analyst.correct(first, "not_found")
    assert [claim["item_id"] for claim in await other.claim()] == [item_id]


async def test_who_corrected_last_is_who_decides_about_the_words(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    first, lead = await _decide(api, analyst, "ignore"), await new_user(api, Role.LEAD)
    assert (await lead.correct(first, "baseline")).status_code == 201
    await api.take_in(a_report(ADDRESS, note="a word"))
    item_id = (await _item(api)).item_id
    await analyst.item(item_id)
    assert (await _item(api)).unshown_words == "note"
    await lead.item(item_id)
    assert (await _item(api)).unshown_words == ""


@pytest.mark.parametrize("kind", WORDS)
async def test_a_mark_goes_with_the_words_that_made_it(api: RunningApi, analyst: ApiUser, kind: str) -> None:
    await _assessed(api, analyst, "ignore")
    report, other = a_report(ADDRESS, **{kind: EACH[kind]}), a_report(ADDRESS, **{kind: EACH[kind]})
    await api.take_in(report, other)
    await api.take_in(withdrawn(report))
    item = await _item(api)
    assert (item.changed_words, item.unshown_words, item.changed_on) == (kind, kind, NOON.date())
    await api.take_in(revised(other, **{kind: None}))
    item = await _item(api)
    assert (item.changed_words, item.unshown_words, item.changed_on) == ("", "", None)


async def test_a_mark_keeps_the_kinds_that_somebody_says(api: RunningApi, analyst: ApiUser) -> None:
    """The page before and access leave it together, since no counter tells them apart."""
    await _assessed(api, analyst, "ignore")
    report, other = a_report(ADDRESS, **EACH), a_report(ADDRESS, access="password", note="another word")
    await api.take_in(report, other)
    await api.take_in(withdrawn(report))
    assert (await _item(api)).changed_words == "access note referer"
    await api.take_in(revised(other, access=None))
    item = await _item(api)
    assert (item.changed_words, item.unshown_words, item.changed_on) == ("note", "note", NOON.date())


@pytest.mark.parametrize("kind", WORDS)
async def test_what_is_said_and_taken_back_during_a_claim_brings_nothing_back(
    api: RunningApi, analyst: ApiUser, kind: str
) -> None:
    """Else an analyst would claim an item with nothing to read in it, or the decision would be refused."""
    report = a_report(ADDRESS)
    await api.take_in(report)
    [claim] = await analyst.claim()
    said = revised(report, **{kind: EACH[kind]})
    await api.take_in(said)
    await api.take_in(withdrawn(said))
    assert (await analyst.assess(claim["claim_id"], "not_found")).status_code == 201
    item = await _item(api)
    assert (item.state, item.changed_words, item.changed_on) == ("assessed", "", None)
    assert await analyst.claim() == []


async def test_what_a_report_says_after_its_withdrawal_is_new(api: RunningApi, analyst: ApiUser) -> None:
    report = await _assessed(api, analyst, "not_found", note="a word")
    gone = withdrawn(report)
    await api.take_in(gone)
    assert await analyst.claim() == []
    again = {"addresses": report.addresses, "withdrawn": False, "page_password": "swordfish"}
    await api.take_in(revised(gone, **again))
    assert [claim["changed_words"] for claim in await analyst.claim()] == [["page_password"]]


async def test_an_item_that_went_back_to_assessed_counts_as_if_it_had_not_come_back(
    api: RunningApi, analyst: ApiUser
) -> None:
    await _assessed(api, analyst, "not_found")
    api.clock.move(days=4)
    report = a_report(ADDRESS, note="a word")
    await api.take_in(report)
    assert (await _item(api)).open_since == NOON + timedelta(hours=97)
    await api.take_in(withdrawn(report))
    item = await _item(api)
    assert (item.state, item.open_since) == ("assessed", NOON)


async def test_who_alternates_two_notes_says_nothing_new(api: RunningApi, analyst: ApiUser) -> None:
    report = await _assessed(api, analyst, "not_found", note="A")
    for number, note in enumerate(("B", "A", "B", None, "A")):
        report = revised(report, note=note)
        await api.take_in(report)
        api.clock.move(days=1)
        claims = await analyst.claim()
        assert len(claims) == (number == 0)
        for claim in claims:
            await analyst.assess(claim["claim_id"], "not_found")


async def test_a_withdrawal_takes_along_the_words_that_its_report_had_replaced(api: RunningApi) -> None:
    report = a_report(ADDRESS, note="A")
    await api.take_in(a_report(ADDRESS), report)
    second = revised(report, note="B")
    await api.take_in(second)
    assert await api.scalar(select(func.count()).select_from(ItemWord)) == 2
    await api.take_in(withdrawn(second))
    assert await api.scalar(select(func.count()).select_from(ItemWord)) == 0


async def test_what_could_not_be_seen_comes_back_by_words_once_a_day(
    api: RunningApi, analyst: ApiUser
) -> None:
    """What comes later that day brings it back on the next, at its old place, without another report."""
    report = await _assessed(api, analyst, "not_found")
    report = revised(report, note="A")
    await api.take_in(report)
    await _decide(api, analyst, "not_found")
    await api.take_in(revised(report, note="B"))
    item = await _item(api)
    assert (item.state, item.changed_words) == ("assessed", "note")
    assert await analyst.claim() == []
    api.clock.move(days=1)
    await api.merged()
    assert [claim["changed_words"] for claim in await analyst.claim()] == [["note"]]


async def test_words_during_each_claim_bring_it_back_once_a_day(api: RunningApi, analyst: ApiUser) -> None:
    report = a_report(ADDRESS)
    await api.take_in(report)
    for number, claims in enumerate((1, 1, 0)):
        held = await analyst.claim()
        assert len(held) == claims
        report = revised(report, note=f"word {number}")
        await api.take_in(report)
        for claim in held:
            await analyst.assess(claim["claim_id"], "not_found")
    assert (await _item(api)).changed_words == "note"


async def test_words_that_wait_for_the_next_day_go_with_a_decision_that_knew_them(
    api: RunningApi, analyst: ApiUser
) -> None:
    report = await _assessed(api, analyst, "not_found")
    report = revised(report, note="A")
    await api.take_in(report)
    decided = await _decide(api, analyst, "not_found")
    await api.take_in(revised(report, note="B"))
    await analyst.item((await _item(api)).item_id)
    await analyst.correct(decided, "not_found", note="nothing new")
    api.clock.move(days=1)
    await api.merged()
    assert await analyst.claim() == []


async def test_a_spoilt_item_keeps_no_other_from_coming_back_by_its_words(
    api: RunningApi, analyst: ApiUser
) -> None:
    pages = [ADDRESS, "https://example.com/2"]
    reports = [a_report(page) for page in pages]
    for word in ("A", "B"):
        await api.take_in(*reports)
        for claim in await analyst.claim(2):
            assert (await analyst.assess(claim["claim_id"], "not_found")).status_code == 201
        reports = [revised(report, note=word) for report in reports]
    await api.take_in(*reports)
    marked = select(Item.item_id).where(Item.changed_words == "note").order_by(Item.item_id)
    async with api.intake.database.writing() as session:
        spoilt, other = (await session.scalars(marked)).all()
        no_hour: ColumnElement[int] = literal_column(
            "2147483647" if api.intake.database.is_postgresql else "'x'"
        )
        await session.execute(update(Item).where(Item.item_id == spoilt).values(first_hour=no_hour))
        # PostgreSQL then reads it after the spoilt one.
        await session.execute(update(Item).where(Item.item_id == other).values(reports=Item.reports))
    api.clock.move(days=1)
    await api.intake.merger.merge_waiting(again=False)
    assert [claim["item_id"] for claim in await analyst.claim(2)] == [other]


@pytest.mark.parametrize("also_withdrawn", [False, True])
async def test_words_that_wait_bring_it_back_although_a_later_return_was_taken_back(
    api: RunningApi, analyst: ApiUser, *, also_withdrawn: bool
) -> None:
    """Also when the report that was due last has gone: what the remaining one says was seen by nobody."""
    first = await _assessed(api, analyst, "not_found")
    api.clock.move(hours=20)
    second = a_report(ADDRESS, note="a word", circumstances=["own_pictures"])
    await api.take_in(second)
    api.clock.move(hours=3)
    await _decide(api, analyst, "not_found")
    await api.take_in(revised(first, position="third post"))
    api.clock.move(hours=1)
    recalling = a_report(ADDRESS, page_password="swordfish")
    await api.take_in(recalling)
    await api.take_in(withdrawn(recalling), *([withdrawn(second)] if also_withdrawn else []))
    assert ((await _item(api)).state, await analyst.claim()) == ("assessed", [])
    api.clock.move(days=1)
    await api.intake.merger.merge_waiting(again=False)
    item = await _item(api)
    assert (item.state, item.changed_words, item.reports) == ("waiting", "position", 3 - 1 - also_withdrawn)
    assert [claim["changed_words"] for claim in await analyst.claim()] == [["position"]]


@pytest.mark.parametrize("outcome", ["not_found", "not_assessable", "ignore"])
@pytest.mark.parametrize("circumstance", [Circumstance.DANGER_NOW, Circumstance.KNOWS_CHILD])
async def test_a_child_in_danger_who_is_told_of_late_brings_it_back_once(
    api: RunningApi, analyst: ApiUser, outcome: str, circumstance: Circumstance
) -> None:
    """At once, also on a day on which it has come back already, and also if it was found not illegal."""
    report = await _assessed(api, analyst, "not_found")
    report = revised(report, note="A")
    await api.take_in(report)
    await _decide(api, analyst, outcome)
    report = revised(report, circumstances=[circumstance])
    await api.take_in(report)
    assert [claim["changed_words"] for claim in await analyst.claim()] == [[circumstance]]
    await analyst.assess((await _item(api)).claim_id or "", outcome)
    for tapped in ([], [circumstance]):
        report = revised(report, circumstances=tapped)
        await api.take_in(report)
    assert await analyst.claim() == []


async def test_a_late_password_brings_back_once_what_was_found_not_illegal(
    api: RunningApi, analyst: ApiUser
) -> None:
    report = await _assessed(api, analyst, "ignore")
    report = revised(report, page_password="swordfish")
    await api.take_in(report)
    await _decide(api, analyst, "ignore")
    await api.take_in(revised(report, page_password="another"))
    api.clock.move(days=1)
    await api.merged()
    item = await _item(api)
    assert (item.state, item.changed_words) == ("assessed", "page_password")
    assert await analyst.claim() == []


@pytest.mark.parametrize("outcome", ["baseline", "national"])
async def test_a_late_circumstance_marks_what_was_found_illegal(
    api: RunningApi, analyst: ApiUser, outcome: str
) -> None:
    """The mark goes when it is taken back."""
    await api.take_in(a_report(ADDRESS))
    [claim] = await analyst.claim()
    await analyst.assess(claim["claim_id"], outcome)
    report = a_report(ADDRESS, circumstances=list(Circumstance), **EACH)
    await api.take_in(report)
    item = await _item(api)
    every = sorted([*WORDS, *Circumstance])
    assert (item.state, item.changed_words.split(), item.unshown_words.split()) == ("assessed", every, every)
    await api.take_in(revised(report, circumstances=[Circumstance.THREATENED], **dict.fromkeys(EACH)))
    assert (await _item(api)).changed_words == "threatened"
    await api.take_in(revised(revised(report), circumstances=[], **dict.fromkeys(EACH)))
    item = await _item(api)
    assert (item.changed_words, item.unshown_words, item.changed_on) == ("", "", None)


async def test_a_circumstance_that_somebody_had_tapped_is_not_new(api: RunningApi, analyst: ApiUser) -> None:
    await _assessed(api, analyst, "not_found", circumstances=[Circumstance.DANGER_NOW])
    await api.take_in(a_report(ADDRESS, circumstances=[Circumstance.DANGER_NOW]))
    assert await analyst.claim() == []
    assert (await _item(api)).changed_words == ""


async def test_a_circumstance_that_is_tapped_during_a_claim_is_marked(
    api: RunningApi, analyst: ApiUser
) -> None:
    """A decision that did not know it, and found nothing illegal, leaves the item in the queue."""
    report = a_report(ADDRESS)
    await api.take_in(report)
    [claim] = await analyst.claim()
    await api.take_in(revised(report, circumstances=[Circumstance.KNOWS_CHILD]))
    await analyst.assess(claim["claim_id"], "ignore")
    assert [claim["changed_words"] for claim in await analyst.claim()] == [["knows_child"]]

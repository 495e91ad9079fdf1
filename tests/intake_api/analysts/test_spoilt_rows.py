"""Whatever somebody spoilt in the database is passed over and counted by the doctor; all else is shown."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import JSON, String, literal_column, select, text, update
from sqlalchemy.orm import Mapper, class_mapper

from intake_api.clock import utc_now
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.models import (
    AccessKey,
    Assessment,
    Exposure,
    Item,
    Lift,
    Mention,
    QueuePlace,
    Source,
    StoredReport,
    is_claimed,
)
from intake_api.store.wrong_values import require_values
from intake_api.upkeep.audit_checks import faults_of_rows
from reportline.readiness import NotReady
from tests.intake_api.api_users import CLAIMS, assert_problem, new_user
from tests.intake_api.running_api import RunningApi, a_report, opened

FIRST, SECOND = "https://example.com/1", "https://example.com/2"


async def _run(api: RunningApi, *statements: Any) -> None:
    async with api.intake.database.writing() as session:
        for statement in statements:
            await session.execute(statement)


async def _faults(api: RunningApi) -> str:
    async with api.intake.database.reading() as session:
        return " ".join(await faults_of_rows(session, api.intake.audit, api.intake.vault))


def _copy(row: Any, **other: Any) -> Any:
    """Copy a row, as somebody does who cannot seal."""
    mapper: Mapper[Any] = class_mapper(type(row))
    return type(row)(**{one.key: getattr(row, one.key) for one in mapper.column_attrs} | other)


async def _id_of(api: RunningApi, address: str) -> str:
    item = select(Item.item_id).where(Item.address_hash == api.intake.vault.blind_address(address))
    item_id: str = await api.scalar(item)
    return item_id


@pytest.mark.parametrize("item_id", ["", "0" * 31, "0" * 31 + "\n", "0" * 31 + "G"])
async def test_an_item_whose_id_is_none_is_not_claimed(api: RunningApi, item_id: str) -> None:
    """Although it is the most overdue, with a row in the queue and reports."""
    await api.take_in(a_report(FIRST))
    async with api.intake.database.writing() as session:
        item = (await session.scalars(select(Item))).one()
        places = (await session.scalars(select(QueuePlace))).all()
        session.add(_copy(item, item_id=item_id, address_hash=bytes(32)))
        await session.flush()
        session.add_all(
            _copy(place, item_id=item_id, due_hour=utc_now().replace(year=2000)) for place in places
        )
    assert [claim["item_id"] for claim in await api.claim(5)] == [await _id_of(api, FIRST)]
    assert "Items whose address does not open: 1." in await _faults(api)


@pytest.mark.parametrize("hosts", [False, True])
async def test_items_whose_address_does_not_open_are_not_claimed(api: RunningApi, *, hosts: bool) -> None:
    """Else they would keep all others from being claimed, however many they are."""
    for number in range(4):
        await api.take_in(a_report(f"https://example.com/{number}"))
        api.clock.move(hours=1)
    last = await _id_of(api, "https://example.com/3")
    await _run(api, update(Item).where(Item.item_id != last).values(given=b"spoilt"))
    answer = await api.analyst.post(CLAIMS, json={"count": 1, "hosts": hosts})
    assert answer.status_code == 200, answer.text
    assert [claim["item_id"] for claim in answer.json()["claims"]] == [last]
    assert "Items whose address does not open: 3." in await _faults(api)


@pytest.mark.parametrize("value", ["'x'", "99999999999999"])
async def test_an_item_with_a_value_of_a_wrong_kind_is_not_claimed(
    sqlite_settings: IntakeSettings, value: str
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(FIRST), a_report(SECOND))
        spoilt, other = [await _id_of(api, address) for address in (FIRST, SECOND)]
        for table in ("items", "queue_places"):
            statement = f"UPDATE {table} SET due_hour = {value} WHERE item_id = '{spoilt}'"  # noqa: S608 - named here
            await _run(api, text(statement))
        assert [claim["item_id"] for claim in await api.claim(5)] == [other]
        found = await api.analyst.post("/v1/search", json={"host": "example.com"})
        assert [item["item_id"] for item in found.json()["items"]] == [other]


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ({"claim_id": ""}, "Claims without a name or a number: 1."),
        ({"claim_id": "claim"}, "Claims without a name or a number: 1."),
        ({"claim_number": None}, "Claims without a name or a number: 1."),
        ({"given": b"spoilt"}, "Items whose address does not open: 1."),
    ],
)
async def test_a_claim_that_is_none_hides_no_other(
    api: RunningApi, spoilt: dict[str, Any], fault: str
) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    one, other = await api.claim(2)
    await _run(api, update(Item).where(Item.item_id == one["item_id"]).values(spoilt))
    for path in (CLAIMS, f"{CLAIMS}?hosts=true"):
        mine = await api.analyst.get(path)
        assert [claim["claim_id"] for claim in mine.json()["claims"]] == [other["claim_id"]]
    everybody = await (await new_user(api, Role.LEAD)).client.get("/v1/claims")
    assert other["claim_id"] in [claim["claim_id"] for claim in everybody.json()["claims"]]
    assert fault in await _faults(api)


async def test_a_claim_of_a_key_without_an_id_hides_no_other(api: RunningApi) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    one, other = await api.claim(2)
    async with api.intake.database.writing() as session:
        key = (await session.scalars(select(AccessKey).limit(1))).one()
        session.add(_copy(key, key_id=""))
    await _run(api, update(Item).where(Item.item_id == one["item_id"]).values(claimed_by=""))
    everybody = await (await new_user(api, Role.LEAD)).client.get("/v1/claims")
    assert [claim["claim_id"] for claim in everybody.json()["claims"]] == [other["claim_id"]]
    assert "Claims that are not in the audit log: 1." in await _faults(api)


async def test_an_item_in_no_state_hides_no_other_from_a_search(api: RunningApi) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    spoilt, other = [await _id_of(api, address) for address in (FIRST, SECOND)]
    await _run(api, update(Item).where(Item.item_id == spoilt).values(state="hidden"))
    found = await api.analyst.post("/v1/search", json={"host": "example.com"})
    assert [item["item_id"] for item in found.json()["items"]] == [other]


async def test_an_item_is_shown_without_what_is_spoilt_beside_it(api: RunningApi) -> None:
    """Another item that was named together, a report, a decision, and a mention without a place."""
    await api.take_in(a_report(FIRST, SECOND, note="a word"), a_report(FIRST, note="another"))
    item_id, other = [await _id_of(api, address) for address in (FIRST, SECOND)]
    [claim] = [claim for claim in await api.claim(2) if claim["item_id"] == item_id]
    first = await api.analyst.post(f"{CLAIMS}/{claim['claim_id']}/assessment", json={"outcome": "ignore"})
    second = await api.analyst.post(
        f"/v1/assessments/{first.json()['assessment_id']}/correction", json={"outcome": "baseline"}
    )
    alone = select(Mention.draft_id).where(Mention.item_id == other)
    async with api.intake.database.writing() as session:
        draft_id = (await session.scalars(alone)).one()
    await _run(
        api,
        update(Item).where(Item.item_id == other).values(given=b"spoilt"),
        update(StoredReport).where(StoredReport.draft_id == draft_id).values(content=b"spoilt"),
        update(Assessment).where(Assessment.corrects.is_(None)).values(note=b"spoilt"),
        update(Mention).where(Mention.item_id == item_id).values(page_key=""),
    )
    shown = await (await new_user(api)).item(item_id)
    assert [report["note"] for report in shown["details"]] == ["another"]
    assert [decision["assessment_id"] for decision in shown["history"]] == [second.json()["assessment_id"]]
    assert shown["together"] == []
    for fault in (
        "Items whose address does not open: 1.",
        "Reports whose words do not open: 1.",
        f"not as the audit log says: {first.json()['assessment_id']}.",
        "Items whose reports have no places of their own: 1.",
    ):
        assert fault in await _faults(api)


async def test_many_reports_without_a_place_do_not_keep_an_item_from_being_shown(api: RunningApi) -> None:
    await api.take_in(*(a_report(FIRST) for _ in range(51)))
    await _run(api, update(Mention).values(page_key="none"))
    shown = await (await new_user(api)).item(await _id_of(api, FIRST))
    assert (len(shown["details"]), shown["next_details"]) == (50, None)
    assert "Items whose reports have no places of their own: 1." in await _faults(api)


@pytest.mark.parametrize("spoilt", ["id", "note", "item"])
async def test_an_export_passes_over_what_is_spoilt(api: RunningApi, spoilt: str) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    made = []
    for claim in await api.claim(2):
        path = f"{CLAIMS}/{claim['claim_id']}/assessment"
        answer = await api.analyst.post(path, json={"outcome": "ignore"})
        made.append((answer.json()["assessment_id"], claim["item_id"]))
    (first, item_id), (second, _) = made
    one = update(Assessment).where(Assessment.assessment_id == first)
    await _run(
        api,
        {
            "id": one.values(assessment_id=""),
            "note": one.values(note=b"spoilt"),
            "item": update(Item).where(Item.item_id == item_id).values(canonical=b"spoilt"),
        }[spoilt],
    )
    lead = await new_user(api, Role.LEAD)
    answer = await lead.client.get("/v1/export/assessments", params={"limit": 1})
    if not answer.text:
        answer = await lead.client.get(answer.links["next"]["url"])
    assert f'"assessment_id":"{second}"' in answer.text
    assert "not as the audit log says" in await _faults(api) or spoilt == "item"


def _no_hour(api: RunningApi) -> Any:
    """Write an hour that is none, as the database takes it."""
    return literal_column("2147483647" if api.intake.database.is_postgresql else "'x'")


@pytest.mark.parametrize("how", ["decide", "release", "free", "run out"])
async def test_a_claim_ends_although_a_source_of_its_item_is_spoilt(api: RunningApi, how: str) -> None:
    """And all others are claimed."""
    await api.take_in(a_report(FIRST), a_report(SECOND))
    [claim] = await api.claim()
    await _run(api, update(Source).where(Source.item_id == claim["item_id"]).values(hour=_no_hour(api)))
    path, other, lead = f"{CLAIMS}/{claim['claim_id']}", await new_user(api), await new_user(api, Role.LEAD)
    ends = {
        "decide": lambda: api.analyst.post(f"{path}/assessment", json={"outcome": "ignore"}),
        "release": lambda: api.analyst.delete(path),
        "free": lambda: lead.client.delete(f"/v1/claims/{claim['claim_id']}"),
    }
    if how == "run out":
        api.clock.move(hours=2)
    else:
        assert (await ends[how]()).status_code in {201, 204}
    assert len(await other.claim(2)) == (1 if how == "decide" else 2)
    assert "wrong kind, in the columns that are named: sources (hour)" in await _wrong_values(api)


async def _wrong_values(api: RunningApi) -> str:
    async with api.intake.database.reading() as session:
        with pytest.raises(NotReady) as told:
            await require_values(session)
    return str(told.value)


@pytest.mark.parametrize("model", [Source, Mention])
async def test_circumstances_that_are_none_keep_no_item_from_being_claimed(
    sqlite_settings: IntakeSettings, model: type[Source | Mention]
) -> None:
    """And no report from being merged."""
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(FIRST), a_report(SECOND))
        await _run(api, update(model).values(circumstances=literal_column("'x'")))
        assert len(await api.claim(5)) == 2
        await api.take_in(a_report(FIRST, note="a word", circumstances=["danger_now"]))


async def test_a_claim_whose_reports_are_counted_nowhere_keeps_no_other_from_being_given_back(
    api: RunningApi,
) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    spoilt, other = await api.claim(2)
    await _run(api, update(Source).where(Source.item_id == spoilt["item_id"]).values(reports=0))
    api.clock.move(hours=2)
    assert [claim["item_id"] for claim in await (await new_user(api)).claim(2)] == [other["item_id"]]
    assert "Items whose reports are not counted as they are: 1." in await _faults(api)


@pytest.mark.parametrize(("ran_out", "status"), [(False, 201), (True, 409)])
async def test_a_claim_that_was_written_into_a_second_item_decides_about_its_own_or_none(
    api: RunningApi, *, ran_out: bool, status: int
) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    [claim] = await api.claim()
    if ran_out:
        api.clock.move(hours=2)
        await (await new_user(api)).claim(language="fr")
    key_id = api.analyst.headers["Authorization"].split("-")[1]
    others = update(Item).where(Item.item_id != claim["item_id"])
    await _run(api, others.values(lapsed_claim=claim["claim_id"], lapsed_by=key_id))
    path = f"{CLAIMS}/{claim['claim_id']}/assessment"
    assert (await api.analyst.post(path, json={"outcome": "ignore"})).status_code == status
    decided = [None] if ran_out else [None, claim["item_id"]]
    assert await api.scalar(select(Assessment.item_id)) == decided[-1]


async def test_an_item_is_shown_without_a_report_of_an_hour_that_is_none(api: RunningApi) -> None:
    spoilt = a_report(FIRST, note="a word")
    await api.take_in(spoilt, a_report(FIRST, note="another"))
    one = update(StoredReport).where(StoredReport.draft_id == spoilt.draft_id)
    await _run(api, one.values(hour=_no_hour(api)))
    [claim] = await api.claim()
    shown = [await api.show(claim["claim_id"]), await (await new_user(api)).item(claim["item_id"])]
    assert [[report["note"] for report in one["details"]] for one in shown] == [["another"]] * 2


@pytest.mark.parametrize("spoilt", [{"details": []}, {"note": b"spoilt"}])
async def test_a_spoilt_decision_is_corrected(api: RunningApi, spoilt: dict[str, Any]) -> None:
    await api.take_in(a_report(FIRST))
    [claim] = await api.claim()
    decision = {"outcome": "ignore"}
    made = await api.analyst.post(f"{CLAIMS}/{claim['claim_id']}/assessment", json=decision)
    await _run(api, update(Assessment).values(spoilt))
    path = f"/v1/assessments/{made.json()['assessment_id']}/correction"
    assert (await api.analyst.post(path, json=decision)).status_code == 201


def _nested(levels: int) -> str:
    return f'{{"flags": {"[" * levels}{"]" * levels}}}'


ODD_DETAILS = {
    "nested deeper than any": _nested(21),
    "nested as deep as SQLite reads": _nested(990),
    "nested deeper than SQLite reads": _nested(3000),
    "half a character": r'{"gender": "\ud800"}',
    "half a character in a list": r'{"flags": ["\udfff"]}',
    "half a character in a name": r'{"\ud800": "female"}',
    "a number of too many digits": f'{{"gender": {"9" * 5000}}}',
}


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("details", ODD_DETAILS)
async def test_a_decision_with_details_that_nobody_can_read_stops_nothing(
    api: RunningApi, details: str, form: str
) -> None:
    """The export goes on, its item is shown without it, the doctor names it, and it is corrected."""
    await api.take_in(a_report(FIRST), a_report(SECOND))
    (first, item_id), (second, _) = [await _decided(api, claim) for claim in await api.claim(2)]
    odd = literal_column(f"'{ODD_DETAILS[details]}'", JSON)
    await _run(api, update(Assessment).where(Assessment.assessment_id == first).values(details=odd))
    lead = await new_user(api, Role.LEAD)
    exported = await lead.client.get("/v1/export/assessments", params={"format": form})
    assert (exported.status_code, first in exported.text, second in exported.text) == (200, False, True)
    assert (await lead.item(item_id))["history"] == []
    assert f"not as the audit log says: {first}." in await _faults(api)
    correction = (await lead.correct(first)).json()["assessment_id"]
    assert [one["assessment_id"] for one in (await lead.item(item_id))["history"]] == [correction]


async def _decided(api: RunningApi, claim: dict[str, Any]) -> tuple[str, str]:
    """Decide about a claimed item; returns the ids of the assessment and of the item."""
    answer = await api.analyst.post(f"{CLAIMS}/{claim['claim_id']}/assessment", json={"outcome": "ignore"})
    return answer.json()["assessment_id"], claim["item_id"]


@pytest.mark.parametrize(("column", "value"), [("outcome", b"\xff"), ("details", b'{"gender": "\xff"}')])
async def test_a_decision_with_bytes_that_are_no_text_stops_nothing(
    sqlite_settings: IntakeSettings, column: str, value: bytes
) -> None:
    """SQLite keeps them in the place of a text; PostgreSQL does not."""
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(FIRST), a_report(SECOND))
        (first, item_id), (second, _) = [await _decided(api, claim) for claim in await api.claim(2)]
        lead, path = await new_user(api, Role.LEAD), "/v1/export/assessments"
        after = (await lead.client.get(path, params={"limit": 1})).links["next"]["url"]
        odd = literal_column(f"CAST(x'{value.hex()}' AS TEXT)", JSON)
        await _run(api, update(Assessment).where(Assessment.assessment_id == first).values({column: odd}))
        for exported in (await lead.client.get(path), await lead.client.get(after)):
            assert exported.status_code == 200
            assert (first in exported.text, second in exported.text) == (False, True)
        item = await lead.item(item_id)
        assert (item["outcome"], item["history"]) == (None if column == "outcome" else "ignore", [])
        found = await lead.client.post("/v1/search", json={"host": "example.com"})
        assert len(found.json()["items"]) == 2
        assert f"assessments ({column})" in await _wrong_values(api)


@pytest.mark.parametrize("column", ["kind", "changed_words"])
async def test_an_item_with_bytes_that_are_no_text_is_not_claimed(
    sqlite_settings: IntakeSettings, column: str
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(FIRST), a_report(SECOND))
        spoilt, other = [await _id_of(api, address) for address in (FIRST, SECOND)]
        odd = literal_column("CAST(x'ff' AS TEXT)", String)
        await _run(api, update(Item).where(Item.item_id == spoilt).values({column: odd}))
        assert [claim["item_id"] for claim in await api.claim(5)] == [other]


def _no_time(api: RunningApi, kind: str) -> Any:
    """Write a time that is none, or one that is beyond ours, as the database takes it."""
    none = "20000-01-01 00:00:00Z" if api.intake.database.is_postgresql else "x"
    return literal_column(f"'{none if kind == 'none' else '9999-12-31 23:59:59.000000'}'")


OF_AN_ANALYST: dict[str, Callable[[Any], Any]] = {
    "exposures (began)": lambda time: update(Exposure).values(began=time),
    "exposures (ends)": lambda time: update(Exposure).values(ends=time),
    "lifts (until)": lambda time: update(Lift).values(until=time),
    "items (lease_expires)": lambda time: update(Item).where(is_claimed).values(lease_expires=time),
}


@pytest.mark.parametrize("kind", ["none", "beyond ours"])
@pytest.mark.parametrize("column", OF_AN_ANALYST)
async def test_a_spoilt_time_keeps_its_analyst_from_nothing_new(
    api: RunningApi, column: str, kind: str
) -> None:
    await api.take_in(a_report(FIRST), a_report(SECOND))
    await api.claim()
    key_id = api.analyst.headers["Authorization"].split("-")[1]
    async with api.intake.database.writing() as session:
        session.add(Lift(lift_id="0" * 16, analyst=key_id, lifted_by=key_id, until=api.clock()))
    await _run(api, OF_AN_ANALYST[column](_no_time(api, kind)))
    [claim] = await api.claim()
    await api.show(claim["claim_id"])
    path = f"{CLAIMS}/{claim['claim_id']}"
    answers = [
        await api.analyst.put(f"{path}/lease"),
        await api.analyst.get(CLAIMS),
        await api.analyst.delete(path),
        await api.analyst.get(f"/v1/items/{claim['item_id']}"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 204, 200]
    assert column in await _wrong_values(api)


@pytest.mark.parametrize("how", ["claim", "look"])
@pytest.mark.parametrize("column", ["began", "ends"])
async def test_a_spoilt_stretch_of_exposure_keeps_no_later_one_from_being_counted(
    settings: IntakeSettings, column: str, how: str
) -> None:
    async with opened(settings.model_copy(update={"exposure_minutes_at_once": 1})) as api:
        await api.take_in(a_report(FIRST), a_report(SECOND), a_report())
        [claim] = await api.claim()
        await _run(api, update(Exposure).values({column: _no_time(api, "none")}))
        await (api.claim() if how == "claim" else api.show(claim["claim_id"]))
        api.clock.move(minutes=1)
        assert_problem(await api.analyst.post(CLAIMS, json={}), 409, "break-due")


async def test_an_item_that_was_released_at_no_time_keeps_nobody_from_asking(api: RunningApi) -> None:
    await api.take_in(a_report(FIRST))
    [claim] = await api.claim()
    await api.analyst.delete(f"{CLAIMS}/{claim['claim_id']}")
    await _run(api, update(Item).values(released_at=_no_time(api, "none")))
    answer = await api.analyst.post(CLAIMS, json={})
    assert (answer.status_code, answer.json()["claims"], answer.json()["again_from"]) == (200, [], None)
    assert "items (released_at)" in await _wrong_values(api)


async def test_a_claim_whose_number_is_none_keeps_its_analyst_from_no_other(
    sqlite_settings: IntakeSettings,
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(*(a_report(f"https://example.com/{number}") for number in range(3)))
        await api.claim(2)
        of_one = update(Item).where(Item.claim_number == 1)
        await _run(api, of_one.values(claim_number=literal_column("'x'")))
        assert [claim["number"] for claim in await api.claim()] == [3]
        assert "items (claim_number)" in await _wrong_values(api)

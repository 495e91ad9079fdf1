"""Only a lead exports assessments: each once, in order, audited, and harmless in a spreadsheet."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.assessing import assess
from intake_api.analysts.decision import Decision
from intake_api.analysts.vocabulary import VOCABULARY_VERSION
from intake_api.export.assessments import ExportedAssessment, as_csv
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.server.app import build
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.store.models import Assessment, AuditEntry, Item, is_claimed
from tests.intake_api.api_users import assert_problem
from tests.intake_api.running_api import NOON, RunningApi, a_report, client, opened

PATH = "/v1/export/assessments"
Row = dict[str, Any]


@pytest.fixture
async def lead(api: RunningApi) -> AsyncIterator[httpx.AsyncClient]:
    async with await _comer(api, Role.LEAD) as coming:
        yield coming


async def _comer(api: RunningApi, role: Role) -> httpx.AsyncClient:
    async with api.intake.database.writing() as session:
        token = await add_key(session, api.intake.audit, role, "one", api.clock())
    return client(api.app, token)


async def _assessed(api: RunningApi, *addresses: str, **decision: Any) -> list[str]:
    """Report addresses, decide about each, one minute after another; gives the assessments' ids."""
    await api.take_in(*(a_report(address) for address in addresses))
    return [await _assess(api, claim["claim_id"], **decision) for claim in await api.claim(20)]


async def _assess(api: RunningApi, claim_id: str, **decision: Any) -> str:
    api.clock.move(minutes=1)
    path = f"/v1/queue/claims/{claim_id}/assessment"
    answer = await api.analyst.post(path, json={"outcome": "ignore"} | decision)
    assert answer.status_code == 201
    assessment_id: str = answer.json()["assessment_id"]
    return assessment_id


async def _export(lead: httpx.AsyncClient, path: str = PATH) -> tuple[list[Row], str]:
    """Fetch a page; gives its rows, and where the next one is."""
    answer = await lead.get(path)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()], answer.links["next"]["url"]


async def _pages(lead: httpx.AsyncClient, limit: int) -> list[list[Row]]:
    pages, path = [], f"{PATH}?limit={limit}"
    while True:
        rows, path = await _export(lead, path)
        pages.append(rows)
        if len(rows) < limit:
            return pages


async def _exports_noted(api: RunningApi) -> list[str]:
    exports = select(AuditEntry.subject).where(AuditEntry.what == "address_exported")
    async with api.intake.database.reading() as session:
        return list(await session.scalars(exports.order_by(AuditEntry.sequence)))


async def test_a_row_has_all_that_a_hand_over_needs(api: RunningApi, lead: httpx.AsyncClient) -> None:
    given = "HTTPS://example.com/1#x"
    await api.take_in(a_report(given), a_report(given, portal="international", language="en"))
    [claim] = await api.claim()
    decision = {
        "outcome": "baseline",
        "severity": "B",
        "youngest_child": "pubescent",
        "flags": ["user_generated"],
        "non_photographic": False,
        "hosting_country": "NL",
        "note": "two mirrors",
    }
    assessment_id = await _assess(api, claim["claim_id"], **decision)
    assessed_at = api.clock().isoformat().replace("+00:00", "Z")
    [row], _ = await _export(lead)
    hours = dict.fromkeys(("first_hour", "last_hour"), NOON.isoformat().replace("+00:00", "Z"))
    assert {name: value for name, value in row.items() if value is not None} == decision | hours | {
        "assessment_id": assessment_id,
        "assessed_at": assessed_at,
        "holds": True,
        "vocabulary": VOCABULARY_VERSION,
        "item_id": claim["item_id"],
        "address_given": given,
        "address_canonical": "https://example.com/1#x",
        "kind": "web",
        "needs_joining": False,
        "reports": 2,
        "portals": ["ar", "international"],
        "languages": ["en", "es"],
        "changed_words": [],
    }


async def test_a_row_says_what_came_after_the_assessment(api: RunningApi, lead: httpx.AsyncClient) -> None:
    given = "https://example.com/1"
    await _assessed(api, given)
    api.clock.move(minutes=5)
    await api.take_in(a_report(given, position="third post"))
    [row], _ = await _export(lead)
    assert (row["changed_on"], row["changed_words"]) == ("2026-03-01", ["position"])


def test_a_row_has_every_field_of_a_decision_and_nobodys_name() -> None:
    assert Decision.model_fields.keys() <= ExportedAssessment.model_fields.keys()
    assert not {"assessed_by", "channel", "draft_id"} & ExportedAssessment.model_fields.keys()


async def test_pages_give_every_assessment_once_and_in_order(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    made = await _assessed(api, *(f"https://example.com/{number}" for number in range(7)))
    pages = await _pages(lead, 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [row["assessment_id"] for page in pages for row in page] == made


async def test_assessments_of_one_moment_are_not_lost_between_pages(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    await api.take_in(*(a_report() for _ in range(5)))
    for claim in await api.claim(20):
        path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
        assert (await api.analyst.post(path, json={"outcome": "ignore"})).status_code == 201
    pages = await _pages(lead, 2)
    assert len({row["assessment_id"] for page in pages for row in page}) == 5


async def test_the_last_link_gives_what_is_decided_later(api: RunningApi, lead: httpx.AsyncClient) -> None:
    rows, path = await _export(lead)
    assert rows == []
    for number in range(2):
        made = await _assessed(api, f"https://example.com/{number}")
        rows, path = await _export(lead, path)
        assert [row["assessment_id"] for row in rows] == made
        rows, path = await _export(lead, path)
        assert rows == []


async def test_the_cursor_loses_nothing_when_a_clock_was_ahead(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    """The sequence is the database's own: a clock two hours ahead, put right, then a day behind."""
    made = []
    path = PATH
    for number, hours in enumerate((2, -2, -24, 24)):
        api.clock.move(hours=hours)
        made += await _assessed(api, f"https://example.com/{number}")
        rows, path = await _export(lead, path)
        assert [row["assessment_id"] for row in rows] == made[-1:]
    rows, _ = await _export(lead)
    assert [row["assessment_id"] for row in rows] == made


async def test_the_cursor_loses_nothing_of_a_process_whose_clock_is_slow(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    await api.take_in(a_report(), a_report())
    first, second = await api.claim(2)
    await _assess(api, first["claim_id"])
    _, path = await _export(lead)
    slow = assemble(api.intake.settings, lambda: api.clock() - timedelta(minutes=10))
    token = (api.intake.settings.data_dir / "analyst.token").read_text().strip()
    async with client(build(slow), token) as analyst:
        answer = await analyst.post(
            f"/v1/queue/claims/{second['claim_id']}/assessment", json={"outcome": "ignore"}
        )
    await slow.database.close()
    rows, _ = await _export(lead, path)
    assert [row["assessment_id"] for row in rows] == [answer.json()["assessment_id"]]


async def test_no_number_is_seen_before_a_lower_one(postgresql_settings: IntakeSettings) -> None:
    """Two assess at the same time, and an export runs meanwhile: the second waits for the first's commit."""
    async with opened(postgresql_settings) as api, await _comer(api, Role.LEAD) as lead:
        await api.take_in(a_report(), a_report())
        first, second = await api.claim(2)
        analyst = await api.scalar(select(Item.claimed_by).where(is_claimed).limit(1))
        intake = api.intake
        async with intake.database.writing() as session:
            request = AnalystRequest(session, intake.vault, intake.audit, analyst, api.clock())
            decision = Decision.model_validate({"outcome": "ignore"})
            made = [await assess(request, first["claim_id"], decision)]
            waiting = asyncio.create_task(_assess(api, second["claim_id"]))
            locked = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
            async with asyncio.timeout(20):
                while not await api.scalar(locked):
                    await asyncio.sleep(0)
            rows = select(Assessment.assessment_id)
            assert await api.scalar(rows) is None
        made.append(await waiting)
        exported, _ = await _export(lead)
        assert [row["assessment_id"] for row in exported] == made


async def test_a_cursor_of_an_earlier_version_is_understood(api: RunningApi, lead: httpx.AsyncClient) -> None:
    """It names the last assessment's time, and its id."""
    made = await _assessed(api, *(f"https://example.com/{number}" for number in range(3)))
    rows, _ = await _export(lead, f"{PATH}?after=1772368616000000-{made[0]}")
    assert [row["assessment_id"] for row in rows] == made[1:]


async def test_a_cursor_of_another_database_is_refused_and_says_what_to_do(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    """Of before a restore too: the numbers that were given since would otherwise be passed over."""
    await _assessed(api, "https://example.com/1")
    answer = await lead.get(f"{PATH}?after=1-{'f' * 32}")
    assert_problem(answer, 409, "unknown-cursor")
    assert "without `after`" in answer.json()["detail"]
    assert await _exports_noted(api) == []


async def test_a_correction_comes_as_a_row_that_names_what_it_corrects(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    [first] = await _assessed(api, "https://example.com/1", outcome="baseline")
    [before], path = await _export(lead)
    answer = await api.analyst.post(f"/v1/assessments/{first}/correction", json={"outcome": "ignore"})
    [after], _ = await _export(lead, path)
    assert (before["corrects"], before["holds"], before["outcome"]) == (None, True, "baseline")
    assert (after["corrects"], after["holds"], after["outcome"]) == (first, True, "ignore")
    assert after["assessment_id"] == answer.json()["assessment_id"]
    both, _ = await _export(lead)
    assert [(row["outcome"], row["holds"]) for row in both] == [("baseline", False), ("ignore", True)]


async def test_a_correction_holds_though_the_clock_was_set_back(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    [first] = await _assessed(api, "https://example.com/1", outcome="baseline")
    api.clock.move(minutes=-1)
    await api.analyst.post(f"/v1/assessments/{first}/correction", json={"outcome": "ignore"})
    api.clock.move(minutes=10)
    rows, _ = await _export(lead)
    assert [(row["outcome"], row["holds"]) for row in rows] == [("baseline", False), ("ignore", True)]


async def test_what_was_decided_last_holds_though_the_clock_was_set_back(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    """Of an item that came back too, wherever its decisions are read."""
    address = "https://example.com/1"
    await _assessed(api, address, outcome="not_found")
    api.clock.move(days=31)
    await api.take_in(a_report(address))
    [claim] = await api.claim()
    api.clock.move(days=-32)
    await _assess(api, claim["claim_id"], outcome="baseline")
    rows, _ = await _export(lead)
    assert [(row["outcome"], row["holds"]) for row in rows] == [("not_found", False), ("baseline", True)]
    shown = (await api.analyst.get(f"/v1/items/{claim['item_id']}")).json()
    assert shown["outcome"] == "baseline"
    assert [one["outcome"] for one in shown["history"]] == ["not_found", "baseline"]


async def test_of_an_item_that_came_back_the_newest_assessment_holds(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    address = "https://example.com/1"
    await _assessed(api, address, outcome="not_found")
    api.clock.move(days=31)
    await _assessed(api, address, outcome="baseline")
    rows, _ = await _export(lead)
    assert [(row["outcome"], row["holds"]) for row in rows] == [("not_found", False), ("baseline", True)]
    assert {row["reports"] for row in rows} == {2}


async def test_each_item_of_a_page_is_audited_once(api: RunningApi, lead: httpx.AsyncClient) -> None:
    [first, _] = await _assessed(api, "https://example.com/1", "https://example.com/2")
    api.clock.move(minutes=1)
    await api.analyst.post(f"/v1/assessments/{first}/correction", json={"outcome": "not_found"})
    rows, path = await _export(lead)
    assert len(rows) == 3
    assert await _exports_noted(api) == [rows[0]["item_id"], rows[1]["item_id"]]
    await _export(lead, path)
    assert len(await _exports_noted(api)) == 2


async def test_an_item_whose_read_cannot_be_audited_does_not_leave(
    api: RunningApi, lead: httpx.AsyncClient
) -> None:
    await _assessed(api, "https://example.com/secret")
    async with api.intake.database.writing() as session:
        await (await session.connection()).exec_driver_sql("ALTER TABLE audit_log RENAME TO elsewhere")
    answer = await lead.get(PATH)
    assert answer.status_code in {500, 503}
    assert "secret" not in answer.text


async def test_nobody_but_a_lead_exports(api: RunningApi) -> None:
    for role in (Role.CHANNEL, Role.ANALYST, Role.AUDITOR):
        async with await _comer(api, role) as coming:
            assert (await coming.get(PATH)).status_code == 403


async def test_what_is_out_of_shape_is_refused(lead: httpx.AsyncClient) -> None:
    cursors = ("after=", "after=1", "after=-", f"after={'9' * 17}-{'0' * 32}")
    for asked in ("format=xlsx", "limit=0", "limit=501", *cursors):
        assert (await lead.get(f"{PATH}?{asked}")).status_code == 422


async def test_a_table_says_what_it_is_and_keeps_its_lines(api: RunningApi, lead: httpx.AsyncClient) -> None:
    """RFC 4180: lines end with CR LF, the names come first, quotes are doubled, breaks stay inside a cell."""
    note = 'first line\nsaid "twice", and ñandú'
    await _assessed(api, "https://example.com/1", note=note, action="reported_to_isp")
    answer = await lead.get(f"{PATH}?format=csv&limit=1")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="assessments.csv"'
    assert "format=csv" in answer.links["next"]["url"]
    assert answer.content.startswith("\ufeff".encode())
    names, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    read = dict(zip(names, row, strict=True))
    assert names == list(ExportedAssessment.model_fields)
    assert (read["note"], read["severity"], read["holds"]) == (note, "", "true")
    assert answer.content.count(b"\r\n") == 2
    lines, _ = await _export(lead)
    assert lines[0].keys() == read.keys()


async def test_lines_of_json_say_what_they_are(lead: httpx.AsyncClient) -> None:
    answer = await lead.get(PATH)
    assert (answer.headers["content-type"], answer.content) == ("application/x-ndjson", b"")


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("x;=1", "x;'=1"),
        ("x\n=1", "x\n'=1"),
        ("x\ny,=1", "x\ny,'=1"),
        ('x;"=1', "x;'\"=1"),
        ('x\t"\' "@SUM(A1)', "x\t'\"' \"@SUM(A1)"),
        ("https://example.com/a-b?c=d+e@f,-g;h=i", "https://example.com/a-b?c=d+e@f,-g;h=i"),
        ("", ""),
    ],
)
def test_nothing_in_a_table_is_calculated(written: str, safe: str) -> None:
    """Neither where commas separate columns nor where `;` does."""
    table = as_csv([_a_row(written)]).decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(table, newline=""))
    assert row[list(ExportedAssessment.model_fields).index("address_given")] == safe


@settings(max_examples=500, deadline=None)
@given(written=st.text("=+-@;,\t\r\n\"' x", max_size=12))
def test_no_cell_is_a_formula_however_a_table_is_split(written: str) -> None:
    """At any separator of columns, with quotes read or not, and at line breaks inside a cell."""
    table = as_csv([_a_row(written)]).decode("utf-8-sig")
    for part in (table, *table.splitlines()):
        for delimiter in (",", ";", "\t"):
            for skips in (False, True):
                lines = io.StringIO(part, newline="")
                rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=skips))
                assert not [cell for row in rows for cell in row if re.match(r"\s*[-=+@]", cell)], rows


def _a_row(address: str) -> ExportedAssessment:
    texts = ("assessment_id", "outcome", "item_id", "address_canonical", "kind")
    times = ("assessed_at", "first_hour", "last_hour")
    plain = {"corrects": None, "holds": True, "vocabulary": 1, "needs_joining": False, "reports": 1}
    fields = (
        dict.fromkeys(texts, "x") | dict.fromkeys(times, NOON) | dict.fromkeys(("portals", "languages"), ())
    )
    return ExportedAssessment.model_validate(fields | plain | {"address_given": address})


async def test_a_page_is_read_off_an_index(api: RunningApi, lead: httpx.AsyncClient) -> None:
    await _assessed(api, *(f"https://example.com/{number}" for number in range(3)))
    _, path = await _export(lead, f"{PATH}?limit=1")
    done: list[tuple[str, Any]] = []
    engine = api.intake.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *seen: done.append((seen[2], seen[3])))
    await _export(lead, path)
    [(statement, values)] = [one for one in done if "WHERE assessments.sequence >" in one[0]]
    async with api.intake.database.engine.begin() as connection:
        if api.intake.database.is_postgresql:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        else:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [str(step[-1]) for step in plan]
    assert [step for step in steps if "assessments_in_sequence" in step]
    assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step]


async def test_the_contract_tells_of_both_forms_and_of_the_link(api: RunningApi) -> None:
    contract = (await api.channel.get("/v1/openapi.json")).json()
    page = contract["paths"][PATH]["get"]["responses"]["200"]
    assert page["content"].keys() == {"application/x-ndjson", "text/csv"}
    assert page["headers"]["Link"]["required"]

"""Numbers are of full hours, hide small counts, and do not change within the hour when reports come."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, text

from intake_api.known_keys.access_keys import add_key
from intake_api.numbers.counting import HOUR
from intake_api.numbers.shapes import rounded
from intake_api.roles import Role
from intake_api.server.app import build
from intake_api.server.assembly import assemble
from intake_api.store.models import StoredReport
from tests.intake_api.running_api import NOON, RunningApi, a_report, client, revised, withdrawn


async def _asked(api: RunningApi, hours: int = 168) -> dict[str, Any]:
    answer = await api.analyst.get("/v1/counts", params={"hours": hours})
    assert answer.status_code == 200
    counted: dict[str, Any] = answer.json()
    return counted


async def _assess(api: RunningApi, claim_id: str, outcome: str) -> str:
    path = f"/v1/queue/claims/{claim_id}/assessment"
    answer = await api.analyst.post(path, json={"outcome": outcome})
    assert answer.status_code == 201
    assessment_id: str = answer.json()["assessment_id"]
    return assessment_id


def _cells(counted: dict[str, Any], dimension: str) -> dict[str, int | None]:
    return {cell["name"]: cell["reports"] for cell in counted[dimension]}


def _hours(counted: dict[str, Any]) -> list[int | None]:
    return [cell["reports"] for cell in counted["by_hour"]]


async def test_reports_are_counted_by_what_is_told_of_them(api: RunningApi) -> None:
    """A report with several addresses of one kind is one report of it."""
    await api.take_in(*(a_report("https://example.com/1", "https://example.com/2") for _ in range(7)))
    await api.take_in(
        *(a_report(f"https://t.me/ex{number}", portal="international", language="en") for number in range(5)),
        a_report("https://example.com/1", portal="international", language="wo"),
    )
    api.clock.move(hours=1)
    counted = await _asked(api)
    assert (counted["hour"], counted["hours"], counted["reports"]) == ("2026-03-01T13:00:00Z", 168, 10)
    assert _cells(counted, "portals") == {"ar": 5, "international": 5}
    assert list(_cells(counted, "languages").items()) == [("en", 5), ("es", 5), ("wo", None)]
    assert _cells(counted, "kinds") == {"telegram": 5, "web": 5}
    assert _cells(counted, "outcomes") == {"undecided": 10}
    assert _hours(counted) == [None] * 167 + [10]


async def test_a_report_counts_under_the_outcome_that_holds(api: RunningApi) -> None:
    await api.take_in(*(a_report("https://example.com/1", "https://example.com/2") for _ in range(6)))
    first, second = await api.claim(2)
    assessment_id = await _assess(api, first["claim_id"], "ignore")
    await _assess(api, second["claim_id"], "national")
    correction = {"outcome": "baseline"}
    answer = await api.analyst.post(f"/v1/assessments/{assessment_id}/correction", json=correction)
    assert answer.status_code == 201
    api.clock.move(hours=1)
    assert _cells(await _asked(api), "outcomes") == {"baseline": 5, "national": 5}


async def test_a_report_counts_under_the_outcome_of_the_latest_round(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    [claim] = await api.claim()
    await _assess(api, claim["claim_id"], "not_found")
    api.clock.move(days=31)
    await api.take_in(*(a_report("https://example.com/1") for _ in range(5)))
    [claim] = await api.claim()
    await _assess(api, claim["claim_id"], "national")
    api.clock.move(hours=1)
    assert _cells(await _asked(api), "outcomes") == {"national": 5}


async def test_fewer_than_five_are_hidden_and_nothing_is_exact(api: RunningApi) -> None:
    await api.take_in(*(a_report() for _ in range(9)), *(a_report(language="en") for _ in range(4)))
    api.clock.move(hours=1)
    counted = await _asked(api)
    assert _cells(counted, "languages") == {"en": None, "es": 5}
    assert (counted["reports"], _cells(counted, "portals")) == (10, {"ar": 10})


async def test_a_window_holds_the_full_hours_that_were_asked_for(api: RunningApi) -> None:
    for _ in range(3):
        await api.take_in(*(a_report() for _ in range(5)))
        api.clock.move(hours=1)
    assert _hours(await _asked(api, 2)) == [5, 5]
    assert (await _asked(api, 2))["reports"] == 10
    assert (await _asked(api, 744))["reports"] == 15
    api.clock.move(hours=1)
    assert _hours(await _asked(api, 2)) == [5, None]


async def test_a_name_stays_listed_when_the_window_has_none_of_it(api: RunningApi) -> None:
    """So a hidden cell may also be empty."""
    await api.take_in(*(a_report() for _ in range(5)))
    api.clock.move(hours=26)
    assert _cells(await _asked(api, 24), "portals") == {"ar": None}


async def test_another_window_is_refused(api: RunningApi) -> None:
    for hours in ("0", "-1", "745", "week", ""):
        assert (await api.analyst.get("/v1/counts", params={"hours": hours})).status_code == 422


async def test_a_withdrawn_report_is_not_counted(api: RunningApi) -> None:
    reports = [a_report("https://example.com/1") for _ in range(6)]
    await api.take_in(*reports)
    await api.take_in(*(withdrawn(report) for report in reports[:2]))
    api.clock.move(hours=1)
    counted = await _asked(api)
    assert (counted["reports"], _cells(counted, "kinds")) == (None, {"web": None})


async def test_what_was_tapped_is_counted_for_each_portal(api: RunningApi) -> None:
    """Once a report, however many addresses it names; not what was withdrawn or left out since."""
    near, both = ["danger_now"], ["danger_now", "threatened"]
    several = ("https://example.com/1", "https://example.com/2")
    mistaken = [a_report(circumstances=both) for _ in range(2)]
    await api.take_in(
        *(a_report(*several, circumstances=both) for _ in range(4)),
        *(a_report(circumstances=near) for _ in range(5)),
        *(a_report(circumstances=["knows_child"]) for _ in range(5)),
        *(a_report(portal="kz", circumstances=near) for _ in range(4)),
        *mistaken,
    )
    # What leaves a claimed item stays with it until it comes back.
    await api.claim(20)
    elsewhere = revised(mistaken[1], "https://example.com/another", circumstances=[])
    await api.take_in(withdrawn(mistaken[0]), elsewhere)
    assert _tapped(await _asked(api)) == {}
    api.clock.move(hours=1)
    nothing = dict.fromkeys(("danger_now", "knows_child", "threatened", "own_pictures"))
    # Nine and four: one more of either would be the next number.
    assert _tapped(await _asked(api)) == {"ar": nothing | {"danger_now": 5, "knows_child": 5}, "kz": nothing}


def _tapped(counted: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {cell.pop("portal"): cell for cell in counted["circumstances"]}


async def test_items_are_counted_by_where_they_are(api: RunningApi) -> None:
    await api.take_in(*(a_report(f"https://example.com/{number}") for number in range(3)))
    first, _ = await api.claim(2)
    await _assess(api, first["claim_id"], "ignore")
    api.clock.move(minutes=30)
    counted = await _asked(api)
    assert (counted["waiting"], counted["claimed"], counted["assessed"]) == (1, 1, 1)


async def test_an_item_whose_lease_has_run_out_waits(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    await api.claim()
    api.clock.move(hours=2)
    counted = await _asked(api)
    assert (counted["waiting"], counted["claimed"], counted["assessed"]) == (1, 0, 0)


async def test_what_is_reported_within_the_hour_changes_no_number(api: RunningApi) -> None:
    """Neither for who has asked before, nor for who asks another process for the first time."""
    await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2"))
    [claim, _] = await api.claim(2)
    await _assess(api, claim["claim_id"], "ignore")
    await api.analyst.delete(f"/v1/queue/claims/{claim['claim_id']}")
    api.clock.move(days=31)
    before = await _asked(api)
    # New pages, more of a page that waits, and one that was assessed and comes back.
    await api.take_in(
        a_report("https://example.com/3", live="yes"),
        *(a_report("https://example.com/1", "https://example.com/2") for _ in range(5)),
    )
    api.clock.move(minutes=20)
    assert await _asked(api) == before
    assert await _asked_of_another(api) == before
    api.clock.move(hours=1)
    after = await _asked(api)
    assert (after["waiting"], after["assessed"]) == (3, 0)
    assert (after["reports"], _hours(after)[-1]) == (5, 5)


async def _asked_of_another(api: RunningApi) -> dict[str, Any]:
    other = assemble(api.intake.settings, api.clock)
    token = (api.intake.settings.data_dir / "analyst.token").read_text().strip()
    async with client(build(other), token) as analyst:
        counted: dict[str, Any] = (await analyst.get("/v1/counts")).json()
    await other.database.close()
    return counted


async def test_what_is_taken_back_within_the_hour_shows_in_the_next(api: RunningApi) -> None:
    reports = [a_report(f"https://example.com/{number}") for number in range(5)]
    await api.take_in(*reports)
    api.clock.move(hours=1)
    before = await _asked(api)
    await api.take_in(withdrawn(reports[0]), revised(reports[1], "https://example.com/new"))
    assert await _asked(api) == before
    api.clock.move(hours=1)
    after = await _asked(api)
    assert (before["waiting"], before["reports"]) == (5, 5)
    assert (after["waiting"], after["reports"]) == (4, None)


async def test_a_claim_shows_at_once(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    api.clock.move(hours=1)
    assert (await _asked(api))["claimed"] == 0
    await api.claim()
    assert (await _asked(api))["claimed"] == 1


async def test_leads_and_auditors_may_ask_and_channels_may_not(api: RunningApi) -> None:
    for role, status in ((Role.LEAD, 200), (Role.AUDITOR, 200), (Role.CHANNEL, 403)):
        async with api.intake.database.writing() as session:
            token = await add_key(session, api.intake.audit, role, "somebody", api.clock())
        async with client(api.app, token) as caller:
            assert (await caller.get("/v1/counts")).status_code == status


async def test_counting_reads_the_window_and_not_the_years_before(api: RunningApi) -> None:
    """The reports of a window are found through the index of their arrival."""
    await _fill_years(api, 20_000)
    done: list[tuple[str, Any]] = []
    engine = api.intake.database.engine.sync_engine

    def note(*seen: Any) -> None:
        done.append((seen[2], seen[3]))

    event.listen(engine, "before_cursor_execute", note)
    await _asked(api)
    event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN" if api.intake.database.is_postgresql else "EXPLAIN QUERY PLAN"
    asked = [one for one in done if "arrival_hour <" in one[0]]
    assert len(asked) == 6  # two of reports alone, three of what they name, and what came within the hour
    async with api.intake.database.engine.connect() as connection:
        for statement, values in asked:
            plan = [
                str(step[-1]) for step in await connection.exec_driver_sql(f"{explain} {statement}", values)
            ]
            assert not [step for step in plan if "Seq Scan on reports" in step or step == "SCAN reports"], (
                plan
            )
            assert "JOIN" in statement or [step for step in plan if "reports_by_arrival" in step], plan


async def _fill_years(api: RunningApi, number: int) -> None:
    rows = [
        {
            "draft_id": f"{at:032x}",
            "hour": NOON - at * HOUR,
            "arrival_hour": NOON - at * HOUR,
            "receipt_hash": bytes(32),
            "content": bytes(64),
        }
        | {"revision": 1, "merged_revision": 1, "advice_version": 1, "withdrawn": False}
        | {"portal": "ar", "channel": "telegram", "language": "es"}
        for at in range(number)
    ]
    async with api.intake.database.writing() as session:
        await session.execute(insert(StoredReport), rows)
        await session.execute(text("ANALYZE"))


def _of(*sizes: int) -> list[int]:
    return [0 if one is None else one for one in map(rounded, sizes)]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_no_sum_tells_what_is_hidden(sizes: list[int]) -> None:
    """Whatever the total leaves for a hidden cell, another number of reports would have looked the same.

    But for the one case of which docs/decisions/0012-numbers.md tells: all numbers of the list stand one
    below the next that would be shown, and there are five of them, or ten, and so on.
    """
    total, shown = rounded(sum(sizes)) or 0, _of(*sizes)
    least, most = total - sum(shown), total + 4 - sum(shown)
    for at, size in enumerate(sizes):
        if rounded(size) is None:
            others = 4 * (len(sizes) - 1)
            possible = [one for one in range(5) if one <= most and one + others >= least]
            assert len(possible) > 1 or {one % 5 for one in sizes} == {4}, (at, sizes)

"""A hand-in is idempotent, works in any order, is committed before its answer, and tells nothing known."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select, text

from conversations.wire.report import Report, write_receipt
from conversations.wire.sealing import IntakePublicKey, new_private_key, public_half, seal
from intake_api.hand_in.reports import content_of
from intake_api.server.app import build
from intake_api.server.assembly import Intake, assemble
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.models import Item, StoredReport
from tests.intake_api.running_api import (
    RunningApi,
    a_newer_report,
    a_report,
    client,
    opened,
    revised,
    withdrawn,
)


@asynccontextmanager
async def _unmerging(settings: IntakeSettings) -> AsyncIterator[tuple[httpx.AsyncClient, Intake]]:
    """Run an intake without merging, as if it were killed right after each answer."""
    intake = assemble(settings)
    token = (settings.data_dir / "channel.token").read_text().strip()
    async with client(build(intake), token) as channel:
        yield channel, intake
    await intake.database.close()


async def _put(channel: httpx.AsyncClient, intake: Intake, report: Report) -> httpx.Response:
    content = seal(report, intake.keys.current().public_key()).model_dump()
    return await channel.put(f"/v1/reports/{report.draft_id}", json=content)


async def _kept(api: RunningApi, report: Report) -> StoredReport:
    async with api.intake.database.reading() as session:
        return await session.get_one(StoredReport, report.draft_id)


async def test_a_report_is_taken_and_its_receipt_is_given_back(api: RunningApi) -> None:
    report = a_report()
    answer = await api.hand_in(report)
    assert answer.status_code == 202
    assert answer.json() == {"receipt": report.receipt, "status": "received"}


async def test_what_a_reporter_said_is_kept_whole(api: RunningApi) -> None:
    said = {"note": "third post", "referer": "https://example.net/", "live": "yes", "page_password": "open"}
    report = a_report("https://example.com/1", **said)
    await api.hand_in(report)
    content = content_of(api.intake.vault, await _kept(api, report))
    assert content.model_dump() == report.model_dump(include=set(type(content).model_fields))


async def test_a_time_finer_than_an_hour_is_nowhere(api: RunningApi) -> None:
    report = a_report()
    await api.hand_in(report)
    kept = await _kept(api, report)
    assert kept.arrival_hour == api.clock().replace(minute=0, second=0)
    type_of = "pg_typeof" if api.intake.database.is_postgresql else "typeof"
    columns = await api.scalar(
        text(f"SELECT {type_of}(hour) || '' || {type_of}(arrival_hour) FROM reports")  # noqa: S608 - named above
    )
    assert columns == "integerinteger"


@pytest.mark.parametrize("table", ["reports", "items", "mentions"])
async def test_no_row_number_tells_the_order_of_arrival(sqlite_settings: IntakeSettings, table: str) -> None:
    async with opened(sqlite_settings) as api:
        with pytest.raises(DatabaseAway) as caught:
            await api.scalar(text(f"SELECT rowid FROM {table}"))  # noqa: S608 - the names are above
    assert "no such column" in str(caught.value.__cause__)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 2, 0)])
async def test_the_highest_revision_wins_in_any_order(api: RunningApi, order: tuple[int, ...]) -> None:
    first = a_report("https://example.com/1", note="one")
    second = revised(first, note="two")
    revisions = (first, second, revised(second, note="three"))
    for number in order:
        assert (await api.hand_in(revisions[number])).status_code == 202
    await api.merged()
    [claim] = await api.claim(20)
    assert claim["reports"] == 1
    [detail] = (await api.show(claim["claim_id"]))["details"]
    assert detail["note"] == "three"


@pytest.mark.parametrize("days", [29, 31, 400])
async def test_a_revision_counts_however_late_it_comes(api: RunningApi, days: int) -> None:
    """The answer says that it was received, and so it is."""
    report, mistaken = a_report(note="one"), a_report("https://example.com/mistaken")
    await api.take_in(report, mistaken)
    api.clock.move(days=days)
    for late in (revised(report, note="two"), withdrawn(mistaken)):
        answer = await api.hand_in(late)
        assert (answer.status_code, answer.json()["status"]) == (202, "received")
    assert content_of(api.intake.vault, await _kept(api, report)).note == "two"
    assert (await _kept(api, mistaken)).content is None
    await api.merged()
    assert "https://example.com/mistaken" not in await api.queue()


async def test_a_withdrawal_before_its_report_counts_too(api: RunningApi) -> None:
    report = a_report()
    await api.take_in(withdrawn(report), report)
    assert await api.claim() == []


async def test_a_withdrawal_erases_all_that_was_said(api: RunningApi) -> None:
    report = a_report(note="a note")
    await api.take_in(report, withdrawn(report))
    kept = await _kept(api, report)
    assert kept.withdrawn
    assert kept.content is None


async def test_answers_left_in_a_withdrawal_are_not_kept(api: RunningApi) -> None:
    report = a_report()
    await api.take_in(revised(report, withdrawn=True, addresses=[], note="left in"))
    assert (await _kept(api, report)).content is None


async def test_a_revision_with_another_receipt_changes_nothing(
    api: RunningApi,
) -> None:
    report = a_report("https://example.com/1")
    thief = revised(report, receipt=write_receipt(secrets.token_bytes(10)), withdrawn=True, addresses=[])
    await api.take_in(report)
    assert (await api.hand_in(thief)).json() == {"receipt": thief.receipt, "status": "received"}
    assert not (await _kept(api, report)).withdrawn


async def test_the_answer_does_not_tell_whether_an_address_was_known(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/known"))
    receipt = write_receipt(secrets.token_bytes(10))
    known = await api.hand_in(a_report("https://example.com/known", receipt=receipt))
    fresh = await api.hand_in(a_report("https://example.com/fresh", receipt=receipt))
    assert (known.content, known.headers, known.status_code) == (
        fresh.content,
        fresh.headers,
        fresh.status_code,
    )


async def test_handing_in_does_the_same_work_whatever_is_known(settings: IntakeSettings) -> None:
    """The time of an answer can tell nothing, since the same statements run; merging is not begun here."""
    async with opened(settings) as api:
        await api.take_in(a_report("https://example.com/known"))
    statements: list[str] = []
    traces = []
    async with _unmerging(settings) as (channel, intake):
        engine = intake.hand_in_database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        for address in ("https://example.com/fresh", "https://example.com/known"):
            await _put(channel, intake, a_report(address))
            traces.append(list(statements))
            statements.clear()
    assert traces[0] == traces[1]
    assert any("reports" in statement for statement in traces[0])
    assert not any("items" in statement or "mentions" in statement for statement in traces[0])


_SQLITE_POISON = ("CREATE TRIGGER poison AFTER INSERT ON reports BEGIN INSERT INTO debt VALUES (1); END",)
_POSTGRESQL_POISON = (
    """CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO debt VALUES (1); RETURN NEW; END $$""",
    "CREATE TRIGGER poison AFTER INSERT ON reports FOR EACH ROW EXECUTE FUNCTION poison()",
)


async def test_no_receipt_is_given_when_the_commit_fails(api: RunningApi) -> None:
    """A deferred foreign key fails at the commit itself, after every statement has gone well."""
    poison = _POSTGRESQL_POISON if api.intake.database.is_postgresql else _SQLITE_POISON
    async with api.intake.database.writing() as session:
        for statement in (
            "CREATE TABLE lender (id INTEGER PRIMARY KEY)",
            "CREATE TABLE debt (id INTEGER REFERENCES lender DEFERRABLE INITIALLY DEFERRED)",
            *poison,
        ):
            await session.execute(text(statement))
    report = a_report("https://example.com/1")
    answer = await api.hand_in(report)
    assert answer.status_code == 500
    assert report.receipt not in answer.text
    assert await api.scalar(select(StoredReport.draft_id)) is None


async def test_no_receipt_is_given_when_the_database_is_away(sqlite_settings: IntakeSettings) -> None:
    """What PostgreSQL does when its server is away stands in test_postgresql.py."""
    async with opened(sqlite_settings) as api:
        async with api.intake.database.writing() as session:
            await session.execute(text("ALTER TABLE reports RENAME TO elsewhere"))
        report = a_report()
        answer = await api.hand_in(report)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert report.receipt not in answer.text


async def test_a_report_of_another_draft_is_refused(api: RunningApi) -> None:
    content = seal(a_report(), api.intake.keys.current().public_key()).model_dump()
    answer = await api.channel.put(f"/v1/reports/{secrets.token_hex(16)}", json=content)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":other-draft")


def _of_another_intake(report: Report, key: IntakePublicKey) -> dict[str, Any]:
    return seal(report, public_half(key.key_id, new_private_key())).model_dump()


def _of_an_unknown_key(report: Report, _: IntakePublicKey) -> dict[str, Any]:
    return seal(report, public_half("k7", new_private_key())).model_dump()


def _changed(report: Report, key: IntakePublicKey) -> dict[str, Any]:
    content = seal(report, key).model_dump()
    return content | {"sealed": "AAAA" + content["sealed"][4:]}


def _too_short(_: Report, key: IntakePublicKey) -> dict[str, Any]:
    return {"key_id": key.key_id, "sealed": "AAAA"}


def _no_base64(_: Report, key: IntakePublicKey) -> dict[str, Any]:
    return {"key_id": key.key_id, "sealed": "AAAAA"}


@pytest.mark.parametrize("spoil", [_of_another_intake, _of_an_unknown_key, _changed, _too_short, _no_base64])
async def test_a_malformed_seal_is_refused(api: RunningApi, spoil: Any) -> None:
    report = a_report("https://example.com/secret")
    content = spoil(report, api.intake.keys.current().public_key())
    answer = await api.channel.put(f"/v1/reports/{report.draft_id}", json=content)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":seal-not-opened")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("key_id", "named"), [("k2-3f9a1c0d77e1", True), ("k9", True), ("some-name", False), (None, False)]
)
async def test_a_key_that_the_intake_lacks_is_named(
    api: RunningApi, key_id: str | None, *, named: bool
) -> None:
    """If it has the form of a key's id; a broken seal of a key that is there names none."""
    report, own = a_report(), api.intake.keys.current().public_key().key_id
    content = {"key_id": key_id or own, "sealed": "AAAA"}
    answer = await api.channel.put(f"/v1/reports/{report.draft_id}", json=content)
    assert answer.status_code == 422
    assert answer.json().get("key_id") == (key_id if named else None)


async def test_a_newer_report_is_told_apart_from_a_broken_seal_and_nothing_is_stored(
    api: RunningApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log tells it after the hour: a line at once would tell when the report came."""
    answer = await api.hand_in(a_newer_report())
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":unknown-shape")
    assert "upgrade the intake" in answer.json()["detail"]
    assert await api.scalar(select(StoredReport.draft_id)) is None
    assert not capsys.readouterr().err
    api.clock.move(hours=1)
    api.intake.hour_log.tell()
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["unknown_shape"]


@pytest.mark.parametrize(
    "typed", [lambda receipt: receipt, str.lower, lambda receipt: receipt.replace("-", " ")]
)
async def test_a_receipt_is_known_however_it_is_typed(api: RunningApi, typed: Any) -> None:
    report = a_report()
    await api.hand_in(report)
    answer = await api.channel.post("/v1/receipts/status", json={"receipt": typed(report.receipt)})
    assert answer.json() == {"status": "received"}


@pytest.mark.parametrize("receipt", [write_receipt(bytes(10)), "", "no receipt", "\u0000"])
async def test_another_receipt_is_unknown(api: RunningApi, receipt: str) -> None:
    await api.hand_in(a_report())
    answer = await api.channel.post("/v1/receipts/status", json={"receipt": receipt})
    assert answer.json() == {"status": "unknown"}


async def test_a_receipt_says_received_and_no_more_after_assessment_and_withdrawal(api: RunningApi) -> None:
    assessed, taken_back = a_report(), a_report()
    await api.take_in(assessed)
    [claim] = await api.claim()
    await api.analyst.post(f"/v1/queue/claims/{claim['claim_id']}/assessment", json={"outcome": "ignore"})
    await api.take_in(taken_back, withdrawn(taken_back))
    for report in (assessed, taken_back):
        answer = await api.channel.post("/v1/receipts/status", json={"receipt": report.receipt})
        assert answer.json() == {"status": "received"}


async def test_a_crash_before_merging_loses_nothing(settings: IntakeSettings) -> None:
    """What was handed in and not merged becomes an item when the intake starts again."""
    async with _unmerging(settings) as (channel, intake):
        assert (await _put(channel, intake, a_report("https://example.com/1"))).status_code == 202
    async with opened(settings) as api:
        await api.merged()
        assert await api.queue() == ["https://example.com/1"]


async def test_the_answer_is_whole_while_nothing_is_merged(settings: IntakeSettings) -> None:
    async with _unmerging(settings) as (channel, intake):
        answer = await _put(channel, intake, a_report())
        assert answer.json()["status"] == "received"
        async with intake.database.reading() as session:
            assert await session.scalar(select(Item.item_id)) is None


async def test_reporters_do_not_wait_for_a_connection_that_analysts_have(api: RunningApi) -> None:
    """Analysts hold every connection there is for them, as when they all wait for a lock."""
    async with AsyncExitStack() as held:
        for _ in range(20):
            session = await held.enter_async_context(api.intake.database.reading())
            await session.execute(select(1))
        searching = asyncio.create_task(api.analyst.post("/v1/search", json={"host": "example.com"}))
        report = a_report()
        async with asyncio.timeout(10):
            assert (await api.hand_in(report)).status_code == 202
            asked = await api.channel.post("/v1/receipts/status", json={"receipt": report.receipt})
        assert asked.json() == {"status": "received"}
        assert not searching.done()
    assert (await searching).status_code == 200

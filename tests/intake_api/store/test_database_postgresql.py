"""No uncommitted report is called "received" while PostgreSQL is away, refuses, waits or comes back."""

import asyncio
import secrets
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text

from conversations.wire.report import Report
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database
from intake_api.store.models import Item, StoredReport
from reportline.readiness import NotReady
from tests.intake_api.running_api import RunningApi, a_report, opened, prepare
from tests.postgresql import PostgreSql, postgresql

CLAIMS = "/v1/queue/claims"


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgreSql]:
    """Run a server that these tests may stop."""
    with postgresql() as running:
        yield running


@pytest.fixture(scope="module")
def own_folder(own_server: PostgreSql, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set an intake up on the server that may be stopped."""
    folder = tmp_path_factory.mktemp("own")
    own_server.run("CREATE DATABASE fresh")
    prepare(IntakeSettings(data_dir=folder, database_url=SecretStr(own_server.url("fresh"))))
    return folder


@pytest.fixture
def own_settings(own_server: PostgreSql, own_folder: Path, tmp_path: Path) -> IntakeSettings:
    """Copy it."""
    shutil.copytree(own_folder, tmp_path / "data")
    name = f"own_{secrets.token_hex(6)}"
    own_server.run(f"CREATE DATABASE {name} TEMPLATE fresh STRATEGY file_copy")
    return IntakeSettings(data_dir=tmp_path / "data", database_url=SecretStr(own_server.url(name)))


@pytest.fixture
async def own_api(own_settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake on the server that may be stopped."""
    async with opened(own_settings) as running_api:
        yield running_api


@pytest.fixture
async def api(postgresql_settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake on the server of all tests."""
    async with opened(postgresql_settings) as running_api:
        yield running_api


def _assert_away(answer: httpx.Response, report: Report | None = None) -> None:
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert report is None or report.receipt not in answer.text


async def _stop(server: PostgreSql) -> None:
    await asyncio.to_thread(server.stop)


async def _start(server: PostgreSql) -> None:
    await asyncio.to_thread(server.start)


async def test_an_intake_outlives_its_server(own_api: RunningApi, own_server: PostgreSql) -> None:
    """While it is away nothing is promised; once it is back all works, without a restart of the API."""
    before, meanwhile = a_report("https://example.com/before"), a_report("https://example.com/meanwhile")
    await own_api.take_in(before)
    [claim] = await own_api.claim()
    await _stop(own_server)
    try:
        _assert_away(await own_api.hand_in(meanwhile), meanwhile)
        _assert_away(await own_api.analyst.post(CLAIMS, json={}))
        _assert_away(
            await own_api.analyst.post(f"{CLAIMS}/{claim['claim_id']}/assessment", json={"outcome": "ignore"})
        )
        assert (await own_api.analyst.get("/readyz")).status_code == 503
        assert (await own_api.analyst.get("/healthz")).status_code == 200
    finally:
        await _start(own_server)
    assert (await own_api.analyst.get("/readyz")).status_code == 200
    await own_api.take_in(before, meanwhile)
    assert (await own_api.show(claim["claim_id"]))["reports"] == 1
    assert await own_api.queue() == ["https://example.com/meanwhile"]


async def test_a_restart_of_the_server_between_two_requests_is_not_noticed(
    own_api: RunningApi, own_server: PostgreSql
) -> None:
    """Connections that died meanwhile are tried before they are used."""
    await own_api.take_in(*(a_report() for _ in range(3)))
    await _stop(own_server)
    await _start(own_server)
    assert len(await own_api.claim(3)) == 3
    assert (await own_api.hand_in(a_report())).status_code == 202


async def test_what_was_acknowledged_when_the_server_stopped_is_kept(
    own_api: RunningApi, own_server: PostgreSql
) -> None:
    """Reports are in every stage of being handed in at the instant of the stop."""
    reports = [a_report() for _ in range(60)]
    handing_in = [asyncio.create_task(own_api.hand_in(report)) for report in reports]
    while not any(task.done() for task in handing_in):
        await asyncio.sleep(0)
    stopping = asyncio.create_task(_stop(own_server))
    answers = await asyncio.gather(*handing_in)
    await stopping
    await _start(own_server)
    told = {report.draft_id for report, answer in zip(reports, answers, strict=True) if answer.is_success}
    assert {answer.status_code for answer in answers} <= {202, 503}
    async with own_api.intake.database.reading() as session:
        kept = set(await session.scalars(select(StoredReport.draft_id)))
    assert told <= kept
    await own_api.take_in(*reports)
    assert await own_api.scalar(select(func.sum(Item.reports))) == len(reports)


async def test_a_server_that_starts_or_stops_is_away(own_api: RunningApi, own_server: PostgreSql) -> None:
    """It answers and refuses connections, as it also does while it starts."""
    engine, report = own_api.intake.database.engine, a_report()
    async with engine.connect() as last:
        await engine.dispose(close=False)
        assert own_server.process
        own_server.process.send_signal(signal.SIGTERM)
        try:
            await _until_nobody_is_let_in(own_server)
            _assert_away(await own_api.hand_in(report), report)
            assert (await own_api.analyst.get("/readyz")).status_code == 503
        finally:
            await last.invalidate()
            await _stop(own_server)
            await _start(own_server)
    assert (await own_api.hand_in(report)).status_code == 202


async def _until_nobody_is_let_in(server: PostgreSql) -> None:
    database = Database(server.url("postgres"))
    for _ in range(500):
        try:
            async with database.engine.connect():
                pass
        except Exception:  # noqa: BLE001 - which it is, is what the test is about
            return
        finally:
            await database.engine.dispose()
    raise AssertionError("the server lets everybody in")


async def test_a_report_whose_connection_is_cut_gets_no_receipt(api: RunningApi, server: PostgreSql) -> None:
    report = a_report()
    async with api.intake.database.writing() as session:
        await session.execute(text("LOCK TABLE reports IN SHARE MODE"))
        handing_in = asyncio.create_task(api.hand_in(report))
        waiting = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        while (await asyncio.to_thread(server.run, waiting)) != "t":
            assert not handing_in.done()
        _assert_away(await handing_in, report)
    assert await api.scalar(select(StoredReport.draft_id)) is None
    assert (await api.hand_in(report)).status_code == 202


async def test_who_waits_too_long_for_another_is_told_to_come_again(api: RunningApi) -> None:
    """The wait is cut short here; that it is bounded is the setting of each connection."""
    database = api.intake.database
    assert await api.scalar(text("SHOW lock_timeout")) == "30s"
    async with database.writing() as first:
        await first.execute(text("LOCK TABLE reports"))
        with pytest.raises(DatabaseAway):
            await _read_hurriedly(database)


async def _read_hurriedly(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        await session.execute(select(StoredReport.draft_id))


async def test_two_that_wait_for_one_another_are_told_to_come_again(api: RunningApi) -> None:
    """PostgreSQL ends one of them, which nothing of ours should ever see."""
    await api.take_in(a_report(), a_report())
    database, meeting = api.intake.database, asyncio.Barrier(2)
    items = (await _ids(api))[:2]

    async def lock(first: str, then: str) -> None:
        async with database.writing() as session:
            await session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            await session.get(Item, first, with_for_update=True)
            await meeting.wait()
            await session.get(Item, then, with_for_update=True)

    ended = await asyncio.gather(lock(*items), lock(*reversed(items)), return_exceptions=True)
    assert sorted(map(type, ended), key=str) == sorted([type(None), DatabaseAway], key=str)


async def _ids(api: RunningApi) -> list[str]:
    async with api.intake.database.reading() as session:
        return list(await session.scalars(select(Item.item_id)))


@pytest.mark.parametrize(
    "chosen", ["default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on"]
)
async def test_what_an_administrator_has_chosen_for_others_changes_nothing(
    postgresql_settings: IntakeSettings, server: PostgreSql, chosen: str
) -> None:
    name = postgresql_settings.database_place().rpartition("/")[2]  # type: ignore[union-attr]
    server.run(f"ALTER DATABASE {name} SET {chosen}")
    async with opened(postgresql_settings) as api:
        answers = await asyncio.gather(*(api.hand_in(a_report("https://example.com/1")) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {202}
        await api.take_in(*(a_report(f"https://example.com/{number}") for number in range(8)))
        claims = await asyncio.gather(*(api.claim() for _ in range(8)))
    assert len({claim["item_id"] for [claim] in claims}) == 8


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
async def test_no_intake_starts_on_a_server_that_may_lose_what_it_committed(
    own_settings: IntakeSettings, own_server: PostgreSql, name: str
) -> None:
    reread = "SELECT pg_reload_conf()"
    own_server.run(f"ALTER SYSTEM SET {name} = off", reread)
    try:
        await _until(own_server, name, "off")
        with pytest.raises(NotReady, match=f"PostgreSQL runs with {name} off"):
            async with opened(own_settings):
                pass
    finally:
        own_server.run(f"ALTER SYSTEM RESET {name}", reread)
        await _until(own_server, name, "on")
    async with opened(own_settings):
        pass


async def _until(server: PostgreSql, name: str, value: str) -> None:
    for _ in range(100):
        if server.run(f"SHOW {name}") == value:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{name} is not {value}")


async def test_what_is_committed_is_on_the_disk_whatever_the_server_prefers(
    postgresql_settings: IntakeSettings, server: PostgreSql
) -> None:
    name = postgresql_settings.database_place().rpartition("/")[2]  # type: ignore[union-attr]
    server.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
    async with opened(postgresql_settings) as api:
        assert await api.scalar(text("SHOW synchronous_commit")) == "on"


async def test_no_intake_starts_while_the_server_is_away(
    own_settings: IntakeSettings, own_server: PostgreSql
) -> None:
    await _stop(own_server)
    try:
        with pytest.raises(NotReady, match="See that its server runs"):
            async with opened(own_settings):
                pass
    finally:
        await _start(own_server)

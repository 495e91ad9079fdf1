"""A process says which keys it has; one that does not answer is passed over, and writes nothing."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from intake_api.key_ring import KeyRing
from intake_api.known_keys.processes import Call, Silence, pass_over_all, present, wait_until_none_serves
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import KeyCheck, ServingProcess, StoredReport
from reportline.readiness import NotReady
from tests.intake_api.key_files import key_file
from tests.intake_api.running_api import RunningApi, a_report, client, opened


@pytest.fixture
async def database(settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database of an intake."""
    async with database_opened(settings.database_place()) as database:
        yield database


async def _answers(database: Database, seconds: float = 20) -> Sequence[Mapping[str, str]]:
    """Call every process; gives what each has, once all have answered or are passed over."""
    call = Call(database, Silence(seconds_to_answer=seconds))
    await call.begin()
    async with asyncio.timeout(30):
        while True:
            async with database.writing() as session:
                answers = [answer for answer in await call.answers(session) if answer is not None]
                if len(answers) == await session.scalar(select(func.count()).select_from(ServingProcess)):
                    return answers
            await asyncio.sleep(0.05)


async def _left(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(ServingProcess)) or 0


async def test_a_process_says_which_keys_it_has_from_its_start_to_its_end(
    database: Database, settings: IntakeSettings
) -> None:
    name = key_file(settings.folder, "vault").stem
    async with opened(settings):
        [has] = await _answers(database)
        assert (has[name], has["audit"]) == ("in use", "key")
        async with database.writing() as session:
            session.add(KeyCheck(name="vault-k2-0123456789ab", value=bytes(32), pending=True))
        [has] = await _answers(database)
        assert has["vault-k2-0123456789ab"] == "nothing"
    assert await _left(database) == 0


async def test_a_process_has_no_key_of_another_value(database: Database, settings: IntakeSettings) -> None:
    """Its file was changed after its check value was written; only what fits the database is held."""
    async with present(database, KeyRing(settings.folder)):
        await _forge(database, "receipts")
        [has] = await _answers(database)
        assert (has["receipts"], has["audit"]) == ("nothing", "key")


async def _forge(database: Database, name: str) -> None:
    async with database.writing() as session:
        await session.execute(update(KeyCheck).where(KeyCheck.name == name).values(value=bytes(32)))


async def test_of_two_that_call_at_once_each_waits_for_its_own_answer(
    database: Database, settings: IntakeSettings
) -> None:
    """A process that has answered the first call is not passed over because of the second."""
    async with opened(settings):
        first, second = [Call(database, Silence(seconds_to_answer=0)) for _ in range(2)]
        await first.begin()
        async with asyncio.timeout(20):
            while not await _answered(database, 1):
                await asyncio.sleep(0.05)
        await second.begin()
        async with database.writing() as session:
            assert None not in await first.answers(session)
        assert await _left(database) == 1
        async with database.writing() as session:
            await second.answers(session)


async def _answered(database: Database, number: int) -> bool:
    async with database.reading() as session:
        return await session.scalar(select(ServingProcess.answered)) == number


async def _pass_over(api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process have been stopped for minutes, while somebody made new keys."""
    async with database_opened(api.intake.settings.database_place()) as other:
        call = Call(other, Silence(seconds_to_answer=0))
        await call.begin()
        async with other.writing() as session:
            assert await call.answers(session) == []
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 600)


async def test_a_process_that_was_passed_over_writes_nothing_and_says_so(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, report = api.intake.database, a_report()
    await _pass_over(api, monkeypatch)
    for _ in range(2):
        answer = await api.hand_in(report)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (503, "left-behind")
        assert answer.headers["Retry-After"]
        assert (await api.analyst.post("/v1/queue/claims", json={})).status_code == 503
    async with client(api.app) as nobody:
        answer = await nobody.get("/readyz")
    assert (answer.status_code, answer.json()["keys"]) == (503, "behind")
    assert await api.scalar(select(func.count()).select_from(StoredReport)) == 0
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["left_behind"]
    assert await _left(database) == 0


async def test_a_process_that_was_passed_over_merges_nothing(
    api: RunningApi,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await api.take_in(a_report())
    await _pass_over(api, monkeypatch)
    async with database.writing() as session:
        await session.execute(update(StoredReport).values(merged_revision=0))
    await asyncio.wait_for(api.intake.merger.run(), 10)
    assert await api.scalar(select(StoredReport.merged_revision)) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["left_behind"]


async def test_a_process_finds_out_by_itself_that_it_was_passed_over(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its operator reads it in the log although nobody hands anything in."""
    await _pass_over(api, monkeypatch)
    told = ""
    async with asyncio.timeout(20):
        while "left_behind" not in told:
            told += capsys.readouterr().err
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("answered", "keys"), [(2_000_000_000, {}), (1, {"audit": 1}), (1, ["audit"])])
async def test_a_row_that_no_process_has_written_is_passed_over(
    database: Database, answered: int, keys: Any
) -> None:
    async with database.writing() as session:
        session.add(ServingProcess(process_id="e" * 32, called=0, answered=answered, keys=keys))
    assert await _answers(database, seconds=0.2) == []
    assert await _left(database) == 0


async def test_a_process_whose_row_somebody_deleted_writes_nothing_more(settings: IntakeSettings) -> None:
    """On SQLite too, where it does not read its row in each transaction: its next look finds out."""
    async with opened(settings) as api:
        async with api.intake.database.writing() as session:
            await session.execute(delete(ServingProcess))
        async with asyncio.timeout(20):
            while (await api.hand_in(a_report())).status_code == 202:
                await asyncio.sleep(0.1)


async def test_a_process_that_cannot_read_what_is_known_of_keys_says_so_and_looks_again(
    sqlite_settings: IntakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else it would answer nobody any more, and be passed over."""
    async with opened(sqlite_settings) as api:
        database, said = api.intake.database, ""
        async with database.writing() as session:
            [(name, value)] = await session.execute(select(KeyCheck.name, KeyCheck.value).limit(1))
            await session.execute(
                text("UPDATE key_checks SET value = 'x' WHERE name = :name"), {"name": name}
            )
        async with asyncio.timeout(30):
            while "known_keys_unreadable" not in said:
                await asyncio.sleep(0.05)
                said += capsys.readouterr().err
        async with database.writing() as session:
            await session.execute(update(KeyCheck).where(KeyCheck.name == name).values(value=value))
        assert len(await _answers(database)) == 1
        assert "known_keys_unreadable" not in capsys.readouterr().err


async def test_started_again_it_writes(settings: IntakeSettings, database: Database) -> None:
    async with opened(settings):
        async with database.writing() as session:
            await pass_over_all(session)
    async with opened(settings) as api:
        assert (await api.hand_in(a_report())).status_code == 202


async def test_no_process_begins_without_a_key_that_is_in_use(settings: IntakeSettings) -> None:
    key_file(settings.folder, "vault").rename(settings.data_dir / "elsewhere")
    shutil.copy(settings.folder / "receipts.key", settings.folder / "vault-k1.key")
    with pytest.raises(NotReady, match=r"is missing, and is in use\. Copy it from another machine"):
        async with opened(settings):
            pass


async def test_who_waits_until_none_serves_hears_of_one_that_does(
    database: Database, settings: IntakeSettings
) -> None:
    async with opened(settings):
        with pytest.raises(NotReady, match=r"An intake is running\. Stop every one"):
            await wait_until_none_serves(database, Silence())


async def test_who_waits_until_none_serves_passes_over_what_does_not_answer(
    database: Database, settings: IntakeSettings
) -> None:
    """Until then it waits, and says so once."""
    async with database.writing() as session:
        session.add(ServingProcess(process_id="f" * 32, keys={}))
    told: list[int] = []
    silence = Silence(told.append, seconds_to_answer=2, seconds_to_tell=0)
    waiting = asyncio.create_task(wait_until_none_serves(database, silence))
    ended, _ = await asyncio.wait({waiting}, timeout=1)
    assert not ended
    await waiting
    assert await _left(database) == 0
    assert (told, silence.passed_over) == ([1], 1)
    async with opened(settings) as api:
        assert (await api.hand_in(a_report())).status_code == 202

"""Each minute the head of the audit log is kept, and as an hour begins what was counted is added."""

import asyncio
import json

import pytest
from sqlalchemy import select, text

from intake_api.audit.head import HEAD_FILE, read_head
from intake_api.server.audit_task import AuditTask
from intake_api.settings import IntakeSettings
from intake_api.store.models import AuditEntry
from tests.intake_api.running_api import NOON, RunningApi, a_report, client, opened


async def _entries(api: RunningApi) -> list[tuple[str, str, str]]:
    """Give what the intake itself has added."""
    own = select(AuditEntry).where(AuditEntry.who == "intake").order_by(AuditEntry.sequence)
    async with api.intake.database.reading() as session:
        return [
            (f"{one.at:%H:%M:%S}", one.what, "" if one.what == "counted" else one.subject)
            for one in await session.scalars(own)
        ]


async def _refused(api: RunningApi, times: int) -> None:
    async with client(api.app) as stranger:
        for _ in range(times):
            assert (await stranger.get("/v1/counts")).status_code == 401


async def test_an_hour_is_counted_as_the_next_begins_and_never_in_its_midst(api: RunningApi) -> None:
    """A process that starts in the midst of an hour counts nothing of it: that would halve the hour."""
    await api.take_in(a_report())
    for _ in range(2):
        await api.intake.audit_task.tick()
    assert await _entries(api) == []
    api.clock.moment = NOON.replace(hour=13, second=20)
    await api.intake.audit_task.tick()
    assert await _entries(api) == [("13:00:00", "counted", "")]


async def test_refused_keys_are_one_entry_an_hour(api: RunningApi) -> None:
    before = await api.scalar(text("SELECT COUNT(*) FROM audit_log"))
    await _refused(api, 3)
    await api.intake.audit_task.tick()
    assert await api.scalar(text("SELECT COUNT(*) FROM audit_log")) == before
    for _ in range(2):
        api.clock.move(hours=1)
        await api.intake.audit_task.tick()
    assert [one for one in await _entries(api) if one[1] == "keys_refused"] == [
        ("13:00:00", "keys_refused", "3")
    ]


async def test_at_an_orderly_end_refusals_are_added_and_the_head_is_kept(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await _refused(api, 2)
        audit = api.intake.audit
    async with opened(settings) as api:
        assert await _entries(api) == [("12:00:00", "keys_refused", "2")]
        async with api.intake.database.reading() as session:
            assert read_head(settings.folder, audit) == await audit.newest(session)


async def test_while_it_runs_the_head_is_kept(api: RunningApi) -> None:
    intake = api.intake
    task = AuditTask(intake.database, intake.audit, intake.heads, intake.refusals, api.clock, seconds=0.01)
    running = asyncio.create_task(task.run())
    async with intake.database.writing() as session:
        intake.audit.add(session, NOON, "somebody", "searched", "one")
    async with intake.database.reading() as session:
        newest = await intake.audit.newest(session)
    async with asyncio.timeout(10):
        while read_head(intake.settings.folder, intake.audit) != newest:
            await asyncio.sleep(0.01)
    task.stop()
    await running


async def test_trouble_is_told_and_tried_again(api: RunningApi, capsys: pytest.CaptureFixture[str]) -> None:
    await _refused(api, 1)
    api.clock.move(hours=1)
    async with api.intake.database.writing() as session:
        await session.execute(text("ALTER TABLE audit_log RENAME TO audit_log_away"))
    await api.intake.audit_task.tick()
    async with api.intake.database.writing() as session:
        await session.execute(text("ALTER TABLE audit_log_away RENAME TO audit_log"))
    assert "audit_task_failed" in [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    await api.intake.audit_task.tick()
    assert ("13:00:00", "keys_refused", "1") in await _entries(api)


async def test_a_head_that_cannot_be_kept_is_no_good_state(
    api: RunningApi, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = api.intake.settings.folder
    (folder / HEAD_FILE).unlink()
    (folder / HEAD_FILE).mkdir()
    for subject in ("one", "two"):
        async with api.intake.database.writing() as session:
            api.intake.audit.add(session, NOON, "somebody", "searched", subject)
        await api.intake.audit_task.tick()
        assert (await api.analyst.get("/readyz")).json()["audit"] == "unkept"
        assert '"audit_task_failed"' in capsys.readouterr().err
    (folder / HEAD_FILE).rmdir()
    await api.intake.audit_task.tick()
    assert (await api.analyst.get("/readyz")).json()["audit"] == "ok"

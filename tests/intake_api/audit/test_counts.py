"""The log counts reports and assessments once an hour, of full hours only, and a number never falls."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from intake_api.audit.counts import COUNTED, CountsSeen, count_hour
from intake_api.audit.log import Noted
from intake_api.store.models import AuditEntry, Mention, StoredReport
from tests.intake_api.running_api import NOON, RunningApi, a_report

ONE = timedelta(hours=1)


async def _counted(api: RunningApi, hour: datetime) -> list[tuple[datetime, dict[str, str]]]:
    """Count as an hour begins; gives all counts in the log."""
    await count_hour(api.intake.database, api.intake.audit, hour)
    counts = select(AuditEntry).where(AuditEntry.what == COUNTED).order_by(AuditEntry.sequence)
    async with api.intake.database.reading() as session:
        return [
            (entry.at, dict(Noted(entry.at, "", "", "", None, entry.content).bound()))
            for entry in await session.scalars(counts)
        ]


async def test_reports_of_the_hour_that_has_begun_are_not_counted(api: RunningApi) -> None:
    """So no count tells more of a report than the hour that its own row has."""
    await api.take_in(a_report(), a_report())
    assert await _counted(api, NOON) == [(NOON, {"reports": "0", "assessments": "0"})]
    later = (NOON + ONE, {"reports": "2", "assessments": "0"})
    assert (await _counted(api, NOON + ONE))[1:] == [later]


async def test_an_hour_is_counted_once_and_only_if_anything_changed(api: RunningApi) -> None:
    await api.take_in(a_report())
    for hour in (NOON + ONE, NOON + ONE, NOON + 2 * ONE):
        assert len(await _counted(api, hour)) == 1
    # Another report of the hour that was counted was committed late.
    await api.take_in(a_report())
    assert len(await _counted(api, NOON + ONE)) == 1
    assert len(await _counted(api, NOON + 2 * ONE)) == 2


async def _missing(api: RunningApi) -> str | None:
    seen = CountsSeen()
    async with api.intake.database.reading() as session:
        async for _, noted in api.intake.audit.follow(session):
            assert noted is not None
            seen.see(noted)
        return await seen.compare(session)


async def test_what_came_later_makes_up_for_no_report_that_is_gone(api: RunningApi) -> None:
    gone = a_report()
    await api.take_in(gone, a_report())
    await _counted(api, NOON + ONE)
    assert await _missing(api) is None
    api.clock.move(hours=1)
    await api.take_in(a_report(), a_report(), a_report())
    async with api.intake.database.writing() as session:
        for table in (Mention, StoredReport):
            await session.execute(delete(table).where(table.draft_id == gone.draft_id))
    await _counted(api, NOON + 2 * ONE)
    assert await _missing(api) == "Rows are missing: reports (2 before, 1 now)."


async def test_the_count_of_a_machine_whose_clock_is_behind_is_no_fault(api: RunningApi) -> None:
    await api.take_in(a_report())
    for hour in (NOON + 2 * ONE, NOON + ONE, NOON):
        await _counted(api, hour)
    assert await _missing(api) is None

"""The log counts reports and assessments once an hour, of full hours only, and a number never falls."""

from datetime import datetime, timedelta

from sqlalchemy import select

from intake_api.audit.counts import COUNTED, CountsSeen, count_hour
from intake_api.audit.log import Noted
from intake_api.store.models import AuditEntry
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


def _seen(*told: tuple[datetime, int, int]) -> str | None:
    seen = CountsSeen()
    for number, (at, reports, assessments) in enumerate(told, start=1):
        content = f'{{"reports": "{reports}", "assessments": "{assessments}"}}'
        seen.see(number, Noted(at, "intake", COUNTED, "counts", None, content))
    return seen.fault


def test_a_number_that_falls_is_a_fault_for_ever() -> None:
    rises = [(NOON, 2, 1), (NOON + ONE, 3, 1)]
    assert _seen(*rises) is None
    fell = "Rows are missing: reports (3 before, 1 at entry 3), assessments (1 before, 0 at entry 3)."
    assert _seen(*rises, (NOON + 2 * ONE, 1, 0)) == fell
    assert _seen(*rises, (NOON + 2 * ONE, 1, 0), (NOON + 3 * ONE, 9, 9)) == fell


def test_the_count_of_a_machine_whose_clock_is_behind_is_no_fault() -> None:
    assert _seen((NOON + ONE, 3, 1), (NOON, 2, 1), (NOON + 2 * ONE, 3, 2)) is None

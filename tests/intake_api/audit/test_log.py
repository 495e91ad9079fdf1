"""The audit log is only added to, and a change to it is found."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from intake_api.audit.log import AuditLog
from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import NOON, RunningApi, opened
from tests.intake_api.unguarded import unguard

OTHERS = "at, who, what, subject, chain"
CHANGES = {
    3: [
        "UPDATE audit_log SET who = 'somebody' WHERE sequence = 3",
        "UPDATE audit_log SET what = 'released' WHERE sequence = 3",
        "UPDATE audit_log SET subject = 'other' WHERE sequence = 3",
        "UPDATE audit_log SET at = '2026-03-01 11:00:00.000000' WHERE sequence = 3",
        "UPDATE audit_log SET chain = (SELECT chain FROM audit_log WHERE sequence = 2) WHERE sequence = 3",
        "DELETE FROM audit_log WHERE sequence = 3",
        "UPDATE audit_log SET assessment_id = 'another' WHERE sequence = 3",
        "UPDATE audit_log SET content = '{}' WHERE sequence = 3",
    ],
    1: ["DELETE FROM audit_log WHERE sequence = 1"],
    13: [
        f"INSERT INTO audit_log (sequence, {OTHERS}) SELECT 13, {OTHERS} FROM audit_log WHERE sequence = 12",  # noqa: S608
    ],
}


async def _fill(api: RunningApi) -> None:
    async with api.intake.database.writing() as session:
        for number in range(4):
            api.intake.audit.add(session, NOON, "analyst", "address_read", f"item {number}")


async def _first_broken(api: RunningApi, audit: AuditLog) -> int | None:
    async with api.intake.database.reading() as session:
        return await audit.first_broken(session)


async def test_an_untouched_log_is_whole(api: RunningApi) -> None:
    """Set-up has added eight entries of its own: five of them tie a key each."""
    await _fill(api)
    assert await api.scalar(text("SELECT max(sequence) FROM audit_log")) == 12
    assert await _first_broken(api, api.intake.audit) is None


@pytest.mark.parametrize(
    ("broken", "change"), [(at, change) for at, changes in CHANGES.items() for change in changes]
)
async def test_a_change_is_found(api: RunningApi, broken: int, change: str) -> None:
    """The owner of the database can drop the triggers; the chain still shows the change."""
    await _fill(api)
    async with api.intake.database.writing() as session:
        await unguard(session)
        await session.execute(text(change))
    assert await _first_broken(api, api.intake.audit) == broken


@pytest.mark.parametrize("change", ["UPDATE audit_log SET who = 'somebody'", "DELETE FROM audit_log"])
async def test_the_database_refuses_to_change_the_log(api: RunningApi, change: str) -> None:
    async with api.intake.database.writing() as session:
        with pytest.raises(DBAPIError, match="only added to"):
            await session.execute(text(change))
        await session.rollback()


async def test_a_log_of_another_key_is_broken_from_the_start(api: RunningApi) -> None:
    assert await _first_broken(api, AuditLog(b"x" * 32)) == 1


async def test_entries_are_written_last_so_nobody_waits_for_a_transaction_that_goes_on(
    postgresql_settings: IntakeSettings,
) -> None:
    """Others add theirs meanwhile, and their numbers come first."""
    async with opened(postgresql_settings) as api:
        async with api.intake.database.writing() as session:
            api.intake.audit.add(session, NOON, "first", "searched", "first")
            await session.execute(text("SELECT 1"))
            async with asyncio.timeout(5), api.intake.database.writing() as other:
                api.intake.audit.add(other, NOON, "second", "searched", "second")
        added = "SELECT subject FROM audit_log WHERE what = 'searched' ORDER BY sequence"
        async with api.intake.database.reading() as session:
            assert (await session.scalars(text(added))).all() == ["second", "first"]
        assert await _first_broken(api, api.intake.audit) is None


async def test_what_a_transaction_adds_is_in_its_order_and_gone_with_it(api: RunningApi) -> None:
    async with api.intake.database.writing() as session:
        for subject in ("one", "two"):
            api.intake.audit.add(session, NOON, "somebody", "searched", subject)
        api.intake.audit.add(session, NOON, "somebody", "searched", "three", content={"a": "b"})
    with suppress(ZeroDivisionError):
        async with api.intake.database.writing() as session:
            api.intake.audit.add(session, NOON, "somebody", "searched", "never")
            raise ZeroDivisionError
    added = "SELECT subject FROM audit_log WHERE what = 'searched' ORDER BY sequence"
    async with api.intake.database.reading() as session:
        assert (await session.scalars(text(added))).all() == ["one", "two", "three"]
    assert await _first_broken(api, api.intake.audit) is None


async def test_nothing_can_be_added_where_nothing_is_written(api: RunningApi) -> None:
    """It would be lost without a word."""
    async with api.intake.database.reading() as session:
        with pytest.raises(KeyError):
            api.intake.audit.add(session, NOON, "somebody", "searched", "one")

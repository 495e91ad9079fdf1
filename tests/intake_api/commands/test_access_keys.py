"""A key that is revoked opens nothing, and what its owner held waits again."""

import asyncio

import pytest
from sqlalchemy import ColumnElement, Executable, delete, insert, literal_column, select, update
from typer.testing import CliRunner, Result

from intake_api.commands.checks import check
from intake_api.commands.intake import intake
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.models import AccessKey, AuditEntry, Item, Source
from tests.intake_api.api_users import CLAIMS, assert_problem, new_user
from tests.intake_api.running_api import NOON, a_report, environment, opened


async def _revoke(settings: IntakeSettings, key_id: str) -> Result:
    command = ["key", "revoke", key_id]
    return await asyncio.to_thread(CliRunner().invoke, intake, command, env=environment(settings))


async def test_revoking_a_key_frees_what_its_owner_holds(settings: IntakeSettings) -> None:
    """Each item is in the audit log, and others' claims stay."""
    async with opened(settings) as api:
        gone, other = await new_user(api), await new_user(api)
        await api.take_in(a_report(*(f"https://example.com/{number}" for number in range(3))))
        held = [claim["item_id"] for claim in await gone.claim(2)]
        await other.claim()
        revoked = await _revoke(settings, gone.key_id)
        assert revoked.stdout == "The key opens nothing any more, and what its owner held waits again.\n"
        assert revoked.exit_code == 0
        assert_problem(await gone.client.get("/v1/queue/claims"), 401, "no-access-key")
        async with api.intake.database.reading() as session:
            claimed = (await session.scalars(select(Item.claimed_by).where(Item.state == "claimed"))).all()
            newest = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(3)
            entries = [(entry.what, entry.subject) for entry in await session.scalars(newest)]
            assert await api.intake.audit.first_broken(session) is None
        assert list(claimed) == [other.key_id]
        assert entries[2] == ("key_revoked", gone.key_id)
        assert sorted(entries[:2]) == sorted(("claim_freed", item_id) for item_id in held)
        assert {claim["item_id"] for claim in await other.claim(2)} == set(held)


async def test_nothing_is_held_by_a_key_that_was_revoked_while_its_owner_claimed(
    settings: IntakeSettings,
) -> None:
    """Whichever comes first; and neither waits for the other in a circle."""
    async with opened(settings) as api:
        await api.take_in(a_report(*(f"https://example.com/{number}" for number in range(20))))
        for _ in range(5):
            gone = await new_user(api)
            expired = [claim["claim_id"] for claim in await gone.claim(4)]
            api.clock.move(hours=2)
            revoking = asyncio.create_task(_revoke(settings, gone.key_id))
            while not revoking.done():
                answers = await asyncio.gather(
                    gone.client.post(CLAIMS, json={"count": 2}),
                    *(gone.client.put(f"{CLAIMS}/{claim_id}/lease") for claim_id in expired),
                )
                assert {answer.status_code for answer in answers} <= {200, 401, 409}
            assert (await revoking).exit_code == 0
            assert await api.scalar(select(Item.item_id).where(Item.claimed_by == gone.key_id)) is None


async def test_a_key_is_revoked_although_what_its_owner_holds_is_spoilt(settings: IntakeSettings) -> None:
    """What can be given back waits again, and what cannot be is told."""
    async with opened(settings) as api:
        gone = await new_user(api)
        await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2"))
        spoilt, other = await gone.claim(2)
        no_hour: ColumnElement[int] = literal_column("2147483647" if settings.database_url else "'x'")
        await _write(settings, update(Source).values(hour=no_hour))
        of_item = update(Item).where(Item.item_id == spoilt["item_id"])
        await _write(settings, of_item.values(first_hour=no_hour))
        revoked = await _revoke(settings, gone.key_id)
        assert revoked.exit_code == 0, revoked.output
        assert revoked.stdout == "The key opens nothing any more, and what its owner held waits again.\n"
        assert (
            "that cannot be given back, since somebody spoilt them: 1. See `reportline doctor`."
            in revoked.stderr
        )
        assert_problem(await gone.client.get("/v1/queue/claims"), 401, "no-access-key")
        assert await api.scalar(select(Item.item_id).where(Item.state == "claimed")) == spoilt["item_id"]
        assert await api.scalar(select(Item.item_id).where(Item.state == "waiting")) == other["item_id"]


async def test_of_a_key_that_held_nothing_nothing_is_said_to_wait(settings: IntakeSettings) -> None:
    """So of each channel's."""
    key_id = (settings.data_dir / "channel.token").read_text().split("-")[1]
    revoked = await _revoke(settings, key_id)
    assert (revoked.exit_code, revoked.stdout) == (0, "The key opens nothing any more.\n")


_WRITTEN: dict[str, dict[str, object]] = {
    "its holder's name": {"name": "another"},
    "its secret": {"token_hash": bytes(32)},
    "its role": {"role": "lead"},
    "a role that there is not": {"role": "owner"},
    "its signature": {"mac": None},
    "that it is revoked": {"revoked_at": NOON},
}


async def _write(settings: IntakeSettings, statement: Executable) -> None:
    """Write to the database as its owner can."""
    async with database_opened(settings.database_place()) as database:
        if not database.is_postgresql:
            async with database.engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                await connection.commit()
                await connection.execute(statement)
                await connection.commit()
            return
        async with database.writing() as session:
            await session.execute(statement)


async def _named(settings: IntakeSettings, *, where: str = "access keys") -> str:
    """Give what the doctor says of access keys, or nothing if all is as it should be."""
    found = await asyncio.to_thread(check, settings)
    faults = {one.name: one.advice for one in found if not one.fine}
    assert faults.keys() <= {where}
    return faults.get(where, "")


async def _mended(settings: IntakeSettings, key_id: str) -> None:
    """Do what the doctor says about a key: then it is quiet, and the key cannot be revoked again."""
    advice = await _named(settings)
    assert key_id in advice
    assert "run `reportline intake key revoke KEY` for each" in advice
    done = await _revoke(settings, key_id)
    assert (done.exit_code, done.stderr) == (0, "")
    assert await _named(settings) == ""
    again = await _revoke(settings, key_id)
    assert again.exit_code == 1
    listed = await asyncio.to_thread(
        CliRunner().invoke, intake, ["key", "list"], env=environment(settings) | {"COLUMNS": "200"}
    )
    assert (listed.exit_code, key_id in listed.stdout) == (0, True)


async def _analyst(settings: IntakeSettings) -> str:
    return (settings.data_dir / "analyst.token").read_text().split("-")[1]


@pytest.mark.parametrize("changed", _WRITTEN)
async def test_a_key_whose_row_somebody_changed_is_mended_as_the_doctor_says(
    settings: IntakeSettings, changed: str
) -> None:
    key_id = await _analyst(settings)
    row = AccessKey.key_id == key_id
    await _write(settings, update(AccessKey).where(row).values(**_WRITTEN[changed]))
    await _mended(settings, key_id)
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        assert await session.scalar(select(AccessKey.role).where(row)) == "analyst"


async def test_a_key_whose_row_is_gone_is_mended_as_the_doctor_says(settings: IntakeSettings) -> None:
    """It has a row again: what its holder decided names it."""
    key_id = await _analyst(settings)
    await _write(settings, delete(AccessKey).where(AccessKey.key_id == key_id))
    await _mended(settings, key_id)


async def test_a_key_that_somebody_inserted_is_mended_as_the_doctor_says(settings: IntakeSettings) -> None:
    row = {"key_id": "f" * 12, "role": "lead", "name": "x", "token_hash": bytes(32), "made_at": NOON}
    await _write(settings, insert(AccessKey).values(**row))
    await _mended(settings, "f" * 12)


async def test_a_revoked_key_that_somebody_put_back_is_mended_as_the_doctor_says(
    settings: IntakeSettings,
) -> None:
    key_id = await _analyst(settings)
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        row = (await session.execute(select(AccessKey.__table__))).mappings().all()
    older = next(dict(one) for one in row if one["key_id"] == key_id)
    assert (await _revoke(settings, key_id)).exit_code == 0
    assert await _named(settings) == ""
    await _write(settings, update(AccessKey).where(AccessKey.key_id == key_id).values(**older))
    await _mended(settings, key_id)


async def test_a_key_that_is_not_in_force_cannot_be_revoked(settings: IntakeSettings) -> None:
    ended = await _revoke(settings, "0" * 12)
    assert ended.exit_code == 1
    assert ended.stderr == "There is no such key in force. See `reportline intake key list`.\n"

"""All values get a new key while others work, even if the run is cut off often; nothing is lost."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import LargeBinary, delete, func, insert, select, update
from typer.testing import CliRunner, Result

from conversations.address import CANONICALISER_VERSION
from conversations.wire.report import Report
from conversations.wire.sealing import seal
from intake_api.commands.checks import check
from intake_api.commands.intake import rotate
from intake_api.commands.keys import telling_silence
from intake_api.hand_in.reports import content_of
from intake_api.key_ring import KeyRing
from intake_api.keys import Purpose, make_key, newest, number_of, read_keys
from intake_api.known_keys.checks import record_made, with_pending
from intake_api.known_keys.processes import Has, present
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import AccessKey, Assessment, Base, Item, ServingProcess, State, StoredReport
from intake_api.upkeep.rotation import PAGE, rotate_seal, rotate_vault
from intake_api.upkeep.sealed_columns import SEALED_COLUMNS
from intake_api.vault import Place, Vault
from reportline.checks import Check
from reportline.readiness import NotReady
from tests.intake_api.key_files import key_file, numbers
from tests.intake_api.running_api import NOON, RunningApi, a_report, environment, revised
from tests.intake_api.served_api import ServedApi, serving

ROWS = 2 * PAGE + 3
ROTATE = "from intake_api.commands.intake import intake; intake()"


@pytest.fixture
async def database(settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database of an intake."""
    async with database_opened(settings.database_place()) as database:
        yield database


class Stop(Exception):  # noqa: N818
    """A run is cut off here."""


async def _fill(database: Database, vault: Vault, rows: int = ROWS) -> None:
    """Write reports, items and assessments, each with its own name in every sealed column."""
    reports, items, notes = [], [], []
    for number in range(rows):
        row = secrets.token_hex(16)
        reports.append(_report(vault, row, withdrawn=number == 0))
        items.append(_item(vault, row))
        notes.append(_assessment(vault, row, with_note=number > 0))
    async with database.writing() as session:
        analyst = await session.scalar(select(AccessKey.key_id).limit(1))
        await session.execute(insert(StoredReport), reports)
        await session.execute(insert(Item), items)
        there = await session.scalar(select(func.count()).select_from(Assessment)) or 0
        made = [
            note | {"assessed_by": analyst, "sequence": number}
            for number, note in enumerate(notes, start=there + 1)
        ]
        await session.execute(insert(Assessment), made)


def _report(vault: Vault, row: str, *, withdrawn: bool) -> dict[str, object]:
    report = a_report(draft_id=row)
    return {
        "draft_id": row,
        "revision": 1,
        "merged_revision": 1,
        "receipt_hash": vault.blind_receipt(report.receipt),
        "portal": report.portal,
        "channel": report.channel,
        "language": report.language,
        "hour": NOON,
        "arrival_hour": NOON,
        "advice_version": 1,
        "withdrawn": withdrawn,
        "content": None if withdrawn else vault.seal(Place("reports", row, "content"), f"reports {row}"),
        "counted": None if withdrawn else vault.seal(Place("reports", row, "counted"), f"reports {row}"),
    }


def _item(vault: Vault, row: str) -> dict[str, object]:
    return {
        "item_id": row,
        "address_hash": vault.blind_address(row),
        "index_key": vault.index_key,
        "canonicaliser": CANONICALISER_VERSION,
        "given": vault.seal(Place("items", row, "given"), f"items {row}"),
        "canonical": vault.seal(Place("items", row, "canonical"), f"items {row}"),
        "kind": "web",
        "reports": 1,
        "first_hour": NOON,
        "last_hour": NOON,
        "due_hour": NOON,
        "state": State.ASSESSED,
    }


def _assessment(vault: Vault, row: str, *, with_note: bool) -> dict[str, object]:
    return {
        "assessment_id": row,
        "item_id": row,
        "claim_id": row[:16],
        "assessed_at": NOON,
        "vocabulary": 1,
        "outcome": "ignore",
        "note": vault.seal(Place("assessments", row, "note"), f"assessments {row}") if with_note else None,
    }


async def _sealed(database: Database) -> Sequence[tuple[Place, bytes]]:
    """Give every sealed value, with its place."""
    found = []
    async with database.reading() as session:
        for sealed in SEALED_COLUMNS:
            there = select(sealed.row, sealed.column).where(sealed.column.is_not(None))
            found += [(sealed.place(row), value) for row, value in await session.execute(there)]
    return found


async def _assert_all_open(database: Database, vault: Vault, number: int, rows: int = ROWS) -> None:
    values = await _sealed(database)
    assert len(values) == 5 * rows - 3
    for place, value in values:
        assert value.startswith(f"k{number}-".encode())
        assert vault.open(place, value) == f"{place.table} {place.row}"


def _nobody(_: int) -> None:
    pass


def test_every_column_that_the_vault_seals_is_in_the_table() -> None:
    """What has no length of its own is sealed; hashes are 32 bytes."""
    columns = {column for table in Base.metadata.tables.values() for column in table.columns}
    sealed = {column for column in columns if isinstance(column.type, LargeBinary) and not column.type.length}
    assert sealed == {one.column.property.columns[0] for one in SEALED_COLUMNS}


async def test_everything_comes_under_a_new_key(database: Database, settings: IntakeSettings) -> None:
    await _fill(database, Vault(read_keys(settings.folder)))
    told: list[int] = []
    rotated = await rotate_vault(database, settings.folder, told.append)
    assert (number_of(rotated.key_id), rotated.made, rotated.damaged) == (2, True, 0)
    assert rotated.values == told[-1] == 5 * ROWS - 3
    assert told == sorted(told)
    assert max(later - earlier for earlier, later in zip([0, *told], told, strict=False)) <= PAGE
    await _assert_all_open(database, Vault(read_keys(settings.folder)), 2)


async def test_no_key_is_deleted_and_the_old_one_is_not_needed(
    database: Database, settings: IntakeSettings
) -> None:
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    await rotate_vault(database, settings.folder, _nobody)
    assert numbers(read_keys(settings.folder).vaults) == {1, 2}
    key_file(settings.folder, "vault").unlink()
    await _assert_all_open(database, Vault(read_keys(settings.folder)), 2, rows=3)


async def test_each_run_makes_another_key(database: Database, settings: IntakeSettings) -> None:
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    for number in (2, 3, 4):
        rotated = await rotate_vault(database, settings.folder, _nobody)
        assert (number_of(rotated.key_id), rotated.made) == (number, True)
    await _assert_all_open(database, Vault(read_keys(settings.folder)), 4, rows=3)


async def test_a_run_that_is_cut_off_after_each_page_goes_on_under_the_same_key(
    database: Database, settings: IntakeSettings
) -> None:
    def stop(_: int) -> None:
        raise Stop

    await _fill(database, Vault(read_keys(settings.folder)))
    runs, values = 0, 0
    while True:
        try:
            rotated = await rotate_vault(database, settings.folder, stop)
        except Stop:
            runs += 1
            left = [value for _, value in await _sealed(database) if value.startswith(b"k1-")]
            assert 5 * ROWS - 3 - len(left) > values
            values = 5 * ROWS - 3 - len(left)
            if not left:
                break
        else:
            pytest.fail(f"not cut off: {rotated}")
    assert runs == len(SEALED_COLUMNS) * 3
    assert numbers(read_keys(settings.folder).vaults) == {1, 2}
    await _assert_all_open(database, Vault(read_keys(settings.folder)), 2)


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


@asynccontextmanager
async def _handing_in(served: ServedApi, reports: Sequence[Report]) -> AsyncIterator[dict[str, Report]]:
    """Hand reports in again and again, each time as their next revision; gives what was acknowledged last."""
    latest: dict[str, Report] = {}
    stopped = False

    def work() -> None:
        number = 0
        while not stopped:
            report = latest.get(reports[number % len(reports)].draft_id, reports[number % len(reports)])
            report = revised(report, note=f"note {number}")
            assert served.hand_in(report).status_code == 202
            latest[report.draft_id] = report
            number += 1

    working = asyncio.create_task(asyncio.to_thread(work))
    try:
        yield latest
    finally:
        stopped = True
        await working


async def test_nothing_is_lost_while_an_intake_takes_reports_in(
    database: Database, settings: IntakeSettings
) -> None:
    """It changes the very rows that come under the new key, which it takes up without a restart."""
    await _fill(database, Vault(read_keys(settings.folder)))
    reports = [a_report() for _ in range(4)]
    with serving(settings.data_dir, settings.database_url) as served:
        async with _handing_in(served, reports) as latest:
            await _until(lambda: len(latest) == len(reports))
            rotated = await rotate_vault(database, settings.folder, _nobody)
            before = dict(latest)
            await _until(lambda: all(latest[one].revision > before[one].revision for one in before))
    assert (number_of(rotated.key_id), rotated.damaged) == (2, 0)
    vault = Vault(read_keys(settings.folder))
    async with database.reading() as session:
        for draft_id, report in latest.items():
            stored = await session.get_one(StoredReport, draft_id)
            assert content_of(vault, stored).note == report.note
    assert all(value.startswith(b"k2-") for _, value in await _sealed(database))


async def test_what_is_sealed_before_the_key_and_written_after_it_is_found_too(
    postgresql_settings: IntakeSettings,
) -> None:
    """No pass begins while a transaction is open that a process began before it used the new key."""
    folder, place = postgresql_settings.folder, postgresql_settings.database_place()
    before, ring = Vault(read_keys(folder)), KeyRing(folder)
    async with database_opened(place) as database, database_opened(place) as other, present(other, ring):
        rotating = asyncio.create_task(rotate_vault(database, folder, _nobody))
        await _until(lambda: any(folder.glob("vault-k2-*.key")))
        async with other.writing() as session:
            await session.execute(insert(StoredReport), [_report(before, "f" * 32, withdrawn=False)])
            await _until(lambda: number_of(ring.current().in_use("vault")) == 2)
            ended, _ = await asyncio.wait({rotating}, timeout=3)
            assert not ended
        await rotating
        values = [value for _, value in await _sealed(database)]
    assert values
    assert all(value.startswith(b"k2-") for value in values)


@asynccontextmanager
async def _another_machine(settings: IntakeSettings) -> AsyncIterator[KeyRing]:
    """Serve the same database with a copy of the keys; gives them."""
    folder = settings.data_dir / "other"
    shutil.copytree(settings.folder, folder, ignore=shutil.ignore_patterns("*.db*"))
    keys = KeyRing(folder)
    async with database_opened(settings.database_place()) as database, present(database, keys):
        yield keys


@pytest.mark.parametrize("purpose", ["seal", "vault"])
async def test_a_key_that_a_process_lacks_is_not_used_and_what_to_copy_is_told(
    database: Database, settings: IntakeSettings, purpose: Purpose
) -> None:
    """The next run goes on where this one stopped, and no sooner than the key is there."""

    async def rotate(seconds_to_see: float) -> None:
        if purpose == "seal":
            await rotate_seal(database, settings.folder, seconds_to_see)
        else:
            await rotate_vault(database, settings.folder, _nobody, seconds_to_see)

    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    async with _another_machine(settings) as keys:
        for _ in range(2):
            with pytest.raises(
                NotReady, match=rf"{purpose}-k2-\w+\.key is made, .*without it: 1\. Copy it"
            ) as refused:
                await rotate(0)
            assert "`reportline doctor` on that machine tells" in str(refused.value)
            file = key_file(settings.folder, purpose, 2)
            assert await _in_use(database, settings, purpose) == 1
        shutil.copy(file, settings.data_dir / "other")
        await rotate(60)
        assert number_of(keys.current().in_use(purpose)) == 2
        assert len([*settings.folder.glob(f"{purpose}-k*.key")]) == 2
    assert await _in_use(database, settings, purpose) == 2
    await _assert_all_open(
        database, Vault(read_keys(settings.folder)), 2 if purpose == "vault" else 1, rows=3
    )


async def _in_use(database: Database, settings: IntakeSettings, purpose: Purpose) -> int:
    async with database.reading() as session:
        return number_of((await with_pending(session, read_keys(settings.folder))).in_use(purpose))


async def _made_there(database: Database, settings: IntakeSettings, purpose: Purpose) -> str:
    """Make a key on the other machine, and wait until its process says that it has it; gives its name."""
    folder = settings.data_dir / "other"
    made = f"{purpose}-{make_key(folder, purpose)}"
    async with database.writing() as session:
        await record_made(session, read_keys(folder), [made], pending=True)
    async with asyncio.timeout(20):
        while await _told(database, made) != [Has.KEY]:
            await asyncio.sleep(0.05)
    return made


async def test_a_key_that_was_made_on_another_machine_is_brought_from_there(
    database: Database, settings: IntakeSettings
) -> None:
    """If that machine is gone, another key is made: nothing was sealed with the one that is lost."""
    async with _another_machine(settings):
        made = await _made_there(database, settings, "vault")
        with pytest.raises(NotReady, match=rf"{made}\.key was made on another machine.* Copy it from there"):
            await rotate_vault(database, settings.folder, _nobody)
    rotated = await rotate_vault(database, settings.folder, _nobody)
    assert (number_of(rotated.key_id), f"vault-{rotated.key_id}" == made) == (2, False)


async def test_no_public_key_is_given_out_that_a_process_could_not_open(
    database: Database, settings: IntakeSettings
) -> None:
    async with _another_machine(settings):
        made = await _made_there(database, settings, "seal")
        ended = await asyncio.to_thread(_run, settings, "seal")
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert f"{made}.key was made on another machine, and is not in use yet. Copy it" in ended.stderr
        assert not (settings.folder / "intake_public.key").exists()
        shutil.copy(settings.data_dir / "other" / f"{made}.key", settings.folder)
        ended = await asyncio.to_thread(_run, settings, "seal")
    assert ended.exit_code == 0
    assert (settings.folder / "intake_public.key").read_text().startswith(f"{made.removeprefix('seal-')}:")


async def _told(database: Database, name: str) -> Sequence[str | None]:
    async with database.reading() as session:
        return [keys.get(name) for keys in await session.scalars(select(ServingProcess.keys))]


async def test_a_running_intake_goes_on_with_the_new_key(api: RunningApi) -> None:
    reports = [a_report("https://example.com/1", note="before"), a_report("https://example.com/2")]
    await api.take_in(reports[0])
    folder = api.intake.settings.folder
    await rotate_vault(api.intake.database, folder, _nobody)
    await api.take_in(reports[1])
    claims = [await api.show(claim["claim_id"]) for claim in await api.claim(2)]
    assert {claim["address_given"] for claim in claims} == {"https://example.com/1", "https://example.com/2"}
    assert {claim["details"][0]["note"] for claim in claims} == {"before", None}
    path = f"/v1/queue/claims/{claims[0]['claim_id']}/assessment"
    await api.analyst.post(path, json={"outcome": "ignore", "note": "after"})
    values = await _sealed(api.intake.database)
    assert {value[:3] for _, value in values} == {b"k2-"}
    assert {place.table for place, _ in values} == {"reports", "items", "assessments"}


async def test_a_row_that_somebody_holds_is_not_waited_for_and_not_forgotten(
    postgresql_settings: IntakeSettings,
) -> None:
    """Who waits for one row while holding others may wait in a ring, until the server ends one of them."""
    folder = postgresql_settings.folder
    async with database_opened(postgresql_settings.database_place()) as database:
        await _fill(database, Vault(read_keys(folder)), rows=PAGE)
        told: list[int] = []
        async with database.writing() as session:
            await session.execute(select(Item).order_by(Item.item_id).limit(1).with_for_update())
            rotating = asyncio.create_task(rotate_vault(database, folder, told.append))
            # The first pass and, for the two columns of the row, the second.
            await _until(lambda: len(told) == len(SEALED_COLUMNS) + 2)
            assert told[-1] == 5 * PAGE - 3 - 2
        assert (await rotating).values == 5 * PAGE - 3
        await _assert_all_open(database, Vault(read_keys(folder)), 2, rows=PAGE)


async def test_a_run_that_is_killed_loses_nothing_and_the_next_ends_it(
    database: Database, settings: IntakeSettings
) -> None:
    """Killed as soon as something is under the new key."""
    await _fill(database, Vault(read_keys(settings.folder)))
    command = [sys.executable, "-c", ROTATE, "rotate", "vault"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REPORTLINE_")}
    process = subprocess.Popen(command, env=ours | environment(settings), stderr=subprocess.PIPE)
    begun = select(func.count()).where(func.substr(StoredReport.content, 1, 3, type_=LargeBinary) == b"k2-")
    for _ in range(2000):
        async with database.reading() as session:
            if await session.scalar(begun):
                break
        await asyncio.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    vault = Vault(read_keys(settings.folder))
    assert {vault.open(place, value) for place, value in await _sealed(database)}
    ended = await asyncio.to_thread(_run, settings, "vault")
    assert ended.exit_code == 0
    await _assert_all_open(database, vault, 2)


async def test_two_runs_at_once_make_one_key_after_the_other(
    database: Database, settings: IntakeSettings
) -> None:
    await _fill(database, Vault(read_keys(settings.folder)))
    runs = [rotate_vault(database, settings.folder, _nobody) for _ in range(2)]
    await asyncio.gather(*runs)
    made = newest(read_keys(settings.folder).vaults)
    await rotate_vault(database, settings.folder, _nobody)
    keys = read_keys(settings.folder)
    assert {Vault(keys).open(place, value) for place, value in await _sealed(database)}
    assert made in keys.vaults


def _told_by_doctor(settings: IntakeSettings) -> dict[str, Check]:
    return {one.name: one for one in check(settings)}


async def test_the_doctor_names_a_key_that_values_need_and_blames_nobody(
    database: Database, settings: IntakeSettings
) -> None:
    """While it is missing, its values look like ones that somebody has changed."""
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    older = key_file(settings.folder, "vault")
    await _cut_off(database, settings)
    left = len([value for _, value in await _sealed(database) if value.startswith(b"k1-")])
    assert left == 5 * 3 - 3 - 2
    older.rename(settings.data_dir / "elsewhere")
    told = await asyncio.to_thread(_told_by_doctor, settings)
    assert told["assessments and reports"] == Check(
        "assessments and reports",
        fine=False,
        advice=(
            f"{older.name} is missing, and {left} values are still sealed with it: copy it "
            "from another machine of this intake, or out of a backup (docs/operator.md, Backups)."
        ),
    )
    assert not any("Find out who" in one.advice for one in told.values())


async def test_the_doctor_still_blames_where_a_value_names_a_key_that_never_was(
    database: Database, settings: IntakeSettings
) -> None:
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    async with database.writing() as session:
        await session.execute(update(Item).values(given=b"k9-0123456789ab:spoilt"))
    told = (await asyncio.to_thread(_told_by_doctor, settings))["assessments and reports"]
    assert "Items whose address does not open: 3. Find out who wrote to the database" in told.advice


async def test_the_doctor_says_what_to_run_while_values_are_under_older_keys(
    database: Database, settings: IntakeSettings
) -> None:
    await _fill(database, Vault(read_keys(settings.folder)), rows=1)
    await _cut_off(database, settings)
    told = (await asyncio.to_thread(_told_by_doctor, settings))["intake database"]
    assert told.fine
    assert (
        "1 value is still sealed with older keys: unless a rotation is running now, run "
        "`reportline intake rotate vault` again"
    ) in told.advice
    await rotate_vault(database, settings.folder, _nobody)
    told = (await asyncio.to_thread(_told_by_doctor, settings))["intake database"]
    assert "older keys" not in told.advice


async def _cut_off(database: Database, settings: IntakeSettings) -> None:
    """Begin a rotation, and cut it off when the first page is under the new key."""

    def stop(_: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        await rotate_vault(database, settings.folder, stop)


async def test_a_damaged_value_stays_and_stops_no_rotation(
    database: Database, settings: IntakeSettings
) -> None:
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    held = newest(read_keys(settings.folder).vaults)
    for damaged in (f"{held}:spoilt".encode(), b"spoilt"):
        async with database.writing() as session:
            first = select(func.min(Item.item_id)).scalar_subquery()
            await session.execute(update(Item).where(Item.item_id == first).values(given=damaged))
        rotated = await rotate_vault(database, settings.folder, _nobody)
        assert (rotated.made, rotated.values, rotated.damaged) == (True, 5 * 3 - 3 - 1, 1)
        async with database.reading() as session:
            assert await session.scalar(select(func.min(Item.given)).where(Item.item_id == first)) == damaged


async def test_no_key_is_made_in_the_place_of_one_that_is_missing(
    database: Database, settings: IntakeSettings
) -> None:
    """A folder from an older backup: another key of the same id would open nothing of what is there."""
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    await rotate_vault(database, settings.folder, _nobody)
    key_file(settings.folder, "vault", 2).rename(settings.data_dir / "elsewhere")
    with pytest.raises(NotReady, match=r"vault-k2-\w+\.key is missing, .* Copy it from another machine"):
        await rotate_vault(database, settings.folder, _nobody)
    assert numbers(read_keys(settings.folder).vaults) == {1}


async def test_the_files_hold_nothing_of_what_was_sealed_before(sqlite_settings: IntakeSettings) -> None:
    """SQLite overwrites; on PostgreSQL the older versions are gone after VACUUM FULL."""
    async with database_opened(sqlite_settings.database_place()) as database:
        await _fill(database, Vault(read_keys(sqlite_settings.folder)))
        before = [value[:40] for _, value in await _sealed(database)]
        assert any(before[0] in file.read_bytes() for file in sqlite_settings.folder.glob("reportline.db*"))
        await rotate_vault(database, sqlite_settings.folder, _nobody)
    files = b"".join(file.read_bytes() for file in sqlite_settings.folder.glob("reportline.db*"))
    assert not [value for value in before if value in files]


def _run(settings: IntakeSettings, *arguments: str) -> Result:
    return CliRunner().invoke(rotate, arguments, env=environment(settings))


async def test_the_command_says_what_is_needed_no_more_and_by_whom_it_still_is(
    database: Database, settings: IntakeSettings
) -> None:
    def stop(_: int) -> None:
        raise Stop

    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    older = newest(read_keys(settings.folder).vaults)
    with pytest.raises(Stop):
        await rotate_vault(database, settings.folder, stop)
    newer = newest(read_keys(settings.folder).vaults)
    ended = await asyncio.to_thread(_run, settings, "vault")
    assert ended.exit_code == 0
    assert f"Sealed anew with vault-{newer}.key: 10 values." in ended.output
    assert "To make a new key, run this again." in ended.output
    assert f"Nothing in the database needs vault-{older}.key any more, and no process seals" in ended.output
    assert "Delete its file on every machine." in ended.output
    assert ended.output.endswith("Make a backup now: the new key is in none that you have.\n")
    assert "Delete no backup: those of `reportline intake backup` hold the keys" in ended.output
    ended = await asyncio.to_thread(_run, settings, "vault")
    [told] = re.findall(r"^Nothing in the database needs .*$", ended.output, re.MULTILINE)
    assert f"vault-{older}.key" in told
    assert f"vault-{newer}.key" in told
    assert "no process seals with them. Delete their files on every machine." in told
    assert "keep their files with those, away from the machines" in told


async def test_the_command_fails_where_something_is_damaged(
    database: Database, settings: IntakeSettings
) -> None:
    await _fill(database, Vault(read_keys(settings.folder)), rows=3)
    older = newest(read_keys(settings.folder).vaults)
    make_key(settings.folder, "vault")
    async with database.writing() as session:
        await session.execute(update(Item).values(given=f"{older}:spoilt".encode()))
    ended = await asyncio.to_thread(_run, settings, "vault")
    assert ended.exit_code == 1
    assert "Damaged: 3 values; no key here opens them. Keep every key." in ended.output
    assert "needs" not in ended.output


async def test_reports_sealed_to_the_old_and_to_the_new_key_are_taken_in(api: RunningApi) -> None:
    """The running intake has the new key at once, and the bot hosts get its public half as a file."""
    settings = api.intake.settings
    before, older, newer = api.intake.keys.current().public_key(), a_report(), a_report()
    ended = await asyncio.to_thread(_run, settings, "seal")
    assert ended.exit_code == 0
    assert f"The new key is {api.intake.keys.current().public_key().key_id}." in ended.output
    assert "Keep the older seal keys for 30 days" in ended.output
    assert ended.output.endswith("Make a backup now: the new key is in none that you have.\n")
    after = api.intake.keys.current().public_key()
    file = settings.folder / "intake_public.key"
    assert file.read_text() == f"{after.key_id}:{after.raw.hex()}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    for report, key in ((older, before), (newer, after)):
        content = seal(report, key).model_dump()
        answer = await api.channel.put(f"/v1/reports/{report.draft_id}", json=content)
        assert answer.status_code == 202


async def _leave_a_row(database: Database) -> None:
    """Leave the row of a process that was killed."""
    async with database.writing() as session:
        session.add(ServingProcess(process_id="f" * 32, keys={}))


async def test_a_process_that_was_passed_over_is_told_in_the_end(
    database: Database, settings: IntakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, however often all were called; and also where the run ends with a fault."""
    waits = "Waiting for 1 process that does not answer; after two minutes it is passed over."
    ends = (
        "1 process did not answer in time and may store nothing more until started again: restart what "
        "still runs."
    )
    await _leave_a_row(database)
    with telling_silence() as silence:
        silence.seconds_to_answer, silence.seconds_to_tell = 1, 0
        await rotate_seal(database, settings.folder, silence=silence)
    assert capsys.readouterr().err.splitlines() == [waits, ends]
    with telling_silence() as silence:
        await rotate_vault(database, settings.folder, _nobody, silence=silence)
    assert capsys.readouterr().err == ""
    with pytest.raises(NotReady):
        _end_with_a_fault()
    assert capsys.readouterr().err.startswith("2 processes did not answer in time and may store nothing")


def _end_with_a_fault() -> None:
    with telling_silence() as silence:
        silence.passed_over = 2
        raise NotReady


@pytest.mark.parametrize("arguments", [("rotate", "seal"), ("rotate", "vault"), ("reindex",)])
async def test_a_command_that_waits_says_for_what(
    postgresql_settings: IntakeSettings, arguments: tuple[str, ...]
) -> None:
    async with database_opened(postgresql_settings.database_place()) as database:
        await _leave_a_row(database)
        ours = {name: value for name, value in os.environ.items() if not name.startswith("REPORTLINE_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", ROTATE, *arguments),
            env=ours | environment(postgresql_settings),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        assert process.stderr
        async with asyncio.timeout(60):
            line = await process.stderr.readline()
        assert line == b"Waiting for 1 process that does not answer; after two minutes it is passed over.\n"
        async with database.writing() as session:
            await session.execute(delete(ServingProcess))
        _, rest = await process.communicate()
    assert (process.returncode, rest) == (0, b"")


def test_a_folder_without_keys_gets_one_sentence(sqlite_settings: IntakeSettings) -> None:
    key_file(sqlite_settings.folder, "seal").unlink()
    ended = _run(sqlite_settings, "seal")
    assert ended.exit_code == 1
    assert "is missing. Copy it from another machine of this intake" in ended.output

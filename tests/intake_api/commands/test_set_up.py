"""The set-up makes an intake that can start, also after half a run, and refuses broken parts."""

import asyncio
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from conversations.wire.sealing import public_half
from intake_api.commands.checks import check
from intake_api.commands.intake import intake
from intake_api.commands.set_up import set_up
from intake_api.keys import make_key, make_keys, read_keys
from intake_api.known_keys.checks import record_made
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.revision import has_tables, revision_of
from intake_api.upkeep.rotation import rotate_seal
from reportline.readiness import NotReady
from tests.intake_api.running_api import a_report, environment, opened, prepare

KEY_FILES = ["seal*.key", "vault*.key", "index*.key", "receipts.key", "audit.key"]


def _everything(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".db"
    }


def _only(folder: Path, pattern: str) -> Path:
    [file] = folder.glob(pattern)
    return file


def _faults(settings: IntakeSettings) -> list[str]:
    return [one.advice for one in check(settings) if not one.fine]


async def test_an_intake_that_was_set_up_works(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report("https://example.com/1"))
        assert await api.queue() == ["https://example.com/1"]


def test_setting_up_again_changes_nothing(settings: IntakeSettings) -> None:
    before = _everything(settings.data_dir)
    prepare(settings)
    assert _everything(settings.data_dir) == before


def test_the_public_key_is_that_of_the_seal(settings: IntakeSettings) -> None:
    key_id, _, public = (settings.data_dir / "public.key").read_text().strip().partition(":")
    private = read_keys(settings.folder).seals[key_id]
    assert public_half(key_id, private).raw.hex() == public


def test_keys_and_tokens_are_closed_to_others_and_no_draft_is_left(settings: IntakeSettings) -> None:
    files = [file for file in settings.data_dir.rglob("*") if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert not [file for file in files if file.name.startswith(".")]


@pytest.mark.parametrize("made", range(len(KEY_FILES) + 1))
def test_half_a_run_is_finished_by_the_next(tmp_path: Path, made: int) -> None:
    settings = IntakeSettings(data_dir=tmp_path)
    make_keys(settings.folder)
    for name in KEY_FILES[made:]:
        _only(settings.folder, name).unlink()
    prepare(IntakeSettings(data_dir=tmp_path))
    assert _faults(settings) == []


@pytest.mark.parametrize("name", ["channel.token", "analyst.token", "public.key"])
async def test_a_missing_token_or_public_key_is_made_again(settings: IntakeSettings, name: str) -> None:
    (settings.data_dir / name).unlink()
    await asyncio.to_thread(prepare, settings)
    async with opened(settings) as api:
        assert (await api.hand_in(a_report())).status_code == 202
        assert (await api.counts())["claimed"] == 0


def test_a_token_of_another_intake_is_not_taken_for_good(settings: IntakeSettings, tmp_path: Path) -> None:
    prepare(IntakeSettings(data_dir=tmp_path / "other"))
    shutil.copy(tmp_path / "other" / "channel.token", settings.data_dir / "channel.token")
    with pytest.raises(NotReady, match="move the file away to get a new one"):
        prepare(settings)


@pytest.mark.parametrize("name", KEY_FILES)
def test_a_key_of_a_database_is_never_made_anew(settings: IntakeSettings, name: str) -> None:
    _only(settings.folder, name).unlink()
    with pytest.raises(NotReady, match=r"missing\. Copy it from another machine"):
        prepare(settings)
    with pytest.raises(NotReady, match="missing"):
        assemble(settings)


@pytest.mark.parametrize("content", ["", "abc", "g" * 64, "0" * 63, "\u00e9" * 32])
def test_a_damaged_key_stops_the_start(settings: IntakeSettings, content: str) -> None:
    (settings.folder / "receipts.key").write_text(content)
    with pytest.raises(NotReady, match="damaged"):
        assemble(settings)


@pytest.mark.parametrize("name", [*KEY_FILES, "reportline.db", "."])
@pytest.mark.parametrize("mode", [0o040, 0o004, 0o020])
def test_what_is_open_to_others_stops_the_start(
    sqlite_settings: IntakeSettings, name: str, mode: int
) -> None:
    settings = sqlite_settings
    path = settings.folder if name == "." else _only(settings.folder, name)
    path.chmod(path.stat().st_mode | mode)
    with pytest.raises(NotReady, match=r"open to others on this machine\. Close it: `chmod"):
        assemble(settings)
    assert any("Close it" in advice for advice in _faults(settings))


def test_the_doctor_finds_a_fresh_intake_fine(settings: IntakeSettings) -> None:
    assert _faults(settings) == []


def test_the_doctor_says_what_to_do_where_nothing_is(tmp_path: Path) -> None:
    settings = IntakeSettings(data_dir=tmp_path / "nowhere")
    assert len(_faults(settings)) == len(check(settings))
    assert not settings.data_dir.exists()


def test_the_doctor_finds_a_damaged_database(sqlite_settings: IntakeSettings) -> None:
    settings = sqlite_settings
    settings.database_file.write_bytes(b"no database at all" * 100)
    assert len([advice for advice in _faults(settings) if "backup" in advice]) == 1
    with pytest.raises(NotReady, match="damaged"):
        prepare(settings)


def test_a_host_with_the_bots_half_only_gets_nothing_of_the_intakes(tmp_path: Path) -> None:
    """Reports that wait there are sealed for another intake, whose key must not be replaced."""
    prepare(IntakeSettings(data_dir=tmp_path / "intake"))
    bot_host = IntakeSettings(data_dir=tmp_path / "bot host")
    bot_host.data_dir.mkdir()
    key = bot_host.data_dir / "public.key"
    shutil.copy(tmp_path / "intake" / "public.key", key)
    with pytest.raises(NotReady, match="has the bot's half"):
        prepare(bot_host)
    assert list(bot_host.data_dir.iterdir()) == [key]


@pytest.mark.parametrize(
    "command", [["key", "list"], ["serve"], ["rotate", "seal"], ["reindex"], ["upgrade"], ["backup", "to"]]
)
def test_a_command_of_the_intake_says_on_a_host_of_bots_what_the_set_up_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    host = IntakeSettings(data_dir=tmp_path / "data")
    key = host.data_dir / "bot" / "intake_public.key"
    key.parent.mkdir(parents=True)
    key.write_text("k1:0\n")
    with pytest.raises(NotReady) as refused:
        set_up(host, channel_token_file=key, analyst_token_file=key, public_key_file=key)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple")
    passphrase.chmod(0o600)
    more = {"REPORTLINE_BACKUP_PASSPHRASE_FILE": str(passphrase), "REPORTLINE_INTAKE_PORT": "0"}
    ended = CliRunner().invoke(intake, command, env=environment(host) | more)
    assert (ended.exit_code, ended.stderr) == (1, f"{refused.value}\n")
    assert "has the bot's half" in ended.stderr


def test_where_an_intake_worked_a_missing_file_is_asked_about(sqlite_settings: IntakeSettings) -> None:
    """A terminal that lacks the database's URL looks for a file that never was."""
    sqlite_settings.database_file.unlink()
    asks = (
        f"There is no database {sqlite_settings.database_file}, and {sqlite_settings.folder} has the keys of "
        "an intake that worked. If its database is PostgreSQL, set REPORTLINE_DATABASE_URL_FILE here; if "
        "not, restore its backup."
    )
    ended = CliRunner().invoke(intake, ["key", "list"], env=environment(sqlite_settings))
    assert (ended.exit_code, ended.stderr.startswith(asks)) == (1, True)
    with pytest.raises(NotReady) as refused:
        prepare(sqlite_settings)
    assert f"{refused.value}\n" == ended.stderr
    assert any(fault.startswith(asks) for fault in _faults(sqlite_settings))
    assert not sqlite_settings.database_file.exists()


def test_another_intakes_public_key_is_not_replaced(settings: IntakeSettings, tmp_path: Path) -> None:
    prepare(IntakeSettings(data_dir=tmp_path / "other"))
    shutil.copy(tmp_path / "other" / "public.key", settings.data_dir / "public.key")
    before = _everything(settings.data_dir)
    with pytest.raises(NotReady, match="is the key of another intake"):
        prepare(settings)
    assert _everything(settings.data_dir) == before


def test_an_emptied_database_is_to_be_restored_and_nothing_is_made_in_it(
    settings: IntakeSettings, empty_place: Path | str
) -> None:
    """A new intake there would be in the way of the backup."""
    if isinstance(empty_place, Path):
        emptied = settings
        settings.database_file.write_bytes(b"")
    else:
        emptied = settings.model_copy(update={"database_url": SecretStr(empty_place)})
    with pytest.raises(NotReady, match=r"The database is empty, and .* Restore its backup"):
        prepare(emptied)
    upgraded = CliRunner().invoke(intake, ["upgrade"], env=environment(emptied))
    assert (upgraded.exit_code, "If an intake worked in it, restore its backup" in upgraded.stderr) == (
        1,
        True,
    )
    assert any("If an intake worked in it, restore its backup" in fault for fault in _faults(emptied))
    assert not asyncio.run(_has_tables(empty_place))


def _at_revision(settings: IntakeSettings, revision: str) -> None:
    async def write() -> None:
        async with database_opened(settings.database_place()) as database, database.writing() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})

    asyncio.run(write())


def _revision(settings: IntakeSettings) -> str | None:
    async def read() -> str | None:
        async with database_opened(settings.database_place()) as database, database.reading() as session:
            return await (await session.connection()).run_sync(revision_of)

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("revision", "advice"),
    [
        ("0001", "Make a backup, then run `reportline intake upgrade`"),
        ("9999", "The database is of a newer version of Reportline. Install that one"),
    ],
)
def test_a_database_of_another_version_is_left_as_it_is(
    settings: IntakeSettings, revision: str, advice: str
) -> None:
    """What an upgrade changes, only a backup brings back: so it is asked for by its own command."""
    _at_revision(settings, revision)
    before = _everything(settings.data_dir)
    with pytest.raises(NotReady) as refused:
        prepare(settings)
    assert advice in str(refused.value)
    assert (_revision(settings), _everything(settings.data_dir)) == (revision, before)


def test_a_newer_database_is_told_by_the_upgrade_too(settings: IntakeSettings) -> None:
    _at_revision(settings, "9999")
    for command in (["upgrade"], ["serve"], ["key", "list"]):
        port = {"REPORTLINE_INTAKE_PORT": "0"}
        done = CliRunner().invoke(intake, command, env=environment(settings) | port)
        assert done.exit_code == 1
        assert done.stderr.startswith("The database is of a newer version of Reportline."), done.stderr
        assert isinstance(done.exception, SystemExit)


def test_an_earlier_versions_key_is_not_adopted_by_a_set_up(settings: IntakeSettings) -> None:
    _at_revision(settings, "0001")
    (settings.folder / "index.key").write_text("0" * 64)
    (settings.folder / "index.key").chmod(0o600)
    with pytest.raises(NotReady, match="Make a backup"):
        prepare(settings)
    assert (settings.folder / "index.key").exists()


def test_a_new_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    prepare(IntakeSettings(data_dir=tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_the_doctor_says_which_database_it_looked_at(settings: IntakeSettings) -> None:
    place = settings.database_place()
    [told] = [one.advice for one in check(settings) if one.name == "intake database"]
    if isinstance(place, Path):
        assert told.startswith(f"SQLite, {place}, is at this version's revision")
    else:
        url = urlsplit(place)
        assert told.startswith(
            f"PostgreSQL, {url.path[1:]} at {url.hostname}:{url.port}, is at this version's revision"
        )
        assert url.password is None or url.password not in told


async def _has_tables(place: Path | str) -> bool:
    async with database_opened(place) as database:
        return await has_tables(database)


def test_a_further_machine_gets_the_keys_by_a_copy(postgresql_settings: IntakeSettings) -> None:
    postgresql_settings.folder.rename(postgresql_settings.data_dir / "away")
    (postgresql_settings.data_dir / "public.key").unlink()
    with pytest.raises(NotReady, match="Copy the folder of its keys to"):
        prepare(postgresql_settings)
    assert not postgresql_settings.folder.exists()


async def test_a_seal_key_that_is_not_in_use_yet_is_not_given_to_the_bot(settings: IntakeSettings) -> None:
    """A process that lacks it could not open what is sealed to it."""
    before = (settings.data_dir / "public.key").read_text()
    made = f"seal-{make_key(settings.folder, 'seal')}"
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        await record_made(session, read_keys(settings.folder), [made], pending=True)
    await asyncio.to_thread(prepare, settings)
    assert (settings.data_dir / "public.key").read_text() == before
    [told] = [one for one in await asyncio.to_thread(check, settings) if "sealed to" in one.advice]
    assert told.fine
    assert before.partition(":")[0] in told.advice
    assert f"{made}.key is made, and nothing is sealed with it yet" in told.advice
    assert "run `reportline intake rotate seal` again" in told.advice
    async with database_opened(settings.database_place()) as database:
        await rotate_seal(database, settings.folder)
    assert not [one for one in await asyncio.to_thread(check, settings) if "is made" in one.advice]


async def test_the_doctor_does_not_say_that_a_key_is_there_which_the_database_misses(
    settings: IntakeSettings,
) -> None:
    async with database_opened(settings.database_place()) as database:
        await rotate_seal(database, settings.folder)
    [newer] = settings.folder.glob("seal-k2-*.key")
    newer.unlink()
    found = {one.name: one for one in await asyncio.to_thread(check, settings)}
    assert f"{newer.name} is missing" in found["intake database"].advice
    assert "all" not in found["intake keys"].advice.replace(str(settings.folder), "")


async def test_the_public_key_of_before_a_rotation_is_replaced(settings: IntakeSettings) -> None:
    async with database_opened(settings.database_place()) as database:
        public = await rotate_seal(database, settings.folder)
    await asyncio.to_thread(prepare, settings)
    assert (settings.data_dir / "public.key").read_text() == f"{public.key_id}:{public.raw.hex()}\n"

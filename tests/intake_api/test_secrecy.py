"""A thief of the database without its keys can read no address, no note and no receipt."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import RunningApi, a_report, opened, prepare, revised
from tests.postgresql import postgresql

MARKS = {
    "given": "https://secret-given.example.com/Page-271828",
    "referer": "https://secret-referer.example.net/",
    "note": "secret-note-271828",
    "position": "secret-position",
    "page_password": "secret-password",
    "decision": "secret-decision",
}


def _encodings(mark: str) -> Iterator[bytes]:
    for text in (mark, mark.lower(), mark[::-1]):
        for raw in (text.encode(), text.encode("utf-16-le")):
            yield from (raw, raw.hex().encode(), b64encode(raw)[4:-4])


def _assert_secret(folder: Path, *marks: str) -> None:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files)
    _assert_in_none(files, *marks)


def _assert_in_none(files: list[Path], *marks: str) -> None:
    for file in files:
        content = file.read_bytes()
        for mark in marks:
            assert not any(encoded in content for encoded in _encodings(mark)), file.name


async def _work(api: RunningApi) -> str:
    said = {name: mark for name, mark in MARKS.items() if name not in {"given", "decision"}}
    report = a_report(MARKS["given"], **said)
    await api.take_in(report, revised(report, seen="today"))
    [claim] = await api.claim()
    assert (await api.show(claim["claim_id"]))["address_given"] == MARKS["given"]
    path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
    answer = await api.analyst.post(path, json={"outcome": "ignore", "note": MARKS["decision"]})
    assert answer.status_code == 201
    return report.receipt


async def test_the_files_of_a_running_intake_hold_no_secret(sqlite_settings: IntakeSettings) -> None:
    async with opened(sqlite_settings) as api:
        receipt = await _work(api)
        folder = api.intake.settings.folder
        assert (folder / "reportline.db-wal").stat().st_size > 0
        _assert_secret(folder, *MARKS.values(), "secret-given.example.com", receipt, receipt.replace("-", ""))


async def test_the_files_of_a_stopped_intake_hold_no_secret(sqlite_settings: IntakeSettings) -> None:
    async with opened(sqlite_settings) as api:
        receipt = await _work(api)
    _assert_secret(sqlite_settings.folder, *MARKS.values(), receipt)


async def test_what_a_server_keeps_and_dumps_holds_no_secret(tmp_path: Path) -> None:
    """Tables, indexes, the write-ahead journal, the server's log, a dump: as a thief of the disk has them."""
    with postgresql() as server:
        server.run("CREATE DATABASE reportline")
        url = SecretStr(server.url("reportline"))
        settings = IntakeSettings(data_dir=tmp_path / "data", database_url=url)
        await asyncio.to_thread(prepare, settings)
        async with opened(settings) as api:
            receipt = await _work(api)
        (tmp_path / "dump").write_bytes(server.dumped("reportline"))
        server.stop()
        files = [file for file in server.folder.rglob("*") if file.is_file()]
        files += [server.folder.parent / "log", tmp_path / "dump"]
        # What is not secret is found: the search does read what it looks into.
        assert sum(b"telegram" in file.read_bytes() for file in files) > 2
        _assert_in_none(files, *MARKS.values(), "secret-given.example.com", receipt, receipt.replace("-", ""))


async def test_every_file_is_closed_to_others(api: RunningApi) -> None:
    await _work(api)
    folder = api.intake.settings.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}

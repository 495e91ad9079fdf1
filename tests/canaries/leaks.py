"""Leaks markers into every sink on purpose, to prove that the search finds them there."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import httpx

from conversations.wire.report import Report, ReportedAddress, write_receipt
from conversations.wire.sealing import seal
from intake_api.keys import make_keys, read_keys
from intake_api.vault import Place, Vault
from tests import valkeys
from tests.bot_api_server import BotApiServer
from tests.canaries.encodings import ways
from tests.canaries.evidence import (
    database,
    database_fields,
    files,
    handed_in,
    telegram,
    valkey,
    wire,
)
from tests.canaries.markers import Marker
from tests.canaries.recording_proxy import Mode, RecordingProxy
from tests.canaries.search import Sink
from tests.system import TOKEN
from tests.times import HOUR

_SPEAK = "import sys; content = open(sys.argv[1], 'rb').read(); sys.{0}.buffer.write(content)"
_MOST_IN_A_NOTE = 1000


def leaked(markers: Iterable[Marker], folder: Path) -> dict[str, Sink]:
    """Write every form of every marker into every sink, and collect the sinks as after a scenario."""
    written = [way for marker in markers for _, way in ways(marker)]
    sinks = [
        *_into_files(written, folder / "data"),
        *_into_outputs(folder / "data" / "leak", folder / "streams"),
        *_into_database(written, folder / "intake"),
        *asyncio.run(_into_messages(written, folder / "intake")),
        *_into_valkey(written, folder / "valkey"),
    ]
    return {sink.name: sink for sink in sinks}


def _into_files(written: list[bytes], folder: Path) -> list[Sink]:
    folder.mkdir()
    (folder / "leak").write_bytes(b"\n".join(written))
    return [*files(folder, "data")]


def _into_outputs(content: Path, folder: Path) -> list[Sink]:
    folder.mkdir()
    for name in ("stdout", "stderr"):
        with (folder / f"process.{name}").open("wb") as output:
            command = [sys.executable, "-c", _SPEAK.format(name), str(content)]
            subprocess.run(command, **{name: output}, check=True)  # type: ignore[call-overload] # by its name
    return [*files(folder, "written")]


def _into_database(written: list[bytes], folder: Path) -> list[Sink]:
    make_keys(folder)
    vault = Vault(read_keys(folder))
    with closing(sqlite3.connect(folder / "reportline.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE leaks (leak_id TEXT PRIMARY KEY, clear BLOB, sealed BLOB)")
        for number, way in enumerate(written):
            sealed = vault.seal(Place("leaks", str(number), "sealed"), _as_text(way))
            connection.execute("INSERT INTO leaks VALUES (?, ?, ?)", (str(number), way, sealed))
        connection.commit()
        return [*files(folder, "data"), *database(database_fields(folder / "reportline.db"), folder)]


def _as_text(way: bytes) -> str:
    try:
        return way.decode()
    except UnicodeDecodeError:
        return way.decode("latin-1")


async def _into_messages(written: list[bytes], intake_folder: Path) -> list[Sink]:
    async with (
        RecordingProxy(0) as proxy,
        BotApiServer(TOKEN) as server,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        proxy.mode = Mode.BROKEN
        await client.put(f"{proxy.url}/v1/reports/1", content=b"\n".join(written))
        for way in written:
            await client.put(f"{proxy.url}/v1/reports/1", content=_sealed(way, intake_folder))
            text = {"chat_id": 1, "text": _as_text(way)}
            await client.post(f"{server.api_url}{TOKEN}/sendMessage", json=text)
        recorded = bytes(proxy.recorded)
        return [*wire(recorded, handed_in(recorded, intake_folder)), telegram(server.api.journal)]


def _sealed(way: bytes, intake_folder: Path) -> bytes:
    report = Report(
        draft_id="0" * 32,
        revision=1,
        receipt=write_receipt(bytes(10)),
        portal="international",
        channel="telegram",
        language="en",
        hour=HOUR,
        advice_version=1,
        addresses=(ReportedAddress(given="https://forum.example/"),),
        note=_as_text(way)[:_MOST_IN_A_NOTE],
    )
    return seal(report, read_keys(intake_folder).public_key()).model_dump_json().encode()


def _into_valkey(written: list[bytes], folder: Path) -> list[Sink]:
    with valkeys.valkey(folder) as server:
        for number, way in enumerate(written):
            server.client.set(f"talk:{number}", way)
        return [*valkey(server.client, b"\n".join(written))]

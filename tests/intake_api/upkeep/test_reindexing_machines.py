"""Two machines with folders of their own rotate, reindex and lose a connection, and lose nothing by it."""

import asyncio
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, select

from conversations.address import canonical
from conversations.wire.report import Report
from intake_api.items.making import host_hash
from intake_api.key_ring import KeyRing
from intake_api.keys import read_keys
from intake_api.known_keys.processes import pass_over_all, present
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Item, State, StoredReport
from intake_api.upkeep.reindexing import reindex_all
from intake_api.upkeep.rotation import rotate_vault
from intake_api.vault import Place, Vault, key_of
from reportline.readiness import NotReady
from tests.intake_api.key_files import key_file
from tests.intake_api.running_api import NOON, a_report
from tests.intake_api.served_api import ServedApi, serving

ADDRESSES = [f"https://example.com/{number}" for number in range(6)]
SECONDS_TO_ANSWER = 3


@pytest.fixture
async def database(postgresql_settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database of both machines."""
    async with database_opened(postgresql_settings.database_place()) as database:
        yield database


@pytest.fixture
def machines(postgresql_settings: IntakeSettings) -> tuple[IntakeSettings, IntakeSettings]:
    """Give the settings of two machines: one database, and a data folder each."""
    folder = postgresql_settings.data_dir.with_name("second")
    shutil.copytree(postgresql_settings.data_dir, folder)
    return postgresql_settings, postgresql_settings.model_copy(update={"data_dir": folder})


@dataclass
class Reporters:
    """Hands reports in at each machine, one after another, each until a machine has acknowledged it."""

    served: dict[str, ServedApi] = field(default_factory=dict)
    acknowledged: dict[str, Report] = field(default_factory=dict)
    by: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, *names: str) -> None:
        """Begin at each of these machines."""
        self.threads = [threading.Thread(target=self.work, args=[name]) for name in names]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """End when what is being handed in is answered."""
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self, name: str) -> None:
        """Hand reports in at the machine of this name, while it is there."""
        number, report = 0, None
        while not self.stopped.is_set():
            report = report or a_report(ADDRESSES[number % len(ADDRESSES)], note=f"{name} {number}")
            if self._takes(name, report):
                self.acknowledged[report.draft_id] = report
                self.by[name] = self.by.get(name, 0) + 1
                number, report = number + 1, None
            else:
                self.stopped.wait(0.05)

    def _takes(self, name: str, report: Report) -> bool:
        api = self.served.get(name)
        if api is None:
            return False
        try:
            with api.client("channel") as channel:
                channel.timeout = httpx.Timeout(SECONDS_TO_ANSWER)
                answer = channel.put(f"/v1/reports/{report.draft_id}", json=api.sealed(report))
        except httpx.TransportError:
            return False
        if answer.status_code != 202:
            assert answer.status_code == 503, answer.text
            self.refused.add(f"{name} {answer.json()['type'].rpartition(':')[2]}")
        return answer.status_code == 202

    async def go_on(self, *names: str) -> None:
        """Wait until each of these machines has taken some more reports."""
        before = {name: self.by.get(name, 0) for name in names}
        async with asyncio.timeout(60):
            while any(self.by.get(name, 0) < before[name] + 3 for name in names):
                await asyncio.sleep(0.02)


@contextmanager
def _reporting(*names: str) -> Iterator[Reporters]:
    reporters = Reporters()
    reporters.begin(*names)
    try:
        yield reporters
    finally:
        reporters.end()


@contextmanager
def _started(reporters: Reporters, name: str, settings: IntakeSettings) -> Iterator[ServedApi]:
    with serving(settings.data_dir, settings.database_url) as served:
        reporters.served[name] = served
        try:
            yield served
        finally:
            del reporters.served[name]


async def _pass_over(database: Database) -> None:
    """Let minutes pass in which no process answers."""
    async with database.writing() as session:
        await pass_over_all(session)


def _keys_of(served: ServedApi) -> tuple[int, str]:
    answer = httpx.get(f"{served.url}/readyz", trust_env=False)
    return answer.status_code, answer.json()["keys"]


async def test_two_machines_rotate_and_reindex_while_reports_come_in(
    database: Database, machines: tuple[IntakeSettings, IntakeSettings]
) -> None:
    """The second is cut off while the first one's operator reindexes; then it goes on, and is refused."""
    one, two = machines
    with _reporting("one", "two") as reporters:
        with ExitStack() as second:
            with _started(reporters, "one", one) as first:
                other = second.enter_context(_started(reporters, "two", two))
                await reporters.go_on("one", "two")
                await _rotate(database, reporters, one, two)
                assert (_keys_of(first), _keys_of(other)) == ((200, "ok"), (200, "ok"))
                other.process.send_signal(signal.SIGSTOP)
                await asyncio.to_thread(first.end, signal.SIGTERM)
            await _pass_over(database)
            await _reindex_while_the_other_comes_back(database, reporters, one, other)
            assert _keys_of(other) == (503, "behind")
            second.close()
            with pytest.raises(NotReady, match=r"index-k2-\w+\.key is missing, and is in use\. Copy it"):
                async with present(database, KeyRing(two.folder)):
                    pass
        shutil.copy(key_file(one.folder, "index", 2), two.folder)
        with _started(reporters, "one", one), _started(reporters, "two", two):
            await reporters.go_on("one", "two")
            await asyncio.to_thread(reporters.end)
            await _merged(database)
    assert "two left-behind" in reporters.refused
    await _assert_whole(database, one.folder, reporters)


async def _rotate(database: Database, reporters: Reporters, one: IntakeSettings, two: IntakeSettings) -> None:
    """Rotate in two steps, and take the older key away as told."""
    with pytest.raises(NotReady, match=r"vault-k2-\w+\.key is made, .*without it: 1\. Copy it"):
        await rotate_vault(database, one.folder, lambda _: None, seconds_to_see=0)
    await reporters.go_on("one", "two")
    shutil.copy(key_file(one.folder, "vault", 2), two.folder)
    await rotate_vault(database, one.folder, lambda _: None)
    for settings in (one, two):
        key_file(settings.folder, "vault", 1).unlink()
    await reporters.go_on("one", "two")


async def _reindex_while_the_other_comes_back(
    database: Database, reporters: Reporters, one: IntakeSettings, other: ServedApi
) -> None:
    """Let the other process go on as soon as a page is done."""

    def come_back(_: int) -> None:
        other.process.send_signal(signal.SIGCONT)

    await reindex_all(database, one.folder, one.reopen_after, NOON, come_back)
    async with asyncio.timeout(60):
        while "two left-behind" not in reporters.refused:
            await asyncio.sleep(0.02)


async def _merged(database: Database) -> None:
    async with asyncio.timeout(60):
        while True:
            async with database.reading() as session:
                waits = StoredReport.merged_revision < StoredReport.revision
                if await session.scalar(select(StoredReport.draft_id).where(waits).limit(1)) is None:
                    return
            await asyncio.sleep(0.05)


async def _assert_whole(database: Database, folder: Path, reporters: Reporters) -> None:
    """Every report is there and opens; each address is one item, which counts all of its reports."""
    vault = Vault(read_keys(folder))
    async with database.reading() as session:
        reports = (await session.scalars(select(StoredReport))).all()
        items = (await session.scalars(select(Item))).all()
    assert reporters.acknowledged.keys() <= {report.draft_id for report in reports}
    for report in reports:
        assert report.content is not None
        assert key_of(report.content).startswith("k2-")
        vault.open(Place("reports", report.draft_id, "content"), report.content)
    assert (
        sorted(vault.open(Place("items", item.item_id, "given"), item.given) for item in items) == ADDRESSES
    )
    assert {item.index_key for item in items} == {"k2"}
    assert sum(item.reports for item in items) == len(reports)


async def test_what_a_process_writes_as_it_is_passed_over_is_reindexed_too(
    database: Database, machines: tuple[IntakeSettings, IntakeSettings]
) -> None:
    """Its transaction began before, and is waited for."""
    one, two = machines
    ring, address = KeyRing(two.folder), ADDRESSES[0]
    vault = Vault(ring)
    async with database_opened(two.database_place()) as other, present(other, ring):
        async with other.writing() as session:
            await session.execute(insert(Item), [_item(vault, address)])
            await _pass_over(database)
            reindexing = asyncio.create_task(
                reindex_all(database, one.folder, one.reopen_after, NOON, lambda _: None)
            )
            ended, _ = await asyncio.wait({reindexing}, timeout=3)
            assert not ended
        done = await reindexing
    assert done.items == 1
    async with database.reading() as session:
        [item] = (await session.scalars(select(Item))).all()
    assert item.address_hash == Vault(read_keys(one.folder)).blind_address(canonical(address))


def _item(vault: Vault, address: str) -> dict[str, object]:
    row = "f" * 32
    return {
        "item_id": row,
        "address_hash": vault.blind_address(canonical(address)),
        "host_hash": host_hash(vault, address),
        "index_key": vault.index_key,
        "canonicaliser": 0,
        "given": vault.seal(Place("items", row, "given"), address),
        "canonical": vault.seal(Place("items", row, "canonical"), canonical(address)),
        "kind": "web",
        "reports": 1,
        "first_hour": NOON,
        "last_hour": NOON,
        "due_hour": NOON,
        "state": State.ASSESSED,
    }

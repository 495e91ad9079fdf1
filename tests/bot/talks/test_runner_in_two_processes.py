"""Two processes never both advance a talk: each event happens once, whichever process gets it."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.valkey import ValkeySessions
from bot.talks.stored import Talk, load
from conversations.events import Chose, Said
from tests.runner_host import CHAT, Host, an_intake, tap
from tests.system import ROOT
from tests.talk_stores import content_of
from tests.valkeys import Valkey, valkey

MANY = 20
LINK = "https://forum.example/thread/"
Event = tuple[int, str | None, list[Any] | None]


class Processes:
    """Two real processes of one host, which take their events at the same time."""

    def __init__(self, running: list["subprocess.Popen[str]"]) -> None:
        self._running = running

    def take(self, order: dict[str, str], *events: list[Event]) -> list[dict[str, str]]:
        """Give each process its events; gives the cards that each answers with, by update."""
        for process, own in zip(self._running, events, strict=True):
            self._tell(process, json.dumps({**order, "events": own}))
        for process in self._running:
            assert self._hear(process) == "ready"
        for process in self._running:
            self._tell(process, "go")
        return [json.loads(self._hear(process)) for process in self._running]

    def _tell(self, process: "subprocess.Popen[str]", line: str) -> None:
        assert process.stdin
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    def _hear(self, process: "subprocess.Popen[str]") -> str:
        assert process.stdout
        return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    """Run two processes."""
    command = [sys.executable, "-m", "tests.runner_process"]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    yield Processes(running)
    for process in running:
        process.communicate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server."""
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@dataclass(frozen=True)
class SharedData:
    """The data that the processes share: a store that this test reads too, and a folder."""

    sessions: ValkeySessions
    order: dict[str, str]
    folder: Path
    key: bytes

    async def talk(self) -> Talk:
        """Give the talk as it is stored."""
        return load(await content_of(self.sessions, CHAT) or b"")

    def entries(self) -> list[str]:
        """Give the names of what waits in the outbox."""
        return [path.name for path in (self.folder / "outbox").iterdir() if path.is_file()]


@pytest.fixture
async def shared(server: Valkey, tmp_path: Path) -> AsyncIterator[SharedData]:
    """Make empty data."""
    server.empty()
    _, key = an_intake()
    order = {"url": server.url.get_secret_value(), "folder": str(tmp_path), "key": key.hex()}
    secrets = FiledTalkSecrets(tmp_path / "talk_secrets", time.time)
    async with ValkeySessions(server.url, secrets, time.time) as sessions:
        yield SharedData(sessions, order, tmp_path, key)


def _says(update: int) -> Event:
    return update, f"{LINK}{update}", None


def _taps(update: int, tapped: Chose) -> Event:
    return update, None, list(astuple(tapped))


async def test_each_of_many_updates_at_the_same_moment_is_applied_once(
    processes: Processes, shared: SharedData
) -> None:
    """Half of them reach one process, out of order, half the other: every link is there, and no turn lost."""
    updates = range(1, MANY + 1)
    await asyncio.to_thread(
        processes.take,
        shared.order,
        [_says(one) for one in updates[::-2]],
        [_says(one) for one in updates[-2::-2]],
    )
    talk = await shared.talk()
    assert sorted(talk.state.draft.addresses) == sorted(f"{LINK}{update}" for update in updates)
    assert sorted(talk.updates) == list(updates)
    assert talk.state.turn == MANY


async def test_what_is_delivered_to_both_at_the_same_moment_happens_once(
    processes: Processes, shared: SharedData
) -> None:
    """Both answer alike, once both have the last of it."""
    events = [_says(update) for update in range(1, MANY + 1)]
    await asyncio.to_thread(processes.take, shared.order, events, events[::-1])
    talk = await shared.talk()
    assert sorted(talk.updates) == list(range(1, MANY + 1))
    assert talk.state.turn == MANY
    first, second = await asyncio.to_thread(processes.take, shared.order, events[:1], events[:1])
    assert first == second


async def test_a_send_that_reaches_both_is_one_report(processes: Processes, shared: SharedData) -> None:
    """As one update delivered twice, and as two taps: one sealed report waits, and both say so alike."""
    intake, _ = an_intake()
    review = await Host(shared.sessions, shared.folder, intake, shared.key).happens(1, Said(f"{LINK}1"))
    send = tap(review, "send")
    for events in ([_taps(2, send)], [_taps(3, send)]), ([_taps(2, send)], [_taps(2, send)]):
        first, second = await asyncio.to_thread(processes.take, shared.order, *events)
        assert {*first.values(), *second.values()} == {*first.values()}
        assert "kept safely" in next(iter(first.values()))
    talk = await shared.talk()
    assert talk.state.draft.revision == 1
    assert len(shared.entries()) == 1

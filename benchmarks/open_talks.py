"""What open talks cost in Valkey: bytes and commands at each step of a usual talk, and times as ratios.

.venv/bin/python benchmarks/open_talks.py
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bot.exchange import Answer, TalkHandle
from conversations.events import Event, Opened, Said
from tests.runner_host import CHAT, Host, an_intake, tap
from tests.talk_stores import InValkey, version_of
from tests.valkeys import valkey

TALKS = 5_000
TIMES = 3_000
GIB = 1024**3
LINK = "https://forum.example/thread/4711?page=3#post-815"
STEPS = ("send", "details", "search", "finish")


@dataclass(frozen=True)
class Bench:
    """A store on a real server, a host of talks on it, and the tables of what is found."""

    store: InValkey
    host: Host
    steps: Table
    sizes: Table
    times: Table

    async def hold_talk(self) -> None:
        """Hold a usual talk, and note what each step costs."""
        answer = await self._step("start", 1, Opened())
        answer = await self._step("link", 2, Said(LINK))
        for update, choice in enumerate(STEPS, 3):
            answer = await self._step(choice, update, tap(answer, choice))

    async def _step(self, name: str, update: int, event: Event) -> Answer:
        before = self._commands()
        answer = await self.host.happens(update, event)
        turn = self._commands() - before
        await self.host.runner.shown(CHAT, 1000 + update)
        shown = self._commands() - before - turn
        [key] = self.store.server.stored()
        client = self.store.server.client
        size, memory = client.strlen(key), client.memory_usage(key)
        self.steps.add_row(name, f"{size:,}", f"{memory:,}", str(turn), str(shown))
        return answer

    def _commands(self) -> int:
        made = self.store.server.client.info("commandstats")
        return sum(made.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("get", "set", "del"))

    async def fill(self) -> None:
        """Let many talks stand at their review, and note what one takes of the server's memory."""
        client = self.store.server.client
        self.store.server.empty()
        before = client.info("memory")["used_memory"]
        for number in range(TALKS):
            await self.host.happens(1, Said(LINK), TalkHandle("telegram", "77001", str(number)))
        each = (client.info("memory")["used_memory"] - before) / TALKS
        self.sizes.add_row(f"{TALKS:,}", f"{each:,.0f}", f"{GIB / each:,.0f}")

    async def time(self) -> None:
        """Time what a talk does in the store, against the same server's bare commands."""
        sessions, servers = self.store.sessions, self.store.sessions._servers  # noqa: SLF001 - its bare commands
        version = await version_of(sessions, TalkHandle("telegram", "77001", "1"))
        await sessions.save(CHAT, version[:1500], None)
        held = await sessions.load(CHAT)
        content = held.content if held else b""

        async def save() -> None:
            await sessions.save(CHAT, content, await version_of(sessions, CHAT))

        async def bare_get() -> None:
            await servers.call("GET", b"talk:none")

        async def bare_set() -> None:
            await servers.call("SET", b"talk:none", version)

        await bare_set()
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "bare GET of the same size": bare_get,
            "bare SET of the same size": bare_set,
            "load": lambda: sessions.load(CHAT),
            "load and save": save,
        }
        # In turn, so that whatever else the machine does meets all of them.
        rounds = [[await _seconds(once) for once in works.values()] for _ in range(TIMES)]
        typical = [median(seconds) for seconds in zip(*rounds[TIMES // 10 :], strict=True)]
        for name, usual in zip(works, typical, strict=True):
            self.times.add_row(name, f"{usual * 1e6:,.0f}", f"{usual / typical[0]:.2f}")


async def _seconds(once: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await once()
    return time.perf_counter() - begun


async def _main() -> None:
    tables = (
        Table("step", "value, bytes", "memory, bytes", "commands", "to note the card", title="A usual talk"),
        Table("talks", "bytes each", "talks in a GiB", title="Memory of the whole server"),
        Table("what", "µs", "ratio", title="Medians of one run, one at a time, on loopback"),
    )
    with tempfile.TemporaryDirectory() as folder, valkey(Path(folder) / "valkey") as server:
        intake, key = an_intake()
        store = InValkey(server, Path(folder))
        async with store.sessions:
            bench = Bench(store, Host(store.sessions, Path(folder), intake, key), *tables)
            await bench.hold_talk()
            await bench.fill()
            await bench.time()
    for table in tables:
        Console().print(table)


if __name__ == "__main__":
    asyncio.run(_main())

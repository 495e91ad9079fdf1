"""Runs all reporters' talks, and meanwhile kills and restarts parts in an order drawn from the seed."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from tests.bot_api_chats import Bell
from tests.chaos.deployment import DATABASE, Deployment
from tests.chaos.people import Identity, People
from tests.chaos.processes import Process
from tests.chaos.talk import Talk, Told

SECONDS_BETWEEN_WORDS = 10
_TO_MERGE = "SELECT count(*) FROM reports WHERE merged_revision < revision"
Act = Callable[[], Awaitable[object]]


@dataclass
class Happened:
    """The record of a run: what each reporter was told, what was disturbed and when, and the store's size."""

    people: People
    told: list[Told] = field(default_factory=list)
    troubles: list[tuple[float, str]] = field(default_factory=list)
    open_talks: int = 0
    store_bytes: int = 0
    seconds: float = 0
    settled_after: float = 0
    unsettled: str = ""


class Run:
    """Holds all talks on a deployment, and disturbs it as its scale says."""

    def __init__(self, deployment: Deployment, random: Random, tell: Callable[[str], None]) -> None:
        self.happened = Happened(People(random))
        self._deployment, self._scale, self._random = deployment, deployment.scale, random
        self._bots = [*deployment.telegram.bots.values()]
        self._ended, self._done = Bell(), 0
        self._began, self._tell = time.monotonic(), tell
        self._places = asyncio.Semaphore(self._scale.at_once)
        self._under_way: dict[int, Talk] = {}
        self._parts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def hold(self) -> Happened:
        """Run everything within the scale's time; then wait until all reports are delivered."""
        watching = asyncio.create_task(self._watch())
        with suppress(TimeoutError):
            async with asyncio.timeout(self._scale.longest):
                await asyncio.gather(self._talks(), self._troubles())
        self.happened.seconds = time.monotonic() - self._began
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await self._settle()
        return self.happened

    async def _talks(self) -> None:
        async with asyncio.TaskGroup() as talks:
            for _ in range(self._scale.talks):
                await self._places.acquire()
                talks.create_task(self._talk(self.happened.people.next()))

    async def _talk(self, who: Identity) -> None:
        talk = Talk(self._random.choice(self._bots), who, self._scale, Random(self._random.random()))  # noqa: S311
        self.happened.told.append(talk.told)
        self._under_way[who.number] = talk
        try:
            await talk.hold()
        finally:
            del self._under_way[who.number]
            self._done += 1
            self._places.release()
            self._ended.ring()

    async def _troubles(self) -> None:
        async with asyncio.TaskGroup() as acts:
            for share, name, act in self._plan():
                ended = share * self._scale.talks
                await self._ended.wait_for(lambda: self._done >= ended, self._scale.longest)  # noqa: B023
                acts.create_task(self._act(name, act))

    async def _act(self, name: str, act: Act) -> None:
        # One disturbance at a time for each part; other parts may be disturbed meanwhile.
        async with self._parts[name.partition(" ")[0]]:
            self.happened.troubles.append((time.monotonic() - self._began, name))
            await act()

    def _plan(self) -> list[tuple[float, str, Act]]:
        deployment = self._deployment
        if not self._scale.kills_of_each:
            return []
        once: list[tuple[str, Act]] = [
            ("Valkey restarted", deployment.restart_store),
            ("PostgreSQL restarted", deployment.restart_database),
            (
                f"intake away for {self._scale.api_away:g} s",
                lambda: deployment.take_the_api_away(self._scale.api_away),
            ),
        ]
        kills = [(f"{one.name} killed", _killed(one)) for one in (*deployment.fleets, deployment.intake)]
        all_of_it = [*once, *kills * self._scale.kills_of_each]
        return sorted(
            ((self._random.uniform(0.05, 0.9), name, act) for name, act in all_of_it), key=lambda one: one[0]
        )

    async def _watch(self) -> None:
        while True:
            self._tell_progress()
            with suppress(Exception):  # the store may be away now
                held, size = await asyncio.to_thread(self._looked_into)
                self.happened.open_talks = max(self.happened.open_talks, held)
                self.happened.store_bytes = max(self.happened.store_bytes, size)
            await asyncio.sleep(1)

    def _tell_progress(self) -> None:
        seconds = time.monotonic() - self._began
        if int(seconds) % SECONDS_BETWEEN_WORDS == 0:
            last = next(iter(self._under_way.values()), None)
            oldest = f", the oldest {last.where()}" if last else ""
            self._tell(
                f"{seconds:4.0f} s: {self._done} talks ended, {len(self._under_way)} under way{oldest}"
            )

    def _looked_into(self) -> tuple[int, int]:
        client = self._deployment.store.client
        return int(client.dbsize()), int(client.info("memory")["used_memory"])

    async def _settle(self) -> None:
        """Wait until every update is confirmed and every report delivered."""
        began = time.monotonic()
        while (left := self._left()) and time.monotonic() - began < self._scale.to_settle:
            if int(time.monotonic() - began) % SECONDS_BETWEEN_WORDS == 0:
                self._tell(f"     still waiting for {left}")
            await asyncio.sleep(1)
        self.happened.settled_after, self.happened.unsettled = time.monotonic() - began, left

    def _left(self) -> str:
        waiting = {
            "updates that wait": self._deployment.waiting,
            "entries in the outbox": sum(1 for _ in self._deployment.outbox.rglob("*.json")),
        }
        if not any(waiting.values()):
            waiting["reports that are in no item"] = int(
                self._deployment.database.run(_TO_MERGE, database=DATABASE)
            )
        return ", ".join(f"{number} {what}" for what, number in waiting.items() if number)


def _killed(process: Process) -> Act:
    async def kill() -> None:
        await process.kill()
        process.start()

    return kill

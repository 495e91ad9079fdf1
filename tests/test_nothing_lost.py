"""The bot loses no acknowledged report when it is killed at any line, and makes no two of one Send.

A kill is no power cut: it shows that things are done in the right order, not that fsync reaches a disk.
"""

import asyncio
import itertools
import json
import linecache
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from conversations.wire.report import Reached
from intake_api.hand_in.reports import content_of
from intake_api.items.making import address_hash
from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database, opened
from intake_api.store.models import Item, StoredReport
from intake_api.vault import Vault
from tests.bot_api_server import BotApiServer
from tests.kill_points import TRACED, WHENEVER, Bots, ForkServer, Order, Point, fork_server
from tests.persistent_reporter import DelayedForwarder, InProcessControl, Talk, Told
from tests.ports import next_port
from tests.sweeps import Sample
from tests.system import ROOT, TOKEN, System, set_up_system

AT_A_TIME = 3
# What happens first on two connections may differ from talk to talk, so a point may be missed; a line never.
MOST_TRIES = 3
MOST_SECONDS = 900
MOST_FAULTS = 20
SECONDS = 20
WAY_OUT = {"bot/delivery/outbox.py", "bot/delivery/courier.py"}
# By arrivals: a link, Send, two taps for the answer, a link, Send; and later a link and Send once more.
FIRST_SEND = 2
HANDING_IN = {FIRST_SEND, 4, 6}
INTAKE_BACK = 8
HARMLESS = {"intake_away", "intake_back"}

pytestmark = [
    pytest.mark.busy("three bots at a time are killed, on all cores"),
    pytest.mark.timeout(MOST_SECONDS),
]


@dataclass
class Sweep:
    """Talks with one intake, each of which loses its bot at another point.

    `away`: the intake is away until the reporter is through. `before`: where the bots die that hold a talk
    before that one.
    """

    system: System
    server: ForkServer
    sample: Sample
    away: bool = False
    before: tuple[Point, ...] = ()
    told: list[Told] = field(default_factory=list)
    killed_at: list[Point] = field(default_factory=list)
    missed: list[Point] = field(default_factory=list)
    ended_well: int = 0
    faults: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def passed(self) -> list[Point]:
        """Give the points that a bot passes when it is left alone, in order."""
        file = self.system.data / "points.json"
        async with self.server.bots() as bots:
            assert await self._is_held(bots, self.before, str(file))
        assert not self.faults, "\n".join(self.faults)
        return [Point(*point) for point in json.loads(file.read_text())]

    async def kill_at(self, points: Sequence[Point]) -> None:
        """Kill a bot at each point of the sample; for lines that were missed there, at their other points."""
        chosen = self.sample.of(points)
        await self._kill_at(chosen)
        missed = _lines(self.missed) - _lines(self.killed_at)
        if others := [point for point in points if point not in chosen and _line(point) in missed]:
            await self._kill_at(others)

    async def _kill_at(self, points: Iterable[Point]) -> None:
        left = iter(points)
        async with AsyncExitStack() as stack:
            many = [await stack.enter_async_context(self.server.bots()) for _ in range(AT_A_TIME)]
            await asyncio.gather(*(self._work(bots, left) for bots in many))

    async def _work(self, bots: Bots, left: Iterator[Point]) -> None:
        for point in left:
            deaths = (*self.before, point)
            for _ in range(MOST_TRIES):
                if await self._is_held(bots, deaths):
                    self.killed_at.append(point)
                    break
            else:
                self.missed.append(point)

    async def _is_held(self, bots: Bots, deaths: Sequence[Point], points: str | None = None) -> bool:
        """Hold one talk; tells whether all of its bots died where they were to die."""
        folder = self.system.data / "talks" / str(next(self._numbers))
        _give_keys(self.system.data, folder)
        async with (
            BotApiServer(TOKEN) as telegram,
            InProcessControl(telegram) as control,
            DelayedForwarder(self.system.intake_url) as forwarder,
        ):
            order = Order(str(folder), telegram.url, forwarder.url, points=points)
            talk = Talk(bots, order, deaths, telegram, control)
            try:
                await self._hold(talk, forwarder, folder.name)
                self.ended_well += len(deaths) > len(self.before) and not talk.deaths
            except (AssertionError, TimeoutError) as fault:
                self.faults.append(f"{deaths}: {fault!r}")
                await talk.abandon()
        self.faults += [f"{deaths}: {event}" for event in _logged(folder) - HARMLESS]
        return not talk.deaths

    async def _hold(self, talk: Talk, forwarder: DelayedForwarder, name: str) -> None:
        await talk.start()
        if not self.away:
            await forwarder.open()
        await talk.hold(self._noted(Told.of(name, "first", "answer", "second")))
        if self.away:
            await forwarder.open()
            # What is handed in now shows the courier that the intake is back, long before it tries again.
            await talk.hold(self._noted(Told.of(f"{name}-later", "first")))
        await talk.end()

    def _noted(self, told: Told) -> Told:
        self.told.append(told)
        return told


def _give_keys(system: Path, folder: Path) -> None:
    (folder / "bot").mkdir(parents=True)
    for key in ("intake_public.key", "channel.token"):
        shutil.copy(system / "bot" / key, folder / "bot" / key)


def _logged(folder: Path) -> set[str]:
    lines = [json.loads(line) for line in (folder / "bot.log").read_text().splitlines()]
    return {" ".join(line[name] for name in ("event", "error", "place") if name in line) for line in lines}


@dataclass
class Kept:
    """What the intake has of one link: what its reports say of the way to it, their receipts, their count."""

    reached: list[Reached | None] = field(default_factory=list)
    receipts: set[bytes] = field(default_factory=set)
    counted: int = 0


async def _kept(data: Path) -> dict[str, Kept]:
    """Read from the intake's database what it has of each link, once every report is merged."""
    settings = IntakeSettings(data_dir=data)
    vault = Vault(read_keys(settings.folder))
    async with opened(settings.database_file) as database, asyncio.timeout(SECONDS):
        while await _unmerged(database):
            await asyncio.sleep(0.01)
        async with database.reading() as session:
            reports = (await session.scalars(select(StoredReport))).all()
            counted = {item.address_hash: item.reports for item in await session.scalars(select(Item))}
    kept: defaultdict[str, Kept] = defaultdict(Kept)
    for report in reports:
        content = content_of(vault, report)
        (address,) = content.addresses
        kept[address.given].reached.append(content.reached)
        kept[address.given].receipts.add(report.receipt_hash)
        kept[address.given].counted = counted.get(address_hash(vault, address), 0)
    return kept


async def _unmerged(database: Database) -> int:
    waits = select(func.count()).where(StoredReport.merged_revision < StoredReport.revision)
    async with database.reading() as session:
        return await session.scalar(waits) or 0


def _lost(told: Told, kept: dict[str, Kept]) -> int:
    """Count the Sends that were taken but of which there is no report, and the answer if it is missing."""
    reports = sum(max(0, told.taken[link] - len(kept[link].reached)) for link in told.links)
    return reports + (told.answered and Reached.SEARCH not in kept[told.links[0]].reached)


def _doubled(told: Told, kept: dict[str, Kept]) -> int:
    """Count the reports beyond one a Send or one a receipt, and the links that are not one item."""
    return sum(_beyond(kept[link], told.sends[link]) for link in told.links)


def _beyond(kept: Kept, sends: int) -> int:
    reports = len(kept.reached)
    return reports - min(reports, sends, len(kept.receipts)) + (kept.counted != reports)


async def _judged(sweep: Sweep, how: str) -> str:
    """Compare what all reporters were told with what the intake has; gives a line that sums it up."""
    kept = await _kept(sweep.system.data)
    lost = sum(_lost(told, kept) for told in sweep.told)
    doubled = sum(_doubled(told, kept) for told in sweep.told)
    lines = _lines(sweep.killed_at)
    line = (
        f"{how}, killed at {len(sweep.killed_at)} points of {len(lines)} lines ({len(sweep.missed)} missed), "
        f"{sweep.sample}: {sweep.ended_well} talks ended well, {lost} reports lost, {doubled} doubled"
    )
    assert not sweep.faults, "\n".join([line, *sweep.faults[:MOST_FAULTS]])
    assert lines >= _lines(sweep.missed), f"{line}\n{sweep.missed}"
    assert (lost, doubled) == (0, 0), line
    return line


def _line(point: Point) -> tuple[str, int]:
    return point.file, point.line


def _lines(points: Iterable[Point]) -> set[tuple[str, int]]:
    return {_line(point) for point in points}


def _chosen(points: Sequence[Point], turns: Iterable[int]) -> list[Point]:
    """Give every line where it is passed first, and again in each of these turns."""
    firsts = {_line(point): point for point in reversed(points)}
    return [point for point in points if point.arrivals in turns or point in firsts.values()]


def _where(points: Iterable[Point], turn: int, code: str) -> Point:
    """Give the point of a turn that is at the line which holds this code."""
    lines = ((point, linecache.getline(str(ROOT / point.file), point.line)) for point in points)
    return next(point for point, line in lines if code in line and point.arrivals == turn)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """Run what starts the bots of all sweeps: it takes two seconds to import all that they need."""
    with fork_server(tmp_path_factory.mktemp("fork_server")) as running:
        yield running


@pytest.fixture
async def sweep(tmp_path: Path, server: ForkServer, sample: Sample) -> AsyncIterator[Sweep]:
    """Run a real intake, and let nothing be killed yet."""
    async with set_up_system(tmp_path, next_port()) as ready, ready.running("intake", "serve"):
        await ready.intake_answers()
        yield Sweep(ready, server, sample)


async def test_a_kill_at_any_line_loses_and_doubles_nothing(
    sweep: Sweep, tell: Callable[[str], None]
) -> None:
    """Whatever the bot was doing when it died, the reporter gets through, and a Send is one report.

    The points are every line where it is passed first, and each in the turns that hand in.
    """
    points = await sweep.passed()
    assert {point.file for point in points} == set(TRACED.values())
    await sweep.kill_at(_chosen(points, HANDING_IN))
    tell(await _judged(sweep, "with the intake there"))


async def test_a_kill_while_the_intake_is_away_loses_and_doubles_nothing(
    sweep: Sweep, tell: Callable[[str], None]
) -> None:
    """What is kept on the disk meanwhile arrives once the intake is back, and once only."""
    sweep.away = True
    points = [point for point in await sweep.passed() if point.file in WAY_OUT]
    await sweep.kill_at(_chosen(points, {FIRST_SEND, INTAKE_BACK}))
    tell(await _judged(sweep, "with the intake away"))


@pytest.mark.parametrize(
    ("left_over", "turn", "code"),
    [
        ("half a report", FIRST_SEND, "partial.replace(target)"),
        ("a report nobody was thanked for", FIRST_SEND, 'log_event("report_sealed")'),
        ("all reports", INTAKE_BACK - 1, ""),
    ],
)
async def test_a_kill_while_starting_again_loses_and_doubles_nothing(
    sweep: Sweep, tell: Callable[[str], None], left_over: str, turn: int, code: str
) -> None:
    """What a killed bot has left behind survives that the next one is killed while it takes it up."""
    sweep.away = turn != FIRST_SEND
    sweep.before = (_where(await sweep.passed(), turn, code),)
    lines = {point._replace(arrivals=WHENEVER) for point in await sweep.passed() if point.file in WAY_OUT}
    await sweep.kill_at(sorted(lines))
    tell(await _judged(sweep, f"with {left_over} left over"))

"""Runs all scenarios at the same time, each on a system of its own, and searches what they wrote."""

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.settings import PORTALS
from bot.talks.portals import INTERNATIONAL
from tests.canaries import scenario_talks, scenarios_failures, scenarios_processes
from tests.canaries.bot_api_updates import Planter
from tests.canaries.encodings import WAYS
from tests.canaries.evidence import Collection
from tests.canaries.markers import Mint
from tests.canaries.search import Finding, Haystacks
from tests.system import ROOT

Scenario = Callable[[Path, Path, Planter], Awaitable[list[Collection]]]
SCENARIOS: Mapping[str, Scenario] = {
    "talks": scenario_talks.run,
    "intake in trouble": scenarios_failures.run_intake,
    "Telegram in trouble": scenarios_failures.run_telegram,
    "host that fails": scenarios_processes.run_host,
    "terminal": scenarios_processes.run_terminal,
}
LONG_AGO = 1_700_000_000


@dataclass(repr=False)
class ScenarioRun:
    """A finished scenario: what was planted, and what was collected during it and at its end."""

    planter: Planter
    collections: list[Collection] = field(default_factory=list)
    error: BaseException | None = None
    began: float = 0
    ended: float = 0

    @property
    def end(self) -> Collection:
        """What was collected at the end; raises the error that ended the scenario, if any."""
        if self.error:
            raise self.error
        return self.collections[-1]

    @cached_property
    def haystacks(self) -> Haystacks:
        """The search for all planted markers."""
        return Haystacks(self.planter.mint.markers.values())

    @cached_property
    def findings(self) -> list[Finding]:
        """All markers that the search finds."""
        sinks = (sink for collection in self.collections for sink in collection.sinks)
        return [finding for sink in sinks for finding in self.haystacks.search(sink)]

    def content(self, name: str) -> bytes:
        """Return the content of the sinks of this name at the end."""
        return b"".join(sink.content for sink in self.end.sinks if sink.name == name)


def run_all(folder: Path) -> dict[str, ScenarioRun]:
    """Run every scenario."""
    # A crash must leave a traceback, and no copy of all memory.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    _with_a_paused_portal(folder / "portals")
    template = _set_up(folder / "template")
    for name in SCENARIOS:
        (folder / name).mkdir()
    return asyncio.run(_run_all(template, folder))


async def _run_all(template: Path, folder: Path) -> dict[str, ScenarioRun]:
    runs = {name: ScenarioRun(Planter(Mint())) for name in SCENARIOS}
    await asyncio.gather(*(_run_one(name, template, folder / name, one) for name, one in runs.items()))
    return runs


async def _run_one(name: str, template: Path, folder: Path, run: ScenarioRun) -> None:
    run.began = time.time()
    try:
        run.collections = await SCENARIOS[name](template, folder, run.planter)
        run.ended = time.time()
        # Search at once, while the other scenarios still run: most of them wait.
        await asyncio.to_thread(lambda: run.findings)
    except Exception as error:  # noqa: BLE001 - it fails its own tests, and no other scenario's
        run.error = error


def _with_a_paused_portal(folder: Path) -> None:
    shutil.copytree(PORTALS, folder)
    written = (folder / f"{INTERNATIONAL}.toml").read_text()
    paused = written.replace(f'id = "{INTERNATIONAL}"', f'id = "{scenario_talks.PAUSED}"\npaused = true')
    (folder / f"{scenario_talks.PAUSED}.toml").write_text(paused)


def _set_up(folder: Path) -> Path:
    environment = {"PATH": os.environ["PATH"], "REPORTLINE_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "reportline", "setup"]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    # As if it had been set up long ago, so that every newer time comes from the scenarios.
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


def told(runs: Iterable[ScenarioRun]) -> str:
    """Return a line that sums up the search."""
    searched = [one for one in runs if not one.error]
    markers = sum(len(one.planter.mint.markers) for one in searched)
    sinks = sum(len(collection.sinks) for one in searched for collection in one.collections)
    megabytes = sum(one.haystacks.bytes_searched for one in searched) / 1e6
    found = sum(len(one.findings) for one in searched)
    return (
        f"canaries: {markers} markers, searched in {len(WAYS)} encodings in {sinks} sinks of "
        f"{len(searched)} scenarios ({megabytes:.1f} MB): {found} found"
    )

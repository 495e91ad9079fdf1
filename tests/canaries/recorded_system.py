"""Starts bot and intake as real processes, with a Bot API server and a recording proxy between the two."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bot_api_server import BotApiServer
from tests.canaries.bot_api_updates import Planter
from tests.canaries.evidence import (
    Collection,
    database,
    database_fields,
    file_times,
    files,
    handed_in,
    telegram,
    wire,
)
from tests.canaries.planted_reporter import PlantedReporter, UpdateTemplates
from tests.canaries.recording_proxy import RecordingProxy
from tests.canaries.search import Sink
from tests.ports import next_port
from tests.system import ROOT, SECONDS_TO_END, TOKEN, System

ALL_LOGS = ("-m", "tests.canaries.all_logs")
AS_IT_IS = ("-m", "reportline")
SECONDS = 90
_DEBUGGING = {"PYTHONFAULTHANDLER": "1", "PYTHONASYNCIODEBUG": "1", "PYTHONUNBUFFERED": "1"}


@dataclass
class RecordedSystem:
    """The system that a scenario runs on; `streams` is the folder of the processes' output."""

    parts: System
    proxy: RecordingProxy
    planter: Planter
    streams: Path
    templates: UpdateTemplates
    reporters: list[PlantedReporter] = field(default_factory=list)

    def reporter(self, name: str) -> PlantedReporter:
        """Add a reporter."""
        reporter = PlantedReporter(self.parts.telegram.api, self.planter, self.templates, name)
        self.reporters.append(reporter)
        return reporter

    @property
    def intake_folder(self) -> Path:
        """The folder of the intake's keys and database."""
        return self.parts.data / "intake"

    @property
    def outbox(self) -> Path:
        """The folder of reports that wait for the intake."""
        return self.parts.data / "bot" / "outbox"

    @asynccontextmanager
    async def running(
        self, name: str, *command: str, **environment: str
    ) -> AsyncIterator["subprocess.Popen[bytes]"]:
        """Run Python until the block ends, then stop it; its output goes to `streams`."""
        out, err = (self.streams / f"{name}.{stream}" for stream in ("out", "err"))
        with out.open("ab") as output, err.open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, *command],
                env={**self.parts.environment, **_DEBUGGING, **environment},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
            )
        try:
            yield process
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, SECONDS_TO_END)

    def collect(self, *more: Sink) -> Collection:
        """Collect all that was written and sent until now."""
        for reporter in self.reporters:
            reporter.note_messages()
        times = file_times(self.parts.data)
        fields = database_fields(self.intake_folder / "reportline.db")
        recorded = bytes(self.proxy.recorded)
        reports = handed_in(recorded, self.intake_folder)
        sinks = (
            *files(self.parts.data, "data"),
            *files(self.streams, "written"),
            *database(fields, self.intake_folder),
            *wire(recorded, reports),
            telegram(self.parts.telegram.api.journal),
            *more,
        )
        done = frozenset(name for reporter in self.reporters for name in reporter.done)
        return Collection(sinks, times, fields, reports, done)

    def logged(self, name: str) -> str:
        """Return what a process has written to standard error until now."""
        return (self.streams / f"{name}.err").read_text(errors="replace")

    async def logs(self, name: str, words: str) -> None:
        """Wait until a process has written these words to standard error."""
        async with asyncio.timeout(SECONDS):
            while words not in self.logged(name):
                await asyncio.sleep(0.02)

    async def read(self) -> None:
        """Wait until the bot has taken and confirmed every update that waited."""
        async with asyncio.timeout(SECONDS):
            while self.parts.telegram.api.updates:
                await asyncio.sleep(0.02)

    async def delivered(self) -> None:
        """Wait until the bot has written that every report is delivered; to look would leave a time."""
        async with asyncio.timeout(SECONDS):
            while self.logged("bot").count("report_delivered") < self.logged("bot").count("report_sealed"):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def recorded_system(
    template: Path, folder: Path, planter: Planter, **more: str
) -> AsyncIterator[RecordedSystem]:
    """Give a system on a copy of a data folder that was set up; no process of ours is running yet."""
    data, streams, port = folder / "data", folder / "streams", next_port()
    shutil.copytree(template, data)
    streams.mkdir()
    async with BotApiServer(TOKEN) as server, RecordingProxy(port) as proxy:
        environment = {**_environment(data, port, server.url, proxy.url), **more}
        yield RecordedSystem(System(environment, server), proxy, planter, streams, UpdateTemplates(planter))


def _environment(data: Path, port: int, telegram_url: str, intake_url: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "REPORTLINE_DATA_DIR": str(data),
        "REPORTLINE_INTAKE_PORT": str(port),
        "REPORTLINE_INTAKE_URL": intake_url,
        "REPORTLINE_TELEGRAM_TOKEN": TOKEN,
        "REPORTLINE_TELEGRAM_API_URL": telegram_url,
        "REPORTLINE_PORTALS_DIR": str(data.parent.parent / "portals"),
    }

"""Starts the real processes of bot and intake on loopback for a test, and stops them with it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from tests import forked
from tests.bot_api_server import BotApiServer
from tests.forked import Forked

TOKEN = "123456:" + "canary_token_" * 3
ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 90
SECONDS_TO_END = 60


@dataclass(frozen=True)
class System:
    """The environment of the processes, and the Bot API server that stands in for Telegram.

    Processes are forked, or `started` anew where Python must read environment variables of its own.
    """

    environment: dict[str, str]
    telegram: BotApiServer
    started: bool = False

    @property
    def data(self) -> Path:
        """The data folder of bot and intake."""
        return Path(self.environment["REPORTLINE_DATA_DIR"])

    @property
    def intake_url(self) -> str:
        """The URL of the intake, once it is started."""
        return f"http://127.0.0.1:{self.environment['REPORTLINE_INTAKE_PORT']}"

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `reportline` to its end."""
        if not self.started:
            return forked.run(*arguments, env=self.environment, timeout=SECONDS_TO_START)
        return subprocess.run(
            [sys.executable, "-m", "reportline", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_START,
            check=False,
        )

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[Forked | subprocess.Popen[bytes]]:
        """Run a command of `reportline` until the block ends; its output goes to a file in `data`."""
        log = self.data / f"{'-'.join(arguments)}.log"
        with log.open("ab") as output:
            process = self._begun(arguments, output)
        try:
            yield process
        finally:
            process.terminate()
            # In a thread, since the Bot API server that it says goodbye to lives in this loop.
            await asyncio.to_thread(process.wait, SECONDS_TO_END)

    def _begun(self, arguments: Sequence[str], output: IO[bytes]) -> Forked | subprocess.Popen[bytes]:
        if not self.started:
            return forked.start(*arguments, env=self.environment, stdout=output, stderr=output)
        return subprocess.Popen(
            [sys.executable, "-m", "reportline", *arguments],
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )

    async def is_answered(self) -> bool:
        """Return whether the intake answers now."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return await _is_ready(client, self.intake_url)

    async def intake_answers(self) -> None:
        """Wait until the intake is ready."""
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(SECONDS_TO_START):
            while not await _is_ready(client, self.intake_url):
                await asyncio.sleep(0.05)


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/readyz")).is_success
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def set_up_system(folder: Path, port: int, *, started: bool = False) -> AsyncIterator[System]:
    """Set bot and intake up in an empty folder; only the Bot API server is running yet."""
    async with BotApiServer(TOKEN) as telegram:
        environment = {
            "PATH": os.environ["PATH"],
            "REPORTLINE_DATA_DIR": str(folder),
            "REPORTLINE_INTAKE_PORT": str(port),
            "REPORTLINE_TELEGRAM_TOKEN": TOKEN,
            "REPORTLINE_TELEGRAM_API_URL": telegram.url,
        }
        ready = System(environment, telegram, started)
        done = await asyncio.to_thread(ready.command, "setup")
        assert done.returncode == 0, done.stderr
        yield ready

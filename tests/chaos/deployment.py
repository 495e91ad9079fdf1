"""Starts all parts of a deployment on loopback: Telegram, two fleets, Valkey, intake and PostgreSQL."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.channels.telegram.updates import UPDATE_KINDS
from bot.fleet.webhook_keys import read_webhook_keys
from tests.bot_api_server import BotApiServer
from tests.canaries.recording_proxy import RecordingProxy
from tests.chaos.processes import Process, answers, cpu_seconds
from tests.chaos.scale import Scale
from tests.ports import next_port
from tests.postgresql import PostgreSql, postgresql
from tests.system import ROOT, SECONDS_TO_START
from tests.valkeys import Valkey, valkey

DATABASE = "reportline"
PORTALS = ("international", "ar")
_HOST = "127.0.0.1"


@dataclass
class Deployment:
    """The running parts, and what they have used."""

    scale: Scale
    folder: Path
    telegram: BotApiServer
    proxy: RecordingProxy
    store: Valkey
    database: PostgreSql
    fleets: list[Process]
    intake: Process
    intake_port: int
    journal_before: int = 0
    spent: dict[str, float] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder of bot and intake."""
        return self.folder / "data"

    @property
    def outbox(self) -> Path:
        """The folder of reports that wait for the intake."""
        return self.data / "bot" / "outbox"

    @property
    def waiting(self) -> int:
        """The number of updates that are not confirmed."""
        return sum(bot.waiting for bot in self.telegram.bots.values())

    def journal_bytes(self) -> int:
        """Return how much PostgreSQL has written to its write-ahead log since the deployment was started."""
        written = self.database.run("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int(written) - self.journal_before

    async def restart_store(self) -> None:
        """Stop Valkey and start it again."""
        self._note("Valkey", self.store.client.info("server")["process_id"])
        await asyncio.to_thread(self.store.stop)
        await asyncio.to_thread(self.store.start)

    async def restart_database(self) -> None:
        """Stop PostgreSQL, ending every connection, and start it again."""
        assert self.database.process
        self._note("PostgreSQL", self.database.process.pid)
        await asyncio.to_thread(self.database.stop)
        await asyncio.to_thread(self.database.start)

    async def take_the_api_away(self, seconds: float) -> None:
        """Kill the intake, and start it only after so many seconds."""
        await self.intake.kill()
        await asyncio.sleep(seconds)
        self.intake.start()

    def cpu(self) -> dict[str, float]:
        """Return the processor seconds of each part; our own processes must have ended."""
        assert self.database.process
        self._note("Valkey", self.store.client.info("server")["process_id"])
        self._note("PostgreSQL", self.database.process.pid)
        fleets = sum(fleet.spent for fleet in self.fleets)
        ours = {"webhook processes": fleets, "intake API": self.intake.spent}
        return {**ours, **self.spent, "this harness": time.process_time()}

    def _note(self, name: str, process: int) -> None:
        self.spent[name] = self.spent.get(name, 0) + cpu_seconds(process)


@asynccontextmanager
async def deployment(scale: Scale, folder: Path, random: Random) -> AsyncIterator[Deployment]:
    """Set everything up on an empty folder and start it; what still runs at the end is killed."""
    tokens = [f"{1_000_000_000 + number}:{secrets.token_hex(18)}" for number in range(scale.bots)]
    intake_port, ports = next_port(), [next_port(), next_port()]
    with postgresql() as database, valkey(folder / "valkey") as store:
        database.run(f"CREATE DATABASE {DATABASE}")
        async with BotApiServer(tokens[0]) as telegram, RecordingProxy(intake_port) as proxy:
            ways = {
                "INTAKE_PORT": str(intake_port),
                "INTAKE_URL": proxy.url,
                "TELEGRAM_API_URL": telegram.url,
                "VALKEY_URL": store.url.get_secret_value(),
            }
            environment = _environment(folder, ways, tokens)
            url = {"REPORTLINE_DATABASE_URL": database.url(DATABASE)}
            await asyncio.to_thread(_set_up, {**environment, **url})
            fleets = [
                _process(f"fleet-{number}", ("bot", "fleet"), folder, {**environment, **_port(port)})
                for number, port in enumerate(ports)
            ]
            intake = _process("intake", ("intake", "serve"), folder, {**environment, **url})
            made = Deployment(scale, folder, telegram, proxy, store, database, fleets, intake, intake_port)
            try:
                await _open(made, tokens, ports, random)
                yield made
            finally:
                for process in (*fleets, intake):
                    if not process.has_ended():
                        await process.stop()


async def _open(made: Deployment, tokens: Sequence[str], ports: Sequence[int], random: Random) -> None:
    """Start every process, and set each bot's webhook."""
    for process in (*made.fleets, made.intake):
        process.start()
    for port in (*ports, made.intake_port):
        await answers(port)
    keys = read_webhook_keys(made.data / "bot" / "fleet.key")
    made.telegram.world.pace, made.telegram.world.random = made.scale.pace, random
    made.telegram.world.balancer = _Balancer(ports, made.scale.misrouted, random)
    for number, token in enumerate(tokens):
        bot = made.telegram.bots.get(token.partition(":")[0]) or made.telegram.add(token)
        bot.journaling = number % 10 == 0
        identity = token.partition(":")[0]
        webhook = {
            "url": f"http://{_HOST}:{ports[0]}/telegram/{keys.path(identity)}",
            "secret_token": keys.secret(identity),
            "allowed_updates": [*UPDATE_KINDS],
        }
        await bot.call(token, "setWebhook", webhook)
    made.journal_before = made.journal_bytes()


class _Balancer:
    """Routes each bot's updates to one process, and a few to a random one; the other process comes second."""

    def __init__(self, ports: Sequence[int], misrouted: float, random: Random) -> None:
        self._ports, self._misrouted, self._random = ports, misrouted, random
        self._usual: dict[str, int] = {}

    def __call__(self, url: str) -> Sequence[tuple[str, int]]:
        first = self._usual.setdefault(url, len(self._usual) % len(self._ports))
        if self._random.random() < self._misrouted:
            first = self._random.randrange(len(self._ports))
        return [(_HOST, self._ports[(first + place) % len(self._ports)]) for place in range(len(self._ports))]


def _process(name: str, command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> Process:
    return Process(name, command, environment, folder / "written" / f"{name}.log")


def _port(port: int) -> dict[str, str]:
    return {"REPORTLINE_FLEET_PORT": str(port)}


def _environment(folder: Path, ways: Mapping[str, str], tokens: Sequence[str]) -> dict[str, str]:
    """Write the file of the bots, and give the processes' environment; `ways` are settings too."""
    (folder / "written").mkdir()
    bots = (
        f'[[bots]]\nportal = "{PORTALS[number % len(PORTALS)]}"\nusername = "reports_{number}_bot"\n'
        f'token_environment = "TOKEN_{number}"\n'
        for number in range(len(tokens))
    )
    (folder / "bots.toml").write_text("\n".join(bots))
    return {
        "PATH": os.environ["PATH"],
        "REPORTLINE_DATA_DIR": str(folder / "data"),
        "REPORTLINE_BOTS_FILE": str(folder / "bots.toml"),
        **{f"REPORTLINE_{name}": value for name, value in ways.items()},
        **{f"TOKEN_{number}": token for number, token in enumerate(tokens)},
    }


def _set_up(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "reportline", "setup"]
    subprocess.run(command, env=environment, cwd=ROOT, timeout=SECONDS_TO_START, check=True)

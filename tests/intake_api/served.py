"""The API as its own process, as an operator starts it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from conversations.report import Report
from conversations.sealing import IntakePublicKey, seal

_COMMAND = "from intake_api.commands import intake; intake()"


@dataclass
class Served:
    """A process that serves, where it does, and the folder it works in."""

    process: subprocess.Popen[str]
    url: str
    folder: Path

    def hand_in(self, report: Report) -> httpx.Response:
        """Hand a report in, as the channel."""
        token = (self.folder / "channel.token").read_text().strip()
        content = seal(report, self._public_key()).model_dump()
        return httpx.put(
            f"{self.url}/v1/reports/{report.draft_id}",
            json=content,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )

    def end(self, told: signal.Signals) -> tuple[int, str]:
        """Send a signal; gives the exit status, and what was logged."""
        self.process.send_signal(told)
        _, logged = self.process.communicate(timeout=20)
        return self.process.returncode, logged

    def _public_key(self) -> IntakePublicKey:
        key_id, _, raw = (self.folder / "public.key").read_text().strip().partition(":")
        return IntakePublicKey(key_id, bytes.fromhex(raw))


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve an intake that was set up in a folder, at any free port."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REPORTLINE_")}
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "serve"],
        env=ours | {"REPORTLINE_DATA_DIR": str(folder), "REPORTLINE_INTAKE_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("The intake serves at http"), line
        yield Served(process, line.split()[-1], folder)
    finally:
        process.kill()
        process.communicate()

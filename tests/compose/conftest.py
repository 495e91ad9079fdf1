"""All services of docker-compose.yml, started once and ended with the tests of them."""

import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.compose.deployed import SECONDS, Deployed
from tests.system import ROOT, TOKEN


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """Start the services in the order in which they depend on one another, each once the last is healthy."""
    # Not in pytest's own folder, which no other user may enter: PostgreSQL's has to.
    with tempfile.TemporaryDirectory(prefix="reportline-") as folder, _telegram() as telegram:
        Path(folder).chmod(0o755)
        deployed = Deployed(Path(folder), {"bot": telegram})
        try:
            _start(deployed)
            yield deployed
        finally:
            for process in deployed.running.values():
                process.send_signal(signal.SIGINT)
                process.wait(SECONDS)


def _start(deployed: Deployed) -> None:
    deployed.make_secrets(TOKEN)
    deployed.postgres.make()
    deployed.start("postgres")
    deployed.postgres.fill()
    deployed.start("valkey")
    for _ in range(2):
        # Compose runs it again whenever the services are brought up.
        deployed.run("setup")
    deployed.start("intake")
    deployed.start("bot")


@contextmanager
def _telegram() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bot_api_server", "--token", TOKEN]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield found[0]
    finally:
        process.kill()
        process.communicate()

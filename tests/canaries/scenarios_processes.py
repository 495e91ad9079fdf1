"""The scenarios of a bot whose host fails in every way, and of talks in a terminal."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

from telegram import ChatMemberBanned, ChatMemberUpdated

from tests.canaries.bot_api_updates import Planter, update_of
from tests.canaries.evidence import SCREEN, Collection
from tests.canaries.failing_host import FAULTS
from tests.canaries.recorded_system import SECONDS, RecordedSystem, recorded_system
from tests.canaries.scenario_talks import planned
from tests.canaries.scenarios_failures import link
from tests.canaries.script import Act
from tests.system import ROOT

MOST_TALKS = 2
# Variables in which a system names its user.
_ENVIRONMENT = {
    "USER": "username",
    "LOGNAME": "username",
    "HOSTNAME": "host",
    "HOME": "payload",
    "MAIL": "email",
    "SSH_CLIENT": "ip_address",
    "SSH_CONNECTION": "ip_address",
    "XDG_SESSION_ID": "id",
    "LC_IDENTIFICATION": "language_code",
    "TERM_PROGRAM_VERSION": "user_agent",
}


async def run_host(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Run a host that fails on one message after another, and finally ends its process."""
    async with recorded_system(template, folder, planter) as system:
        async with system.running("bot", "-m", "tests.canaries.failing_host") as bot:
            reporter = system.reporter("who meets faults")
            for number in range(len(FAULTS)):
                await reporter.push(reporter.say(link(system, f"message {number}")))
            await reporter.do(Act(say="/help"))
            banned = planter.whole(ChatMemberBanned)
            change = planter.whole(ChatMemberUpdated, new_chat_member=banned)
            await reporter.push(update_of("my_chat_member", change))
            await asyncio.to_thread(bot.wait, SECONDS)
        return [system.collect()]


async def run_terminal(template: Path, folder: Path, planter: Planter) -> list[Collection]:
    """Run talks in a terminal with `reportline run`, which starts the intake too."""
    talks = planned(folder.parent / "portals", planter.mint, MOST_TALKS)
    lines = [f"#{act.number}" if act.tap else act.say for acts in talks for act in acts]
    async with recorded_system(template, folder, planter) as system:
        await asyncio.to_thread(_run, system, "\n".join(lines))
        return [system.collect()]


def _run(system: RecordedSystem, typed: str) -> None:
    mint = system.planter.mint
    told = {name: mint.text(f"environment {name}.{shape}") for name, shape in _ENVIRONMENT.items()}
    environment = {**system.parts.environment, **told}
    environment.pop("REPORTLINE_TELEGRAM_TOKEN")
    with (
        (system.streams / SCREEN).open("wb") as screen,
        (system.streams / "terminal.err").open("wb") as errors,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "reportline", "run", "--start", mint.text("start link.payload")],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=screen,
            stderr=errors,
        )
        assert process.stdin is not None
        with process.stdin as terminal:
            terminal.write(typed.encode())
        _wait_for_the_talks_end(system.streams / SCREEN, process)
        # The intake goes on after the talk, until Ctrl-C.
        process.send_signal(signal.SIGINT)
        process.wait(SECONDS)
    assert process.returncode == 0


def _wait_for_the_talks_end(screen: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while b"The talk has ended" not in screen.read_bytes():
        assert process.poll() is None, process.returncode
        assert time.monotonic() < deadline
        time.sleep(0.1)

"""Runs the intake, the polled bot and a talk on one machine, and ends them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import httpx
import typer

from bot.settings import BotSettings
from reportline.setting_up import set_up_everything

SECONDS_TO_START = 30
# -P: a file in the working folder must not take the place of a library.
REPORTLINE = (sys.executable, "-P", "-m", "reportline")


def run_everything(settings: BotSettings, start: str) -> None:
    """Set up what is missing, then run the intake, the bot if there is a token, and a talk here."""
    # Without this, being told to stop would leave what was started beside this running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    set_up_everything(settings)
    if _answers(settings):
        _stop(f"Something answers at {settings.intake_url} already. Stop it, or set REPORTLINE_INTAKE_PORT.")
    with _journal(settings) as journal, _running("intake", "serve", journal=journal) as intake_process:
        _wait_for_intake(settings, intake_process)
        if not settings.has_telegram_token:
            typer.echo("No Telegram bot: REPORTLINE_TELEGRAM_TOKEN is not set. Ctrl-D ends the talk.\n")
            _talk(start)
            return
        with _running("bot", "poll", journal=journal) as polling:
            typer.echo("The Telegram bot is served too. Ctrl-D ends this talk, Ctrl-C everything.\n")
            _talk(start)
            polling.wait()


@contextmanager
def _journal(settings: BotSettings) -> Iterator[int]:
    """Open the file for the operator's lines, since the terminal shows the talk."""
    path = settings.data_dir / "run.log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    typer.echo(f"Lines for the operator go to {path.resolve()}.")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _running(*command: str, journal: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of ours beside this one, and end it gently with it."""
    process = subprocess.Popen(  # noqa: S603 - our own command, nothing from outside
        [*REPORTLINE, *command],
        stdin=subprocess.DEVNULL,
        stdout=journal,
        stderr=journal,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS_TO_START)


def _wait_for_intake(settings: BotSettings, process: subprocess.Popen[bytes]) -> None:
    typer.echo("Starting the intake ...")
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(settings):
            return
        time.sleep(0.1)
    journal = settings.data_dir / "run.log"
    _stop(
        f"The intake did not start at {settings.intake_url}; {journal} says why. "
        "Is the port taken? Then set REPORTLINE_INTAKE_PORT."
    )


def _answers(settings: BotSettings) -> bool:
    try:
        return httpx.get(f"{settings.intake_url}/readyz", timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def _talk(start: str) -> None:
    command = [*REPORTLINE, "bot", "talk", "--start", start]
    subprocess.run(command, check=False)  # noqa: S603 - our own command, nothing from outside

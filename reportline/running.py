"""Runs the intake, the polled bot and a talk on one machine; intake and bot go on when the talk ends."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import typer

from bot.commands.polled_checks import check_telegram
from bot.settings import BotSettings
from reportline.setting_up import intake_answers, set_up_everything

SECONDS_TO_START = 30
# A bot works off what waits, for 25 seconds at most.
SECONDS_TO_STOP = 45
SECONDS_BETWEEN_LOOKS = 0.1
# -P: a file in the working folder must not take the place of a library.
REPORTLINE = (sys.executable, "-P", "-m", "reportline")
_TOLD_OF_PARENTS_DEATH: Final = 1  # PR_SET_PDEATHSIG, prctl(2)
_KEYS: Final = "Ctrl-D ends the talk, Ctrl-C everything."
Process = subprocess.Popen[bytes]


def run_everything(settings: BotSettings, start: str) -> None:
    """Set up what is missing, then run the intake, the bot if there is a token, and a talk here.

    The talk's end leaves intake and bot running, until Ctrl-C or SIGTERM.
    """
    # Without this, being told to stop would leave what was started beside this running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    set_up_everything(settings)
    if intake_answers(settings.intake_url):
        _stop(f"Something answers at {settings.intake_url} already. Stop it, or set REPORTLINE_INTAKE_PORT.")
    journal = settings.data_dir / "run.log"
    with (
        suppress(KeyboardInterrupt),
        _written(journal) as lines,
        _running("intake", "serve", lines=lines) as intake,
    ):
        _wait_for_intake(settings, intake, journal)
        with _bot(settings, lines, journal) as bot:
            _talk(start)
            _wait_for_end(intake, bot, journal)


@contextmanager
def _written(journal: Path) -> Iterator[int]:
    """Open the file for the operator's lines, since the terminal shows the talk."""
    descriptor = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    typer.echo(f"Lines for the operator go to {journal}.")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _running(*command: str, lines: int) -> AbstractContextManager[Process]:
    """Run a command of ours beside this one, without the terminal, and end it with it."""
    return _ended(*command, stdin=subprocess.DEVNULL, stdout=lines, stderr=lines, start_new_session=True)


@contextmanager
def _ended(*command: str, **options: Any) -> Iterator[Process]:
    """Start a command of ours, and end it gently when the block ends, however early that is."""
    process = None
    try:
        with _told_later(signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen([*REPORTLINE, *command], preexec_fn=_ends_with_us(), **options)  # noqa: S603, PLW1509 - our own command; there are no threads
        yield process
    finally:
        if process is not None:
            _end(process)


def _end(process: Process) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(SECONDS_TO_STOP)
    except BaseException:  # told once more to stop
        process.kill()
        raise


def _ends_with_us() -> Callable[[], None] | None:
    """Give what has Linux stop a process when this one is killed, which then can stop nothing itself."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_TOLD_OF_PARENTS_DEATH, signal.SIGTERM)


@contextmanager
def _told_later(*signals: signal.Signals) -> Iterator[None]:
    """Hold signals back while a process is started: one that came in its midst would leave it running."""
    told: list[int] = []
    before = {number: signal.signal(number, lambda number, _: told.append(number)) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        signal.raise_signal(told[0])


def _wait_for_intake(settings: BotSettings, process: Process, journal: Path) -> None:
    typer.echo("Starting the intake ...")
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if intake_answers(settings.intake_url):
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
    _stop(
        f"The intake did not start at {settings.intake_url}; {journal} says why. "
        "Is the port taken? Then set REPORTLINE_INTAKE_PORT."
    )


@contextmanager
def _bot(settings: BotSettings, lines: int, journal: Path) -> Iterator[Process | None]:
    """Poll the bot if there is a token, and say whether it is served; gives None if it does not run."""
    if not settings.has_telegram_token:
        typer.echo(f"No Telegram bot is served: REPORTLINE_TELEGRAM_TOKEN_FILE is not set. {_KEYS}\n")
        yield None
        return
    with _running("bot", "poll", lines=lines) as process:
        _wait_for_bot(process, journal)
        asked = check_telegram(settings)
        if process.poll() is not None:
            told = f"The Telegram bot is not served; {journal} says why."
        elif not asked.fine:
            told = f"The Telegram bot is not served now. {asked.advice}"
        else:
            told = "The Telegram bot is served too."
        typer.echo(f"{told} {_KEYS}\n")
        yield process if process.poll() is None else None


def _wait_for_bot(process: Process, journal: Path) -> None:
    """Wait until the bot has looked at keys, portals and languages, or has ended."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None and not _has_started(journal):
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _has_started(journal: Path) -> bool:
    for line in journal.read_text(encoding="utf-8", errors="replace").splitlines():
        # What is no event is a sentence.
        with suppress(ValueError, AttributeError):
            if {("event", "started"), ("house", "bot")} <= json.loads(line).items():
                return True
    return False


def _wait_for_end(intake: Process, bot: Process | None, journal: Path) -> None:
    """Wait until the intake ends; tells when the bot does, and what has ended during the talk."""
    is_told = False
    while intake.poll() is None:
        if bot is not None and bot.poll() is not None:
            typer.echo(f"The Telegram bot {_end_of(bot, journal)} The intake goes on.", err=True)
            bot = None
        if not is_told:
            typer.echo("The talk has ended. What was started beside it goes on; Ctrl-C ends it.")
            is_told = True
        time.sleep(SECONDS_BETWEEN_LOOKS)
    _stop(f"The intake {_end_of(intake, journal)}")


def _end_of(process: Process, journal: Path) -> str:
    """Say how a process has ended; one that was killed could write nothing."""
    if process.returncode < 0:
        return f"was killed (signal {-process.returncode})."
    return f"has ended (status {process.returncode}); {journal} says why."


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def _talk(start: str) -> None:
    with _ended("bot", "talk", "--start", start) as talk:
        talk.wait()

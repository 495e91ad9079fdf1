"""The command line: the only file that knows both houses, and what `make run` starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands import checks as bot_checks
from bot.commands.bot import bot, flow, portal, preview, ready
from bot.commands.fleet import fleet, links
from bot.commands.outbox import outbox
from bot.settings import BotSettings, telegram_token
from intake_api.commands import checks as intake_checks
from intake_api.commands.intake import intake
from intake_api.commands.set_up import set_up
from intake_api.settings import BackupSettings, IntakeSettings, QueueSettings
from locales.commands import app as locales
from reportline.checks import Check
from reportline.readiness import NotReady
from reportline.settings import Settings, described_settings, read_settings
from reportline_queue.client import queue

HELP = "Reportline: bots that take reports from people who stay unknown, and the intake that queues them."
SECONDS_TO_START = 30
SECONDS_TO_ANSWER = 10

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=HELP)
portal.command()(links)
locales.command()(preview)
app.add_typer(bot, name="bot")
app.add_typer(flow, name="flow")
app.add_typer(portal, name="portal")
app.add_typer(outbox, name="outbox")
app.add_typer(fleet, name="fleet")
app.add_typer(locales, name="locales")
app.add_typer(intake, name="intake")
app.add_typer(queue, name="queue")


@app.command()
def run(
    start: Annotated[str, typer.Option(help="a start link's payload, such as ar-es or practice")] = "",
) -> None:
    """Start everything on this machine: the intake, the Telegram bot if there is a token, a talk here."""
    settings = ready(lambda: read_settings(BotSettings))
    # Without this, being told to stop would leave what was started beside this running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    setup()
    if _answers(settings):
        _stop(f"Something answers at {settings.intake_url} already. Stop it, or set REPORTLINE_INTAKE_PORT.")
    with _journal(settings) as journal, _running("intake", "serve", journal=journal) as intake_process:
        _wait_for_intake(settings, intake_process)
        if not _has_token(settings):
            typer.echo("No Telegram bot: REPORTLINE_TELEGRAM_TOKEN is not set. Ctrl-D ends the talk.\n")
            _talk(start)
            return
        with _running("bot", "poll", journal=journal) as polling:
            typer.echo("The Telegram bot is served too. Ctrl-D ends this talk, Ctrl-C everything.\n")
            _talk(start)
            polling.wait()


@app.command()
def setup() -> None:
    """Make what is missing: folders, keys (0600), the database, the first access keys."""
    settings = ready(lambda: read_settings(BotSettings))
    set_up(
        _ours(IntakeSettings),
        channel_token_file=settings.channel_token_file,
        analyst_token_file=_ours(QueueSettings).token_file,
        public_key_file=settings.public_key_file,
    )
    typer.echo(f"Keys and database are in {settings.data_dir.resolve()}; keep that folder to yourself.")


@app.command()
def settings() -> None:
    """List every setting with its meaning, value, source and default; secrets are hidden."""
    rows = {
        row.name: row
        for house in (ready(lambda: read_settings(BotSettings)), _ours(BackupSettings), _ours(QueueSettings))
        for row in described_settings(house)
    }
    console = Console(highlight=False)
    for name in sorted(rows):
        row = rows[name]
        console.print(Text(f"{row.name} = {row.value or '(none)'}", style="bold"), soft_wrap=True)
        console.print(Text(f"    {row.meaning}"))
        console.print(
            Text(f"    from: {row.source}; default: {row.default or '(none)'}", style="dim"), soft_wrap=True
        )


@app.command()
def doctor() -> None:
    """Look at keys, file modes, database, token, API and portals, and say what to do; status 1 on a fault."""
    read = ready(lambda: read_settings(BotSettings))
    found = [
        *(Check(look.name, look.fine, look.advice) for look in intake_checks.check(_ours(IntakeSettings))),
        *bot_checks.check(read),
        _check_intake(read),
        _check_telegram(read),
    ]
    table = Table("", "what", "advice")
    for look in found:
        table.add_row("ok" if look.fine else "FAULT", look.name, look.advice)
    Console().print(table)
    raise typer.Exit(int(not all(look.fine for look in found)))


def _ours(kind: type[Settings]) -> Settings:
    """Read settings of the intake's house; if they are wrong, say what to do, and stop."""
    try:
        return read_settings(kind)
    except NotReady as fault:
        _stop(str(fault))


def _check_intake(read: BotSettings) -> Check:
    try:
        answer = httpx.get(f"{read.intake_url}/readyz", timeout=SECONDS_TO_ANSWER, trust_env=False)
    except httpx.HTTPError:
        advice = f"Nothing answers at {read.intake_url}. Start it: `reportline intake serve`."
        return Check("intake API", fine=False, advice=advice)
    if answer.is_success:
        return Check("intake API", fine=True, advice=f"answers at {read.intake_url}")
    return Check("intake API", fine=False, advice="It is up, but not ready. See its log.")


def _check_telegram(read: BotSettings) -> Check:
    if not _has_token(read):
        return Check("Telegram", fine=True, advice="no bot is polled: there is no token")
    url = f"{read.telegram_api_url}/bot{ready(lambda: telegram_token(read))}/getMe"
    try:
        status = httpx.get(url, timeout=SECONDS_TO_ANSWER).status_code
    except httpx.HTTPError:
        return Check("Telegram", fine=False, advice="It does not answer. See the network.")
    if status == httpx.codes.OK:
        return Check("Telegram", fine=True, advice="takes the token")
    advice = f"It refuses the token ({status}). Ask BotFather for a new one."
    return Check("Telegram", fine=False, advice=advice)


def _has_token(read: BotSettings) -> bool:
    return read.telegram_token is not None or read.telegram_token_file is not None


@contextmanager
def _journal(read: BotSettings) -> Iterator[int]:
    """Open the file for the operator's lines, since the terminal shows the talk."""
    path = read.data_dir / "run.log"
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
        [sys.executable, "-m", "reportline", *command],
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


def _wait_for_intake(read: BotSettings, process: subprocess.Popen[bytes]) -> None:
    typer.echo("Starting the intake ...")
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(read):
            return
        time.sleep(0.1)
    journal = read.data_dir / "run.log"
    _stop(
        f"The intake did not start at {read.intake_url}; {journal} says why. "
        "Is the port taken? Then set REPORTLINE_INTAKE_PORT."
    )


def _answers(read: BotSettings) -> bool:
    try:
        return httpx.get(f"{read.intake_url}/readyz", timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _stop(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(1)


def _talk(start: str) -> None:
    command = [sys.executable, "-m", "reportline", "bot", "talk", "--start", start]
    subprocess.run(command, check=False)  # noqa: S603 - our own command, nothing from outside

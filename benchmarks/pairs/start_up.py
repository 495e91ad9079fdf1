"""From the start of a command to where its work begins, beside a Python that imports the same libraries."""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from benchmarks.measuring import Effort, Pair, Row, in_turn

_TALKS: Final = (
    *("typer", "structlog", "babel.messages.pofile", "pydantic_settings", "nacl.bindings", "phonenumbers"),
    *("ada_url", "publicsuffixlist", "httpx", "msgspec"),
)


@dataclass(frozen=True, slots=True)
class Start:
    """A command, the libraries that it is for, and the settings that end it where its work would begin."""

    command: str
    libraries: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)


STARTS: Final = (
    Start("--help", ("typer", "typer.rich_utils")),
    Start(
        "queue next",
        # Typer loads these of pydantic for a command's arguments, httpx loads httpcore for a request.
        (
            *("typer", "pydantic.types", "pydantic.type_adapter"),
            *("rich.console", "rich.table", "httpx", "httpcore"),
        ),
        {"REPORTLINE_ANALYST_TOKEN": "none", "REPORTLINE_INTAKE_URL": "http://127.0.0.1:1"},
    ),
    Start(
        "bot poll", (*_TALKS, "telegram.ext", "uvloop"), {"REPORTLINE_TELEGRAM_TOKEN": "7001:" + "aB3_-" * 7}
    ),
    Start(
        "bot fleet",
        (
            *_TALKS,
            "aiogram",
            "valkey.asyncio",
            "prometheus_client",
            "starlette.applications",
            "uvicorn",
            "uvloop",
        ),
        {"REPORTLINE_VALKEY_URL": "valkey://127.0.0.1:1", "REPORTLINE_BOTS_FILE": "/nowhere"},
    ),
    Start(
        "intake serve",
        (
            *("typer", "structlog", "fastapi", "sqlalchemy.ext.asyncio", "uvicorn", "pydantic_settings"),
            *("prometheus_client", "nacl.bindings", "ada_url", "publicsuffixlist"),
        ),
    ),
)


async def _rate(arguments: Sequence[str], settings: Mapping[str, str]) -> float:
    """Start a process; gives the starts in a second of its processor time."""
    return 1 / _spent(arguments, settings)


def _spent(arguments: Sequence[str], settings: Mapping[str, str]) -> float:
    """Start a process, wait for its end, and give the seconds of processor time that it took."""
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    environment = {"PATH": os.environ["PATH"], **settings}
    command = [sys.executable, *arguments]
    process = os.posix_spawn(sys.executable, command, environment, file_actions=silent)
    _, _, usage = os.wait4(process, 0)
    return usage.ru_utime + usage.ru_stime


async def measure(effort: Effort) -> Sequence[Row]:
    """Measure each command beside its libraries alone; the effort's size is how many commands."""
    rows = []
    for start in STARTS[: effort.size]:
        with tempfile.TemporaryDirectory() as folder:
            settings = {"REPORTLINE_DATA_DIR": f"{folder}/none", **start.settings}
            ours = ["-m", "reportline", *start.command.split()]
            theirs = ["-c", f"import {', '.join(start.libraries)}"]
            sides = [partial(_rate, side, settings) for side in (ours, theirs)]
            # Each round is a process of its own, so nothing warms up.
            rates = await in_turn(sides, effort.rounds, to_warm_up=0)
            rows.append(Row(f"`{start.command}`", "its libraries", *rates))
    return rows


ABOUT: Final = """\
Ours is `python -m reportline` with a command, which ends where its work would begin: at a key, a token or a
file that is missing. The peer is a Python that imports the libraries which that command is for, and ends.
A command may take 1.3 times as long: a ratio of at least 0.77.
"""
PAIR = Pair(
    name="start-up",
    title="The start of a command",
    about=ABOUT,
    unit="starts a CPU second",
    packages=("typer", "python-telegram-bot", "aiogram", "fastapi", "sqlalchemy"),
    effort=Effort(rounds=5, size=len(STARTS)),
    # The others are started, each once, by tests/reportline/test_start_up.py.
    quick=Effort(rounds=2, size=2),
    measure=measure,
)

"""Ends a command that fails with a sentence that says what to do, and with exit status 1."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from intake_api.settings import IntakeSettings
from intake_api.store.away import ADVICE, DatabaseAway
from reportline.garbage import collect_as_usual
from reportline.private_files import require_own
from reportline.readiness import NotReady, told_by_system
from reportline.settings import Settings, read_settings

Result = TypeVar("Result")


def settings_of(kind: type[Settings]) -> Settings:
    """Return the settings; exit if one is wrong, or if the intake's folder belongs to another user."""
    settings = ready(lambda: read_settings(kind))
    if isinstance(settings, IntakeSettings):
        folder = settings.folder
        ready(lambda: require_own(folder))
    return settings


def ready(read: Callable[[], Result]) -> Result:
    """Return what `read` returns; if it fails, say what to do and exit."""
    try:
        return read()
    except NotReady as fault:
        stop(str(fault))
    except DatabaseAway as fault:
        stop(f"{ADVICE[fault.why]}; what was done stays done: run this again.")
    except DBAPIError:
        stop(f"{ADVICE['away']}; what was done stays done: run this again.")
    except OSError as fault:
        stop(told_by_system(fault))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine as `ready` runs a function."""
    collect_as_usual()
    return ready(lambda: asyncio.run(work))


def stop(sentence: str) -> NoReturn:
    """Print why the command ends, and exit with status 1."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1)

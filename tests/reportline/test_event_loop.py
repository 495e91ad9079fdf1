"""Long work runs on uvloop where it is installed, and on Python's own loop elsewhere."""

import asyncio
import subprocess
import sys

import pytest

from reportline.event_loop import run

WITHOUT_UVLOOP = """
import asyncio, sys
sys.modules["uvloop"] = None
from reportline.event_loop import run
async def work():
    print(type(asyncio.get_running_loop()).__module__)
run(work())
"""


def test_work_runs_on_uvloop() -> None:
    found: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0)
        found.append(type(asyncio.get_running_loop()).__module__)

    run(work())
    assert found == ["uvloop"]


def test_work_runs_where_there_is_no_uvloop() -> None:
    told = subprocess.run([sys.executable, "-c", WITHOUT_UVLOOP], capture_output=True, check=True, text=True)
    assert told.stdout.startswith("asyncio.")


def test_what_ends_the_work_is_raised() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run(work())

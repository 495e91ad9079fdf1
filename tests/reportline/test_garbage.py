"""The garbage collector is off while a command loads, and on while a server works."""

import subprocess
import sys

LOADED_AND_WORKING = """
import gc
from intake_api.commands.command_line import run
from reportline.garbage import collect_nothing

async def work():
    return gc.isenabled(), gc.get_freeze_count() > 0

collect_nothing()
print(gc.isenabled(), *run(work()))
"""


def test_the_collector_is_off_until_work_begins_and_never_looks_at_what_was_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED_AND_WORKING], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "True"]

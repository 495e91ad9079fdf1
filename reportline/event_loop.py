"""Runs long work on uvloop where it is installed, and on Python's own event loop elsewhere.

uvloop does the same in compiled code: less of a turn's processor time goes to the loop and to sockets, and no
code of ours knows which loop it is. `USES_UVLOOP = False` switches it off.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

USES_UVLOOP: Final = True


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work is done."""
    with asyncio.Runner(loop_factory=_factory()) as runner:
        runner.run(work)


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if not USES_UVLOOP:
        return None
    try:
        import uvloop  # noqa: PLC0415 - it is not there on every system
    except ImportError:
        return None
    return uvloop.new_event_loop

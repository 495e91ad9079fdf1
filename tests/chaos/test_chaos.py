"""A small run of what `make chaos` does: everything dies and comes back, and no promise breaks."""

import io
import secrets
from pathlib import Path

import pytest
from rich.console import Console

from tests.chaos.__main__ import play
from tests.chaos.scale import small


@pytest.mark.alone("chaos: everything runs at once, and what is late counts as stuck")
@pytest.mark.timeout(280)
async def test_nothing_is_lost_doubled_stuck_or_told_while_everything_dies(tmp_path: Path) -> None:
    """150 talks with 5 bots; each process is killed, each store restarted, the API is away for a while."""
    table = io.StringIO()
    after = await play(small(secrets.randbelow(10**6)), tmp_path, Console(file=table, width=120))
    assert not after.broken, table.getvalue()

"""An operator sees how full an outbox is, and nothing of what is in it."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.delivery.outbox import Entry, Outbox
from bot.delivery.outbox_state import OutboxState, state_of
from conversations.wire.report import SealedReport

DRAFT = "0123456789abcdef" * 2
MIB = 1024**2
PLENTY = 2**40
ENTRY = Entry(DRAFT, 1)
SEALED = SealedReport(key_id="k1", sealed="QUJD" * 500)


def test_the_state_tells_numbers_and_the_oldest_hour(tmp_path: Path) -> None:
    """Where nothing is, and where something waits and something was set aside, whatever was read since."""
    assert state_of(tmp_path / "nowhere") == OutboxState(0, 0, None)
    outbox = Outbox(tmp_path)
    for draft in ("1" * 32, "2" * 32):
        outbox.put(draft, 1, SEALED)
    outbox.put(DRAFT, 1, SEALED)
    put_at = 1_700_000_000
    os.utime(tmp_path / ENTRY.file_name, (put_at, put_at))
    outbox.read(ENTRY)
    for step in (lambda: None, lambda: outbox.set_aside(ENTRY)):
        step()
        assert state_of(tmp_path).oldest == datetime(2023, 11, 14, 22, tzinfo=UTC)
    state = state_of(tmp_path)
    assert (state.waiting, state.aside) == (2, 1)
    assert (state.percent(10), state.room(10, PLENTY), state.room(2, PLENTY)) == (30, 7, 0)


@pytest.mark.parametrize(
    ("free", "room"),
    [(9 * MIB, 0), (16 * MIB, 0), (17 * MIB, 8), (18 * MIB, 16), (PLENTY, 20_000)],
)
def test_there_is_no_more_room_than_the_disk_has(free: int, room: int) -> None:
    """Reports leave 16 MiB of it, and each may need 128 KiB."""
    assert OutboxState(0, 0, None).room(20_000, free) == room

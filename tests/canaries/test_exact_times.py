"""The search for exact times works: it finds a moment in every notation, and passes over an hour."""

import struct
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.canaries.exact_times import HOUR, Span

MOMENT = 1_795_503_725
SPAN = Span(MOMENT - 30, MOMENT + 30)
WHEN = datetime.fromtimestamp(MOMENT, UTC)
ON_THE_HOUR = datetime.fromtimestamp(MOMENT // HOUR * HOUR, UTC)


@pytest.mark.parametrize(
    "written",
    [
        WHEN.isoformat(),
        f"{WHEN:%Y-%m-%d %H:%M}",
        f"{WHEN:%Y%m%dT%H%M%SZ}",
        format_datetime(WHEN, usegmt=True),
        f"{MOMENT}",
        f"at={MOMENT}.25;",
        f"{MOMENT * 1000}",
        f"{MOMENT * 1_000_000}",
        f"{MOMENT * 1_000_000_000}",
    ],
)
def test_a_moment_in_words_is_found(written: str) -> None:
    assert [*SPAN.found_in(f"report {written} came".encode())]


@pytest.mark.parametrize(
    "written",
    [
        ON_THE_HOUR.isoformat(),
        f"{ON_THE_HOUR:%Y-%m-%dT%H:00Z}",
        f"{MOMENT // HOUR}",
        f"{MOMENT // HOUR * HOUR}",
        f"{MOMENT - 86400}",
        "0123456789abcdef0123456789abcdef",
        "sent/4711?page=2",
    ],
)
def test_an_hour_and_what_is_no_time_are_not(written: str) -> None:
    assert [*SPAN.found_in(f"report {written} came".encode())] == []


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("shape", "value"),
    [("q", MOMENT), ("q", MOMENT * 1000), ("q", MOMENT * 10**6), ("q", MOMENT * 10**9), ("d", MOMENT + 0.5)],
)
def test_a_packed_moment_is_found(order: str, shape: str, value: float) -> None:
    assert [*SPAN.packed_in(b"k1:" + struct.pack(order + shape, value) + b"sealed")]


@pytest.mark.parametrize("order", "<>")
def test_four_bytes_at_an_end_are_found(order: str) -> None:
    packed = struct.pack(f"{order}I", MOMENT)
    assert [*SPAN.packed_in(packed + bytes(20))]
    assert [*SPAN.packed_in(bytes(20) + packed)]


def test_a_day_number_is_found() -> None:
    """SQLite's julianday() tells seconds in its fraction."""
    assert SPAN.told_by(MOMENT / 86400 + 2440587.5)


def test_keys_and_seals_tell_nothing() -> None:
    assert [*SPAN.packed_in(bytes(range(1, 250)))] == []

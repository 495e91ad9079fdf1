"""The drawn numbers fit every width, need no colour, and show hidden numbers as "<5"."""

from collections import Counter

import pytest
from rich.console import Console

from conversations.wire.report import Circumstance
from intake_api.numbers.counting import HOUR, QueueCounted, ReportsCounted, Tally, Tapped
from intake_api.numbers.shapes import Counts
from reportline_queue.intake import answers
from reportline_queue.intake.reading import read
from reportline_queue.numbers import counts
from tests.intake_api.running_api import NOON

PORTALS = {NOON - HOUR: Counter(ar=12, international=3), NOON - 2 * HOUR: Counter(ar=7)}


TAPPED: Tapped = {
    NOON - HOUR: Counter({("ar", Circumstance.KNOWS_CHILD): 6, ("ar", Circumstance.DANGER_NOW): 4}),
    NOON - 2 * HOUR: Counter({("ar", Circumstance.KNOWS_CHILD): 6}),
}


def _drawn(width: int, portals: Tally = PORTALS) -> list[str]:
    reports = ReportsCounted(portals, {}, {}, {}, TAPPED if portals else {})
    counted = Counts.of(QueueCounted(1234, 40321, 0, Counter()), 17, reports, NOON, 168)
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as captured:
        for part in counts(read(answers.Counts, counted.model_dump_json().encode())):
            console.print(part, markup=False)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_the_terminal_of_sixty_columns_shows_every_number() -> None:
    drawn = _drawn(60)
    text = "\n".join(drawn)
    assert " ".join(drawn[:3]).startswith(
        "items, as of 2026-03-01 12h UTC; reports since then are not counted yet, decisions until this "
        "hour's first look are"
    )
    assert all(number in text for number in ("1234", "17", "40321", "(rounded down): 20"))
    assert "│ ar            │      15 │" in drawn
    assert "│ international │      <5 │" in drawn
    assert [line for line in drawn if line.startswith("│ ar: knows child ") and "10 │" in line]
    assert "danger" not in text
    assert drawn[-3:] == [
        " 03-01 09h <5",
        " 03-01 10h  5 ██████████",
        " 03-01 11h 15 ██████████████████████████████",
    ]
    assert len([line for line in drawn if "h <5" in line or "h  5" in line or "h 15" in line]) == 24


@pytest.mark.parametrize("width", [24, 40, 60, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    drawn = _drawn(width)
    assert max(map(len, drawn)) <= width
    assert [line for line in drawn if line.startswith(" 03-01 11h 15 █")]


def test_hours_of_which_nothing_is_told_are_one_line() -> None:
    drawn = _drawn(60, {NOON - HOUR: Counter(ar=4)})
    assert drawn[-1] == "reports by hour: <5 in each of the last 24"
    assert not [line for line in drawn if " 03-01 11h" in line]


def test_a_new_intake_draws_no_empty_table() -> None:
    assert not [line for line in _drawn(60, {}) if "portal" in line or "█" in line]

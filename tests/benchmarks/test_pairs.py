"""Each benchmark runs with the least possible work, and the page names each."""

import importlib
from functools import partial
from typing import Any

import pytest

from benchmarks.measuring import Effort, Row

NAMES = ["turns", "hand-in", "addresses", "start-up"]


def _part(name: str) -> Any:
    """Import a part of the benchmarks: their peers take seconds, in each process that collects tests."""
    return importlib.import_module(f"benchmarks.{name}")


def test_the_pairs_are_those_that_are_run_here() -> None:
    assert [pair.name for pair in _part("pairs").PAIRS] == NAMES


@pytest.mark.parametrize("name", NAMES)
async def test_a_pair_measures_ours_and_its_peers(name: str) -> None:
    measure = _part(f"pairs.{name.replace('-', '_')}").PAIR.measure
    if name == "start-up":
        # All commands are started, each once, by tests/reportline/test_start_up.py.
        measure = partial(measure, starts=_part("pairs.start_up").STARTS[:2])
    rows = await measure(Effort(rounds=1, size=1))
    assert rows
    assert all(figure > 0 for row in rows for figure in (*row.ours, *row.theirs))


def test_the_page_gives_medians_with_their_spread_and_ratios_round_by_round() -> None:
    performance_page = _part("performance_page")
    rows = [Row("a thing", "a peer", ours=[50, 300, 100], theirs=[100, 200, 400])]
    circumstances = performance_page.Circumstances("c0ffee", "2 cores")
    written = performance_page.page(circumstances, {_part("pairs").PAIRS[0]: rows})
    assert "| a thing | 100 (50.0-300) | a peer | 200 (100-400) | 0.50 (0.25-1.50) |" in written
    assert "c0ffee" in written


def test_the_page_that_is_there_tells_of_each_pair() -> None:
    written = _part("performance_page").PAGE.read_text(encoding="utf-8")
    headings = [line for line in written.splitlines() if line.startswith("## ")]
    assert headings == [f"## {pair.title}" for pair in _part("pairs").PAIRS]


def test_a_bot_that_holds_another_dialogue_is_not_measured() -> None:
    scripted, stub = _part("talks.scripted_talk"), _part("talks.stubs").BotApiStub()
    reporters = scripted.Reporters(stub)
    with pytest.raises(scripted.OtherDialogue):
        reporters.require(1, scripted.TALK[0])
    stub.call("sendMessage", {"chat_id": "1", "text": scripted.TALK[0].says, "reply_markup": "{}"})
    with pytest.raises(scripted.OtherDialogue):
        reporters.require(1, scripted.TALK[0])

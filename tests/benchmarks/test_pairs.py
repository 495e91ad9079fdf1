"""The page names each benchmark, and what is much slower than it records is named."""

import importlib
from typing import Any

import pytest

from benchmarks.measuring import Row

NAMES = ["turns", "hand-in", "addresses", "start-up"]


def _part(name: str) -> Any:
    """Import a part of the benchmarks: their peers take seconds, in each process that collects tests."""
    return importlib.import_module(f"benchmarks.{name}")


def test_the_pairs_are_those_that_are_run_here() -> None:
    assert [pair.name for pair in _part("pairs").PAIRS] == NAMES


def test_the_page_gives_medians_with_their_spread_and_ratios_round_by_round() -> None:
    performance_page = _part("performance_page")
    rows = [Row("a thing", "a peer", ours=[50, 300, 100], theirs=[100, 200, 400])]
    circumstances = performance_page.Circumstances("c0ffee", "2 cores")
    written = performance_page.page(circumstances, {_part("pairs").PAIRS[0]: rows})
    assert "| a thing | 100 (50.0-300) | a peer | 200 (100-400) | 0.50 (0.25-1.50) |  |" in written
    assert "c0ffee" in written


@pytest.mark.parametrize(("target", "told"), [(0.4, "0.40: met"), (0.5, "0.50: met"), (0.6, "0.60: not met")])
def test_the_page_tells_whether_a_target_is_met(target: float, told: str) -> None:
    performance_page = _part("performance_page")
    row = Row("a thing", "a peer", ours=[50], theirs=[100], target=target)
    assert f"| {told} |" in performance_page.section(_part("pairs").PAIRS[0], [row])


@pytest.mark.parametrize(
    ("what", "now", "told"),
    [
        ("a thing", 0.51, []),
        ("a thing", 0.49, ["a thing, beside a peer: 0.49, recorded 1.00"]),
        ("another", 9.0, ["another, beside a peer: 9.00, recorded nowhere"]),
    ],
)
def test_what_is_below_half_of_the_page_is_named(what: str, now: float, told: list[str]) -> None:
    performance_page = _part("performance_page")
    page = performance_page.section(_part("pairs").PAIRS[0], [Row("a thing", "a peer", [1200.0], [1200.0])])
    recorded = performance_page.recorded_ratios(page)
    assert recorded == {("a thing", "a peer"): 1.0}
    assert performance_page.much_slower([Row(what, "a peer", [now], [1])], recorded) == told


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

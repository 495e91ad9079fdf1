"""Each benchmark runs with the least possible work, and the page names each."""

from functools import partial

import pytest

from benchmarks.measuring import Effort, Row
from benchmarks.pairs import PAIRS, start_up
from benchmarks.performance_page import PAGE, Circumstances, page
from benchmarks.talks.scripted_talk import TALK, OtherDialogue, Reporters
from benchmarks.talks.stubs import BotApiStub

# All commands are started, each once, by tests/reportline/test_start_up.py.
MEASURED = {pair.name: pair.measure for pair in PAIRS} | {
    start_up.PAIR.name: partial(start_up.measure, starts=start_up.STARTS[:2])
}


@pytest.mark.parametrize("pair", MEASURED)
async def test_a_pair_measures_ours_and_its_peers(pair: str) -> None:
    rows = await MEASURED[pair](Effort(rounds=1, size=1))
    assert rows
    assert all(figure > 0 for row in rows for figure in (*row.ours, *row.theirs))


def test_the_page_gives_medians_with_their_spread_and_ratios_round_by_round() -> None:
    rows = [Row("a thing", "a peer", ours=[50, 300, 100], theirs=[100, 200, 400])]
    written = page(Circumstances("c0ffee", "2 cores"), {PAIRS[0]: rows})
    assert "| a thing | 100 (50.0-300) | a peer | 200 (100-400) | 0.50 (0.25-1.50) |" in written
    assert "c0ffee" in written


def test_the_page_that_is_there_tells_of_each_pair() -> None:
    headings = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings == [f"## {pair.title}" for pair in PAIRS]


def test_a_bot_that_holds_another_dialogue_is_not_measured() -> None:
    stub = BotApiStub()
    reporters = Reporters(stub)
    with pytest.raises(OtherDialogue):
        reporters.require(1, TALK[0])
    stub.call("sendMessage", {"chat_id": "1", "text": TALK[0].says, "reply_markup": "{}"})
    with pytest.raises(OtherDialogue):
        reporters.require(1, TALK[0])

import sys
import time
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.address import canonical, defang
from conversations.address.finding import find

GARBAGE = (
    "a", "a.", "a[.]", "\u4e2d\u3002", "a dot ", "a.a@", "(", "[[", "/", "%", "\u0646\u200c", "https://",
    "https://[[]", "https://user:", "hxxp[:]//a[.]b", "https://a.example/c", "https://a.example/(", "a.b://",
    "ftp://", "magnet:?", "=\n/a1", "&igsh=1", "xn--a.", "](", "\U0001f447", "=3Da", "a=20\n", "a,",
    "a dash ", "www a ", "www,a", "a!!a", "a\u2013",
)  # fmt: skip
# Complete hosts and links, and what comes near to one: the dearest words for their length.
DEAR = (
    "x.co ", "ayer.me ", "a.zzz ", "a.b/c ", "a.b,a.b/", "a.Es ", "8.8.8.8 ", "1.1.1.1:", "\u00e9.com ",
    "a-\u0431.com ", "\u043c\u0438\u0440.com ", "a@b.co ", "@a@b.co ", "@abc ", "https://a.b/https://a.b/",
    "https://x.co/,a.b/", "https://a. ", "https://a:", "https:/", "http%3A%2F%2F", "t.me/ abcd ",
    "com . net ", "a dot b ", "www. ", "\\_", "&amp;", "*a ", "[/b]", "<https://a.b/c|", "a\n/b/c1\n",
    "localhost ", "\u3002", "(dot)", "a\u3002", "]]", "((", "a", "\n", " ", "\uff0e", "?a=1&", "file:/",
    "C:\\a ", "tg://", "magnet:?", "1.a.co\n", "[a.co](https://a.co/b) ", "a-b-\n", "a\u2011b.co ", "=3Da",
    "a dash b dot com ", "www,a,co/", "//a b.co/", "a&b.co ", "v 1.2.3.4 ", "a.md ",
)  # fmt: skip
FLOODS = (
    st.lists(st.sampled_from(DEAR) | st.text(max_size=2), min_size=1, max_size=4).map("".join).filter(bool)
)
PROSE = (
    "I saw this yesterday, and it was bad. My friend sent it to me on the app. Please look at it, thank you. "
)
LONGEST = 4096


def _filled(piece: str, length: int) -> str:
    # Whole pieces: one that is cut may be read in another way, as half an escape is.
    return piece * (length // len(piece) + 1)


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        find(text, handles=True), canonical(text), defang(text)
        best = min(best, time.process_time() - start)
    return best


def _finding(*texts: str) -> list[float]:
    """Measure the texts in turn, so that a busy moment meets all of them."""
    best = [float("inf")] * len(texts)
    for _ in range(7):
        for number, text in enumerate(texts):
            start = time.process_time()
            find(text, handles=True)
            best[number] = min(best[number], time.process_time() - start)
    return best


def _calls(text: str) -> int:
    """Count the calls, of Python's functions and of the library's, that finding makes."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    find(text, handles=True)  # the list of public suffixes is read once
    sys.setprofile(count)
    try:
        find(text, handles=True)
    finally:
        sys.setprofile(None)
    return counted


@pytest.fixture(scope="module", name="prose")
def _prose() -> float:
    return _seconds("plain words, without a link " * 585)


@pytest.mark.alone("compares times of the processor")
@pytest.mark.parametrize("front", ["", "https://example.com/?a="])
@pytest.mark.parametrize("piece", GARBAGE)
def test_work_grows_with_the_text_and_not_with_its_square(piece: str, front: str, prose: float) -> None:
    """Four times the text is about four times the work, where a squared cost would be 16 times.

    No garbage costs much more than as much plain prose does.
    """
    short, long = (front + piece * (size // len(piece)) for size in (4096, 4 * 4096))
    worked = _seconds(long)
    # Below two milliseconds the clock measures itself, and what is that quick at 16 kB is no trouble.
    assert worked < 10 * max(_seconds(short), 0.002)
    assert worked < 100 * prose


@settings(deadline=None)
@given(FLOODS)
def test_no_flood_takes_many_steps(piece: str) -> None:
    """A pattern takes one step for any text, so the timed test below belongs to this one."""
    calls = _calls(_filled(piece, LONGEST))
    assert calls < 6 * LONGEST  # up to 4.4 were found
    assert _calls(_filled(piece, 2 * LONGEST)) <= max(2.5 * calls, 2 * LONGEST)


@pytest.mark.alone("compares times of the processor")
@settings(deadline=None, max_examples=60)
@given(FLOODS)
def test_no_flood_takes_much_longer_than_prose(piece: str) -> None:
    """The aim is 10 times, and 2.5 times; up to 15 times was found, and a busy machine needs a margin."""
    prose, flood, double = _finding(
        _filled(PROSE, LONGEST), _filled(piece, LONGEST), _filled(piece, 2 * LONGEST)
    )
    assert flood < 24 * prose
    assert double < 3 * max(flood, 2 * prose)

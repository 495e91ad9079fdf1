import time

import pytest

from conversations.address import canonical, defang, find

GARBAGE = (
    "a", "a.", "a[.]", "\u4e2d\u3002", "a dot ", "a.a@", "(", "[[", "/", "%", "\u0646\u200c", "https://",
    "https://[[]", "https://user:", "hxxp[:]//a[.]b", "https://a.example/c", "https://a.example/(", "a.b://",
    "ftp://", "magnet:?", "=\n/a1", "&igsh=1", "xn--a.", "](", "\U0001f447",
)  # fmt: skip


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        find(text, handles=True), canonical(text), defang(text)
        best = min(best, time.process_time() - start)
    return best


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

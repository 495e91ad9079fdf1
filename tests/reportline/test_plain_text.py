"""Text that goes to a terminal holds nothing that a terminal would obey."""

import pytest

from reportline.plain_text import plain, plain_lines


@pytest.mark.parametrize("text", ["", "a-b_1 @ 2", "عربي", "हिन्दी", "می\u200cخواهم", "क्\u200dष", "中文, é"])
def test_what_people_write_stays(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "sign", ["\x1b", "\x07", "\x00", "\x7f", "\x9b", "\r", "\n", "\u202e", "\u2066", "\u2028"]
)
def test_what_a_terminal_obeys_is_replaced(sign: str) -> None:
    assert plain(f"a{sign}[2Jb") == "a\ufffd[2Jb"


def test_the_lines_of_a_text_stay_lines() -> None:
    assert plain_lines("one\n\x1b[2Jtwo\r\n") == "one\n\ufffd[2Jtwo\ufffd\n"

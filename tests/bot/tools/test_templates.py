"""A template escapes every value, and fails if a value is missing."""

import pytest
from jinja2 import UndefinedError

from bot.tools.templates import direction, template

WORDS = {
    "language": "ar",
    "link": "https://t.me/x_bot",
    "invite": "<b>",
    "privacy": '"',
    "open": "&",
    "code": "'",
}


def test_every_value_is_escaped() -> None:
    written = template("snippet.html.jinja").render(**WORDS, svg="<svg>")
    assert "<b>" not in written
    assert "<svg>" not in written
    assert "<p>&lt;b&gt; &#34;</p>" in written
    assert 'aria-label="&#39;"' in written


def test_a_missing_value_is_a_fault() -> None:
    with pytest.raises(UndefinedError):
        template("snippet.html.jinja").render(**WORDS)


def test_arabic_runs_from_right_to_left() -> None:
    assert (direction("ar"), direction("en")) == ("rtl", "ltr")

"""The client's list of public suffixes is the library's, and is read as the library reads it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PSLFILE

from conversations.address import public_suffixes as of_the_library
from reportline_queue.address import public_suffixes as of_the_client

SUFFIXES = Path(of_the_client.__file__).parent / "suffixes.txt"
HEADING = """\
# The official part of the Public Suffix List, https://publicsuffix.org/list/, without its comments.
# Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/
# `pytest tests/reportline_queue/address/test_public_suffixes.py --update` writes this file.
"""


def _official_rules() -> list[str]:
    """Give each rule as it is written, and in ASCII."""
    text = Path(PSLFILE).read_text(encoding="utf-8")
    official = text.partition("===BEGIN ICANN DOMAINS===")[2].partition("===END ICANN DOMAINS===")[0]
    rules = [line.split()[0].lower() for line in official.splitlines() if line and line[:2] != "//"]
    return sorted({*rules, *(rule.encode("idna").decode() for rule in rules if not rule.isascii())})


RULES = _official_rules()


def test_the_list_is_the_librarys(*, update: bool) -> None:
    expected = HEADING + "\n".join(RULES) + "\n"
    if update:
        SUFFIXES.write_text(expected, encoding="utf-8")
    assert SUFFIXES.read_text(encoding="utf-8") == expected, "run this test with --update"


@pytest.mark.parametrize("before", ["", "a.", "www.a.", "a..", "A.B."])
def test_every_rule_is_read_as_by_the_library(before: str) -> None:
    for rule in RULES:
        host = f"{before}{rule.lstrip('!').removeprefix('*.')}"
        assert of_the_client.private_suffix(host) == of_the_library.private_suffix(host), host


def test_the_last_labels_are_the_librarys() -> None:
    assert of_the_client.last_labels() == of_the_library.last_labels()
    assert {"com", "uk", "\u0440\u0444", "xn--p1ai"} < of_the_client.last_labels()


@given(
    st.lists(
        st.sampled_from(["a", "B", "", "co", "uk", "com", "kobe", "jp", "city", "ck", "www"]), max_size=12
    )
)
def test_any_name_is_read_as_by_the_library(labels: list[str]) -> None:
    host = ".".join(labels)
    assert of_the_client.private_suffix(host) == of_the_library.private_suffix(host)

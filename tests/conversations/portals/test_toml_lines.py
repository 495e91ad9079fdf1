"""The line of a fault in a TOML text is found."""

import pytest

from conversations.portals.toml_lines import first_unread_line, lines_of, nearest_line

TEXT = """\
id = "xx"

[web_page]
text = "portal.example"
verified = 2026-11-24

[[contacts]]
name = "The Helpers"

[[contacts]]
name = "The Listeners"
reach = '''
listeners.example
'''

[legal_notes.en]
text = "You may report."
"""


def test_lines_are_found_for_tables_entries_of_arrays_and_values() -> None:
    lines = lines_of(TEXT)
    assert lines["web_page", "verified"] == 5
    assert (lines["contacts", 0], lines["contacts", 1], lines["contacts", 1, "reach"]) == (7, 10, 12)
    assert lines["legal_notes", "en"] == 16


def test_a_missing_value_has_the_line_of_its_table() -> None:
    lines = lines_of(TEXT)
    assert nearest_line(lines, ("contacts", 1, "source")) == 10
    assert nearest_line(lines, ("region",)) == 1


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb", 2), ("a = 1\nb = [\n1,\n", 2), ("a = 1\n\n[b\n", 3)])
def test_the_first_statement_that_cannot_be_read(text: str, line: int) -> None:
    assert first_unread_line(text) == line

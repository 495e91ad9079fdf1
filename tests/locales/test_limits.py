"""A message is refused when some channel could not show it whole."""

import pytest

from locales.limits import length_faults


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("button.send", "a" * 25, "25 characters; write at most 24"),
        ("button.send", "a" * 20 + "🌐🌐🌐", "26 UTF-16 units; write at most 24"),
        ("button.send", "🌐" * 12 + "", ""),
        ("button.send", "क" * 24, "24 characters; write on a second line a label of at most 20"),
        ("button.send", "क" * 24 + "\n" + "क" * 20, ""),
        ("button.send", "क" * 24 + "\n" + "क" * 21, "write on a second line a label of at most 20"),
        ("button.send", "क" * 20 + "\nक", "a second label, where the first has at most 20"),
        ("button.send", "𞤀" * 19, "38 UTF-16 units"),
        ("command.help", "a" * 73, "73 characters; write at most 72"),
        ("presentation.name", "a" * 65, "65 characters; write at most 64"),
        ("presentation.short", "a" * 121, "121 characters; write at most 120"),
        ("presentation.description", "a" * 513, "513 characters; write at most 512"),
        ("rules.short", "a" * 1025, "1025 characters; write at most 1024"),
    ],
)
def test_lengths(name: str, text: str, says: str) -> None:
    """Characters, UTF-16 units and bytes each have a limit, and the first that is passed is told."""
    faults = list(length_faults(name, text))
    assert len(faults) == bool(says)
    assert not says or says in faults[0]


def test_bytes() -> None:
    """A long message of three bytes a letter is too dear for a cheap phone before it is too long."""
    (fault,) = length_faults("rules.short", "क" * 700)
    assert fault == "2100 bytes; write at most 2048"

"""Named sentences: in the catalogues the name is the context, and the English is the message."""

from typing import NamedTuple


class Sentence(NamedTuple):
    """An English sentence and its name; `one` is its text for exactly one, where it has a number."""

    name: str
    text: str
    one: str = ""


def words(name: str, english: str) -> Sentence:
    """Name an English sentence; the translators' catalogue is extracted from the calls of this function."""
    return Sentence(name, english)


def counted(name: str, one: str, english: str) -> Sentence:
    """Name a sentence that counts with its one number; each language has as many forms as it needs."""
    return Sentence(name, english, one)

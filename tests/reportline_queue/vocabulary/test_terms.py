"""The client's vocabulary is the intake's newest, file for file and word for word."""

from pathlib import Path
from typing import get_args

from intake_api.analysts import vocabulary
from reportline_queue.items import DECIDED
from reportline_queue.vocabulary.terms import LIST_NAMES, about, newest, terms

ROOT = Path(__file__).parents[3]


def test_the_file_is_the_newest_of_the_intakes() -> None:
    intakes = Path(vocabulary.__file__).parent / "vocabularies" / f"{vocabulary.VOCABULARY_VERSION}.toml"
    clients = ROOT / "reportline_queue" / "vocabulary" / "newest.toml"
    assert clients.read_bytes() == intakes.read_bytes(), f"link {clients.name} to {intakes.name}"


def test_it_is_read_as_the_intake_reads_it() -> None:
    assert get_args(vocabulary.ListName) == LIST_NAMES
    assert tuple(newest().lists) == tuple(vocabulary.NEWEST.lists)
    assert newest().illegal == vocabulary.NEWEST.illegal
    assert newest().unseen == vocabulary.NEWEST.unseen
    for name in get_args(vocabulary.ListName):
        listed = vocabulary.NEWEST.lists[name]
        assert (about(name), terms(name)) == (listed.about, listed.values)
        assert [term.meaning for term in newest().lists[name].terms] == [
            term.meaning for term in listed.terms
        ]


def test_every_list_answers_a_field_of_a_decision() -> None:
    assert set(newest().lists) <= set(DECIDED)

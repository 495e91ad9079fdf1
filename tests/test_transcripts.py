"""Talks as reporters have them, word by word; the option --update writes them anew, to be read."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.talking import LANGUAGES, read_transcript, replayed

FOLDER = Path(__file__).parent / "transcripts"
PATHS = sorted(FOLDER.rglob("*.json"))
PERSONAS = sorted((FOLDER / "personas").glob("*.json"))
REMARKS = 12


def _name(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.mark.parametrize("path", PATHS, ids=_name)
def test_the_talk_goes_as_it_is_written(path: Path, update: bool) -> None:  # noqa: FBT001 - pytest passes it
    transcript = read_transcript(path)
    turns = replayed(transcript, transcript["language"])
    if update:
        written = json.dumps({**transcript, "turns": turns}, ensure_ascii=False, indent=1)
        path.write_text(written + "\n", encoding="utf-8")
    assert turns == transcript["turns"] or update


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS, ids=_name)
def test_the_talk_goes_the_same_way_in_every_language(path: Path, language: str) -> None:
    transcript = read_transcript(path)
    assert [turn["step"] for turn in replayed(transcript, language)] == [
        turn["step"] for turn in transcript["turns"]
    ]


def test_twelve_people_came() -> None:
    assert len(PERSONAS) == 12


@pytest.mark.parametrize("path", PERSONAS, ids=_name)
def test_a_person_reaches_the_receipt_or_the_right_exit(path: Path) -> None:
    transcript = read_transcript(path)
    assert transcript["reaches"] in [turn["step"] for turn in transcript["turns"]][:REMARKS]


@pytest.mark.parametrize("path", PATHS, ids=_name)
def test_no_answer_comes_twice_alike_in_a_row_for_new_input(path: Path) -> None:
    turns = read_transcript(path)["turns"]
    for before, after in pairwise(turns):
        if {"said", "attached"} & set(before["event"]) and {"said", "attached"} & set(after["event"]):
            assert before["shows"] != after["shows"]

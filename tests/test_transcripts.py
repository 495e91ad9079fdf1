"""The recorded talks stay the same, word by word; the option --update writes them anew, to be read."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from conversations.events import Command
from tests.cases import for_every
from tests.talking import LANGUAGES, read_transcript, replayed
from tests.telegram_rules import tappable

FOLDER = Path(__file__).parent / "transcripts"
NAMES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.json"))
PERSONAS = [name for name in NAMES if name.startswith("personas/")]
REMARKS = 12
OUR_COMMANDS = {f"/{command}" for command in Command}
PORTALS = "".join(path.read_text("utf-8") for path in (FOLDER.parents[1] / "bot" / "portals").rglob("*.toml"))


def _path(name: str) -> Path:
    return FOLDER / f"{name}.json"


@pytest.mark.parametrize("name", NAMES)
def test_the_talk_goes_as_it_is_written(name: str, update: bool) -> None:  # noqa: FBT001 - pytest passes it
    transcript = read_transcript(_path(name))
    turns = replayed(transcript, transcript["language"])
    if update:
        written = json.dumps({**transcript, "turns": turns}, ensure_ascii=False, indent=1)
        _path(name).write_text(written + "\n", encoding="utf-8")
    assert turns == transcript["turns"] or update


@for_every(name=NAMES, language=LANGUAGES)
def test_the_talk_goes_the_same_way_in_every_language(name: str, language: str) -> None:
    transcript = read_transcript(_path(name))
    assert [turn["step"] for turn in replayed(transcript, language)] == [
        turn["step"] for turn in transcript["turns"]
    ]


def test_forty_people_came() -> None:
    assert len(PERSONAS) == 40


@for_every(name=PERSONAS)
def test_a_person_reaches_the_receipt_or_the_right_exit(name: str) -> None:
    transcript = read_transcript(_path(name))
    assert transcript["reaches"] in [turn["step"] for turn in transcript["turns"]][:REMARKS]


@for_every(name=NAMES)
def test_no_answer_comes_twice_alike_in_a_row_for_new_input(name: str) -> None:
    for before, after in pairwise(read_transcript(_path(name))["turns"]):
        if {"said", "attached"} & set(before["event"]) and {"said", "attached"} & set(after["event"]):
            assert before["shows"] != after["shows"]


@for_every(name=NAMES)
def test_nothing_that_was_reported_can_be_tapped(name: str) -> None:
    """Of the lines of all cards, Telegram makes links of our commands and of helpers' pages alone."""
    lines = {line for turn in read_transcript(_path(name))["turns"] for line in turn["shows"]}
    found = {one for line in lines for one in tappable(line)}
    assert {one for one in found - OUR_COMMANDS if one not in PORTALS} == set()

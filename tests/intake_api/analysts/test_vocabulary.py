"""The vocabulary is complete and explained, each term has a source, and a version in use never changes."""

import hashlib
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from pydantic import ValidationError

from intake_api.analysts.vocabulary import (
    NEWEST,
    VOCABULARIES,
    VOCABULARY_VERSION,
    ListName,
    Vocabulary,
    about,
    terms,
)

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "intake_api" / "analysts" / "vocabularies"
# A new version gets its line here, and no line ever changes.
DIGESTS = {
    1: "61d00975a5880e63",
    2: "19d28b2b077c2191",
}
SMALL: dict[str, Any] = {
    "version": 9,
    "illegal": ["bad"],
    "unseen": ["gone"],
    "lists": {
        "outcome": {
            "about": "What it is.",
            "source": "Nowhere.",
            "terms": [{"value": value, "meaning": "Something."} for value in ("bad", "fine", "gone")],
        }
    },
}


def _digest(vocabulary: Vocabulary) -> str:
    lists = {
        name: [term.model_dump(exclude={"meaning"}) for term in of.terms]
        for name, of in vocabulary.lists.items()
    }
    said = [lists, sorted(vocabulary.illegal), sorted(vocabulary.unseen)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def test_every_version_stands_in_the_file_of_its_name_and_none_is_missing() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{version}.toml" for version in VOCABULARIES}
    for version in VOCABULARIES:
        assert tomllib.loads((FOLDER / f"{version}.toml").read_text(encoding="utf-8"))["version"] == version
    assert sorted(VOCABULARIES) == list(range(1, VOCABULARY_VERSION + 1))


def test_a_version_that_was_in_use_never_changes() -> None:
    """Mend a sentence as you like; another value, number or order is the next version."""
    assert {version: _digest(vocabulary) for version, vocabulary in VOCABULARIES.items()} == DIGESTS


def test_the_first_version_is_what_was_decided_in_first() -> None:
    assert {name: of.values for name, of in VOCABULARIES[1].lists.items()} == {
        "outcome": ("baseline", "national", "ignore", "not_found", "not_assessable"),
        "severity": ("A", "B", "C"),
        "youngest_child": ("infant", "pre_pubescent", "pubescent"),
        "action": ("reported_to_lea", "reported_to_isp", "removed", "unavailable", "moved", "not_illegal"),
    }


def test_a_term_means_the_same_in_every_version_that_has_it() -> None:
    for name, of in VOCABULARIES[1].lists.items():
        assert set(of.terms) <= set(NEWEST.lists[name].terms)


def test_the_newest_version_has_every_list() -> None:
    assert set(NEWEST.lists) == set(get_args(ListName))
    assert terms("severity") == ("A", "B", "C")
    assert about("action") == "What was done about the page."


def test_every_term_but_two_of_ours_has_its_number_in_iccam() -> None:
    """ICCAM knows neither the United Kingdom's severity nor numbers of countries."""
    ours = {
        term.value
        for name, of in NEWEST.lists.items()
        if name not in {"severity", "hosting_country"}
        for term in of.terms
        if term.iccam is None
    }
    assert ours == NEWEST.unseen == {"not_found", "not_assessable"}


def test_the_reasons_are_iccams_twenty_one() -> None:
    numbers = [term.iccam and term.iccam.id for term in NEWEST.lists["action_reason"].terms]
    assert numbers == list(range(1, 22))


def test_what_scart_tells_apart_has_one_term_each() -> None:
    for of in NEWEST.lists.values():
        codes = [term.iccam.scart for term in of.terms if term.iccam]
        assert len(set(codes)) == len(codes)


def test_the_countries_are_those_of_iso_3166() -> None:
    """As the time zone database has them; when it learns of another, that is the next version."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    codes = [line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")]
    assert terms("hosting_country") == tuple(codes)


def test_the_page_for_analysts_tells_of_every_term() -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    assert f"Version {VOCABULARY_VERSION} is in force." in page
    for name, of in NEWEST.lists.items():
        section = page.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
        assert of.about in section
        assert f"Source: {of.source}." in " ".join(section.split())
        between = "` " if name == "hosting_country" else "` |"
        for term in of.terms:
            [row] = [line for line in section.splitlines() if f"`{term.value}{between}" in line]
            assert term.meaning in row
            assert (
                term.iccam is None or f"| {term.iccam.name} | {term.iccam.id} | `{term.iccam.scart}` |" in row
            )


def test_the_versions_are_packed_with_the_program(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    with ZipFile(wheel) as packed:
        assert {f"intake_api/analysts/vocabularies/{version}.toml" for version in VOCABULARIES} <= set(
            packed.namelist()
        )


@pytest.mark.parametrize(
    "change",
    [
        {"version": "9"},
        {"illegal": ["unheard_of"]},
        {"unseen": ["bad"]},
        {"lists": {"outcomes": SMALL["lists"]["outcome"]}},
        {"lists": {"outcome": SMALL["lists"]["outcome"] | {"terms": []}}},
        {"more": 1},
    ],
)
def test_a_vocabulary_out_of_shape_is_refused(change: dict[str, Any]) -> None:
    Vocabulary.model_validate(SMALL)
    with pytest.raises(ValidationError):
        Vocabulary.model_validate(SMALL | change)


@pytest.mark.parametrize(
    "term",
    [
        {"value": "Bad"},
        {"value": "not-fine"},
        {"value": "fine_"},
        {"value": "bad"},
        {"meaning": ""},
        {"iccam": {"name": "Fine", "id": 1}},
        {"iccam": {"name": "Fine", "id": "1", "scart": "FI"}},
        {"illegal": True},
    ],
)
def test_a_term_out_of_shape_is_refused(term: dict[str, Any]) -> None:
    outcome = SMALL["lists"]["outcome"]
    more = [*outcome["terms"], {"value": "more", "meaning": "Something."} | term]
    with pytest.raises(ValidationError):
        Vocabulary.model_validate(SMALL | {"lists": {"outcome": outcome | {"terms": more}}})

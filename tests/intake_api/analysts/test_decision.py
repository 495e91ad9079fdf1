"""A decision has the vocabulary's terms and no contradiction; an old one is read as it was made."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from intake_api.analysts.decision import COMMERCIAL, NOT_ILLEGAL, RULES, WITH_REASON, Decision, DecisionShown
from intake_api.analysts.vocabulary import NEWEST, VOCABULARY_VERSION, ListName, about, terms

SCHEMA: dict[str, Any] = Decision.model_json_schema()
LISTS: tuple[ListName, ...] = get_args(ListName)
WHOLE: dict[str, Any] = SCHEMA["examples"][0]
# What else must be said for a term of the list to go into a decision.
BESIDE: dict[str, dict[str, str]] = {
    "action_reason": {"outcome": "ignore", "action": "not_illegal"},
    "payment_method": {"outcome": "baseline", "commerciality": "commercial"},
    "action": {"outcome": "ignore"},
}
STORED = {
    "assessment_id": "0" * 32,
    "vocabulary": VOCABULARY_VERSION,
    "assessed_at": datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC),
    "assessed_by": "analyst-1",
}


def _faults(decision: dict[str, Any]) -> list[str]:
    try:
        Decision.model_validate(decision)
    except ValidationError as error:
        return [fault["type"] for fault in error.errors()]
    return []


@pytest.mark.parametrize("name", LISTS)
def test_every_term_of_a_list_can_be_decided(name: ListName) -> None:
    for term in terms(name):
        beside = BESIDE.get(name, {"outcome": "baseline"})
        decision = Decision.model_validate(beside | {name: [term] if name == "flags" else term})
        assert getattr(decision, name) == ((term,) if name == "flags" else term)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("other", ["perhaps", "", 1, ["baseline"]])
def test_what_is_in_no_list_cannot_be_decided(name: ListName, other: object) -> None:
    beside = BESIDE.get(name, {"outcome": "baseline"})
    assert _faults(beside | {name: [other] if name == "flags" else other}) == ["not_in_vocabulary"]


def test_an_outcome_is_all_that_is_needed() -> None:
    assert _faults({}) == ["missing"]
    assert _faults({"outcome": None}) == ["not_in_vocabulary"]
    assert Decision(outcome="ignore").model_dump(exclude_defaults=True) == {"outcome": "ignore"}


@pytest.mark.parametrize(
    ("fault", "contradiction", "mended"),
    [
        ("severity_of_legal_material", {"outcome": "ignore", "severity": "A"}, {"outcome": "national"}),
        ("severity_of_legal_material", {"outcome": "not_found", "severity": "C"}, {"outcome": "baseline"}),
        ("age_in_legal_material", {"outcome": "ignore", "youngest_child": "infant"}, {"outcome": "national"}),
        ("gender_in_legal_material", {"outcome": "not_found", "gender": "male"}, {"outcome": "baseline"}),
        ("pictures_of_unseen_page", {"outcome": "not_found", "flags": ["virtual"]}, {"outcome": "ignore"}),
        (
            "pictures_of_unseen_page",
            {"outcome": "not_assessable", "non_photographic": False},
            {"outcome": "ignore"},
        ),
        ("illegal_and_not_illegal", {"outcome": "national", "action": "not_illegal"}, {"outcome": "ignore"}),
        ("reason_without_action", {"outcome": "ignore", "action_reason": "other"}, {"action": "unavailable"}),
        (
            "reason_of_other_action",
            {"outcome": "ignore", "action": "removed", "action_reason": "other"},
            {"action": "not_illegal"},
        ),
        (
            "payment_without_commerce",
            {"outcome": "baseline", "payment_method": "bitcoin"},
            {"commerciality": "commercial"},
        ),
        (
            "payment_without_commerce",
            {"outcome": "baseline", "payment_method": "none", "commerciality": "non_commercial"},
            {"commerciality": "commercial"},
        ),
        ("repeated_flag", {"outcome": "baseline", "flags": ["virtual", "virtual"]}, {"flags": ["virtual"]}),
        ("bool_type", {"outcome": "baseline", "non_photographic": "yes"}, {"non_photographic": True}),
        ("string_too_long", {"outcome": "baseline", "note": "x" * 2001}, {"note": "x" * 2000}),
        ("string_type", {"outcome": "baseline", "note": 1}, {"note": "1"}),
    ],
)
def test_a_contradiction_is_refused_and_its_mending_is_not(
    fault: str, contradiction: dict[str, Any], mended: dict[str, Any]
) -> None:
    assert _faults(contradiction) == [fault]
    assert _faults(contradiction | mended) == []


def test_the_terms_that_rules_name_are_in_the_newest_vocabulary() -> None:
    assert {NOT_ILLEGAL, *WITH_REASON} <= set(terms("action"))
    assert COMMERCIAL in terms("commerciality")


def test_each_rule_has_a_fault_of_its_own() -> None:
    assert len({rule.fault for rule in RULES}) == len({rule.message for rule in RULES}) == len(RULES)


def test_the_page_for_analysts_tells_of_every_field_and_rule() -> None:
    page = (Path(__file__).parents[3] / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    assert all(f"| `{rule.fault}` | {rule.message} |" in page for rule in RULES)
    assert all(f"`{name}`" in page for name in Decision.model_fields)


def test_nothing_but_the_fields_is_taken() -> None:
    assert _faults({"outcome": "ignore", "proposed_by": "software"}) == ["extra_forbidden"]


def test_a_note_shows_in_no_error_and_no_representation() -> None:
    assert "secret" not in repr(Decision.model_validate(WHOLE | {"note": "secret"}))
    assert "secret" not in repr(DecisionShown.model_validate(STORED | WHOLE | {"note": "secret"}))
    for bad in (
        {"note": "secret" * 400},
        {"severity": "secret"},
        {"note": "secret", "action": "not_illegal"},
    ):
        with pytest.raises(ValidationError) as caught:
            Decision.model_validate(WHOLE | bad)
        assert "secret" not in str(caught.value)


def test_an_empty_note_is_none() -> None:
    assert Decision(outcome="ignore", note="").note is None


@pytest.mark.parametrize("name", LISTS)
def test_the_contract_names_every_term(name: ListName) -> None:
    field = SCHEMA["properties"][name]
    kinds = [field.get("items", field), *field.get("anyOf", [])]
    assert [kind["enum"] for kind in kinds if "enum" in kind] == [list(terms(name))]
    assert field["description"] == about(name)


def test_the_contract_describes_every_field_and_its_examples_hold() -> None:
    assert all(field["description"] for field in SCHEMA["properties"].values())
    assert SCHEMA["properties"]["flags"]["uniqueItems"] is True
    assert len(SCHEMA["examples"]) == 3
    assert [_faults(example) for example in SCHEMA["examples"]] == [[], [], []]


def test_a_decision_that_was_stored_reads_as_it_was_made() -> None:
    decision = Decision.model_validate(WHOLE | {"non_photographic": False})
    stored = json.loads(json.dumps(decision.model_dump(mode="json", exclude_defaults=True)))
    shown = DecisionShown.model_validate(STORED | stored)
    assert shown.model_dump(include=set(Decision.model_fields)) == decision.model_dump()
    assert DecisionShown.model_validate_json(shown.model_dump_json()) == shown


def test_a_decision_in_terms_that_are_gone_still_reads() -> None:
    old = STORED | {"vocabulary": 1, "outcome": "doubtful", "severity": "5", "action": "not_illegal"}
    shown = DecisionShown.model_validate(old | {"corrects": "1" * 32})
    assert (shown.outcome, shown.severity, shown.vocabulary) == ("doubtful", "5", 1)
    assert (shown.gender, shown.non_photographic, shown.flags) == (None, None, ())
    assert shown.corrects == "1" * 32
    assert "doubtful" not in NEWEST.lists["outcome"].values

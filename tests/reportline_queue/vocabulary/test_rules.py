"""The client refuses exactly the decisions that the intake refuses, and in the same words."""

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from intake_api.analysts.decision import MAXIMUM_NOTE, Decision
from reportline_queue.vocabulary import rules

# One value for each way in which a rule looks at a field.
VALUES: dict[str, tuple[Any, ...]] = {
    "outcome": ("baseline", "national", "ignore", "not_found", "not_assessable"),
    "severity": (None, "A"),
    "youngest_child": (None, "pubescent"),
    "gender": (None, "both"),
    "commerciality": (None, "commercial", "non_commercial"),
    "payment_method": (None, "visa"),
    "non_photographic": (None, False, True),
    "flags": ([], ["virtual"]),
    "action": (None, "unavailable", "not_illegal", "reported_to_isp"),
    "action_reason": (None, "link_expired"),
    "note": (None,),
}


def _intakes(said: dict[str, Any]) -> str | None:
    try:
        Decision.model_validate(said)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return None


def test_every_contradiction_is_the_intakes() -> None:
    for values in product(*VALUES.values()):
        said = dict(zip(VALUES, values, strict=True))
        assert rules.contradiction(said) == _intakes(said), said


@pytest.mark.parametrize(
    "change",
    [
        {"flags": ["virtual", "virtual"]},
        {"note": "a" * (MAXIMUM_NOTE + 1)},
        {"note": "a" * MAXIMUM_NOTE},
        {"note": "\udcff"},
        {"flags": ["virtual", "virtual"], "note": "a" * (MAXIMUM_NOTE + 1), "severity": "A"},
    ],
    ids=str,
)
def test_what_is_wrong_in_one_field_is_told_in_the_intakes_words(change: dict[str, Any]) -> None:
    said = {name: values[0] for name, values in VALUES.items()} | {"outcome": "ignore"} | change
    assert rules.contradiction(said) == _intakes(said)


def test_every_field_that_a_rule_looks_at_is_one_of_a_decision() -> None:
    assert VALUES.keys() <= Decision.model_fields.keys()

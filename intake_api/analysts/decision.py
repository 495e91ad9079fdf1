"""The fields of a decision, the rules between them, and the fields of a decision that was recorded earlier.

A trained analyst gives every value: nothing is proposed, and no default says anything about the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, LiteralString, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    JsonValue,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from intake_api.analysts.vocabulary import NEWEST, ListName, about, terms

NOT_ILLEGAL = "not_illegal"
COMMERCIAL = "commercial"
# ICCAM accepts a reason with these actions only; so does SCART's export (ScartExportICCAMV3.postAction).
WITH_REASON = frozenset({"unavailable", NOT_ILLEGAL})
MAXIMUM_NOTE = 2000

_EXAMPLES: Final[list[JsonValue]] = [
    {
        "outcome": "baseline",
        "severity": "B",
        "youngest_child": "pre_pubescent",
        "gender": "female",
        "site_type": "image_host",
        "hosting_country": "NL",
        "commerciality": "non_commercial",
        "flags": ["user_generated"],
        "action": "reported_to_isp",
        "note": "The gallery links to two mirrors.",
    },
    {"outcome": "ignore", "action": "not_illegal", "action_reason": "adult_pornography"},
    {"outcome": "not_assessable", "action": "unavailable", "action_reason": "password_protected"},
]


def _term_of(list_name: ListName) -> GetPydanticSchema:
    # The JSON schema of a literal is the `enum` of its values.
    checked = core_schema.custom_error_schema(
        core_schema.literal_schema(list(terms(list_name))),
        "not_in_vocabulary",
        custom_error_message=f"the vocabulary's list {list_name} has no such term",
    )
    return GetPydanticSchema(lambda _source, _handler: checked)


def _without_repeats(flags: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(flags)) < len(flags):
        raise PydanticCustomError("repeated_flag", "a flag is set once")
    return flags


def _none_if_empty(note: str | None) -> str | None:
    return note or None


Outcome = Annotated[str, _term_of("outcome")]
Severity = Annotated[str, _term_of("severity")]
AgeBand = Annotated[str, _term_of("youngest_child")]
Gender = Annotated[str, _term_of("gender")]
SiteType = Annotated[str, _term_of("site_type")]
HostingCountry = Annotated[str, _term_of("hosting_country")]
Commerciality = Annotated[str, _term_of("commerciality")]
PaymentMethod = Annotated[str, _term_of("payment_method")]
Flag = Annotated[str, _term_of("flags")]
Flags = Annotated[tuple[Flag, ...], AfterValidator(_without_repeats)]
Action = Annotated[str, _term_of("action")]
ActionReason = Annotated[str, _term_of("action_reason")]


class Decision(BaseModel):
    """What an analyst decides. What is left out was not recorded."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"examples": _EXAMPLES},
    )

    outcome: Outcome = Field(description=about("outcome"))
    severity: Severity | None = Field(default=None, description=about("severity"))
    youngest_child: AgeBand | None = Field(default=None, description=about("youngest_child"))
    gender: Gender | None = Field(default=None, description=about("gender"))
    site_type: SiteType | None = Field(default=None, description=about("site_type"))
    hosting_country: HostingCountry | None = Field(default=None, description=about("hosting_country"))
    commerciality: Commerciality | None = Field(default=None, description=about("commerciality"))
    payment_method: PaymentMethod | None = Field(default=None, description=about("payment_method"))
    non_photographic: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the pictures are drawings or the like, and none looks like a photograph.",
    )
    flags: Flags = Field(default=(), description=about("flags"), json_schema_extra={"uniqueItems": True})
    action: Action | None = Field(default=None, description=about("action"))
    action_reason: ActionReason | None = Field(default=None, description=about("action_reason"))
    note: Annotated[str | None, AfterValidator(_none_if_empty)] = Field(
        default=None,
        max_length=MAXIMUM_NOTE,
        repr=False,
        description="What else a colleague should know; kept encrypted.",
    )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for rule in RULES:
            if rule.broken_by(self):
                raise PydanticCustomError(rule.fault, rule.message)
        return self


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between the fields of a decision: the fault's type, its message, and the check that finds it."""

    fault: LiteralString
    message: LiteralString
    broken_by: Callable[[Decision], bool]


RULES: Final = (
    Rule(
        "severity_of_legal_material",
        "severity is for illegal material only",
        lambda decided: decided.severity is not None and decided.outcome not in NEWEST.illegal,
    ),
    Rule(
        "age_in_legal_material",
        "an age is for illegal material only",
        lambda decided: decided.youngest_child is not None and decided.outcome not in NEWEST.illegal,
    ),
    Rule(
        "gender_in_legal_material",
        "a gender is for illegal material only",
        lambda decided: decided.gender is not None and decided.outcome not in NEWEST.illegal,
    ),
    Rule(
        "pictures_of_unseen_page",
        "flags and non-photographic are for pages that were seen",
        lambda decided: (
            bool(decided.flags or decided.non_photographic is not None) and decided.outcome in NEWEST.unseen
        ),
    ),
    Rule(
        "illegal_and_not_illegal",
        "the outcome says illegal, the action not",
        lambda decided: decided.action == NOT_ILLEGAL and decided.outcome in NEWEST.illegal,
    ),
    Rule(
        "reason_without_action",
        "an action reason needs an action",
        lambda decided: decided.action_reason is not None and decided.action is None,
    ),
    Rule(
        "reason_of_other_action",
        "an action reason goes with the actions unavailable and not_illegal only",
        lambda decided: decided.action_reason is not None and decided.action not in WITH_REASON,
    ),
    Rule(
        "payment_without_commerce",
        "a payment method needs a commercial page",
        lambda decided: decided.payment_method is not None and decided.commerciality != COMMERCIAL,
    ),
)


class Recorded(BaseModel):
    """A decision as it is read back, in the terms of the `vocabulary` that it was made under.

    `corrects` names the assessment in whose place it stands. What was not recorded is None, or no flag.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    assessment_id: str
    vocabulary: int
    assessed_at: datetime
    corrects: str | None = None
    outcome: str
    severity: str | None = None
    youngest_child: str | None = None
    gender: str | None = None
    site_type: str | None = None
    hosting_country: str | None = None
    commerciality: str | None = None
    payment_method: str | None = None
    non_photographic: bool | None = None
    flags: tuple[str, ...] = ()
    action: str | None = None
    action_reason: str | None = None
    note: str | None = Field(default=None, repr=False)


class DecisionShown(Recorded):
    """An earlier decision about the item, and the access key under which it was made."""

    assessed_by: str

"""The shapes of what the API takes and gives; what a caller may send is closed and bounded."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from conversations.report import Access, Depiction, Live, Reached, Seen
from intake_api.vocabulary import ILLEGAL, Action, AgeBand, Outcome, Severity

MAXIMUM_CLAIMS = 20
ClaimId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class _Taken(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ReceiptGiven(BaseModel):
    """The answer to a handed-in report, the same whatever was known before."""

    receipt: str = Field(repr=False)
    status: Literal["received"] = "received"


class StatusQuestion(_Taken):
    """A receipt as a reporter typed it."""

    receipt: str = Field(max_length=100, repr=False)


class StatusAnswer(BaseModel):
    """What the intake says of a receipt."""

    status: Literal["received", "unknown"]


class ClaimsWanted(_Taken):
    """How many items an analyst takes on."""

    count: int = Field(default=1, ge=1, le=MAXIMUM_CLAIMS)


class Claim(BaseModel):
    """An item in an analyst's hands until the lease runs out; everything but the address."""

    claim_id: ClaimId
    lease_expires: datetime
    item_id: str
    kind: str
    reports: int
    portals: list[str]
    languages: list[str]
    first_hour: datetime
    last_hour: datetime


class ClaimsGiven(BaseModel):
    """The claims made, at most as many as wanted; none when nothing waits."""

    claims: list[Claim]


class ReportShown(BaseModel):
    """What one report says about the item; `withdrawn` ones say nothing more."""

    portal: str
    channel: str
    language: str
    hour: datetime
    advice_version: int
    withdrawn: bool
    whole_site: bool | None = None
    complete: bool = True
    depiction: Depiction | None = None
    reached: Reached | None = None
    referer: str | None = None
    access: Access | None = None
    page_password: str | None = None
    position: str | None = None
    seen: Seen | None = None
    live: Live | None = None
    note: str | None = None


class Decision(_Taken):
    """What an analyst decides; severity and age belong to illegal material only."""

    outcome: Outcome
    severity: Severity | None = None
    youngest_child: AgeBand | None = None
    action: Action | None = None
    note: str | None = Field(default=None, max_length=2000, repr=False)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        illegal = self.outcome in ILLEGAL
        if self.severity and not illegal:
            raise PydanticCustomError("severity_of_legal_material", "severity is for illegal material only")
        if self.youngest_child and not illegal:
            raise PydanticCustomError("age_in_legal_material", "an age is for illegal material only")
        if self.action is Action.NOT_ILLEGAL and illegal:
            raise PydanticCustomError("illegal_and_not_illegal", "the outcome says illegal, the action not")
        return self


class DecisionShown(Decision):
    """An earlier decision about the item."""

    assessed_at: datetime
    assessed_by: str


class ClaimShown(Claim):
    """A claimed item whole: its address as first given and canonical, and what its reports say."""

    address_given: str = Field(repr=False)
    address_canonical: str = Field(repr=False)
    needs_joining: bool
    details: list[ReportShown] = Field(repr=False)
    history: list[DecisionShown] = Field(repr=False)


class AssessmentGiven(BaseModel):
    """The decision is recorded under this id."""

    assessment_id: str


class ReportsCounted(BaseModel):
    """How many reports came through one portal in one language."""

    portal: str
    language: str
    reports: int


class Counts(BaseModel):
    """Where the items are, and where the reports came from; withdrawn reports are not counted."""

    waiting: int
    claimed: int
    assessed: int
    reports: list[ReportsCounted]


class Health(BaseModel):
    """The process is up (healthz), or up and able to work (readyz)."""

    status: Literal["ok"] = "ok"

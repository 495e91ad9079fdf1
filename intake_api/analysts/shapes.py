"""The bodies of the analysts' requests and answers; a request has no other fields, and all have limits."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from conversations.wire.report import (
    MAXIMUM_ADDRESS_LENGTH,
    Access,
    Circumstance,
    Depiction,
    Live,
    Reached,
    Seen,
)
from intake_api.analysts.decision import DecisionShown
from intake_api.http.shapes import Taken

MAXIMUM_CLAIMS = 20
MAXIMUM_LIFT_MINUTES = 240
ClaimId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
ItemId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
AssessmentId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
KeyId = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
PageKey = Annotated[str, Field(pattern="^[01][0-9a-f]{16}$")]
SearchCursor = Annotated[str, Field(pattern="^[0-9]{1,7}-[0-9a-f]{32}$")]
ReportCount = Annotated[
    int,
    Field(
        ge=0,
        description="How many reports name the item; what was withdrawn since it was claimed still counts.",
    ),
]
FirstHour = Annotated[datetime, Field(description="The first hour in which it was reported.")]
LastHour = Annotated[datetime, Field(description="The last hour in which it was reported.")]
Circumstances = Annotated[
    tuple[Circumstance, ...],
    Field(
        description="What reporters tapped and did not leave out, over all reports; the most urgent first."
    ),
]
ChangedOn = Annotated[
    date | None,
    Field(
        description="The last day (UTC) on which it changed since it was assessed or claimed; null if not."
    ),
]
ChangedWords = Annotated[
    list[str],
    Field(
        description="What was said or tapped that it did not have when it was assessed, and, while an "
        "analyst holds it, what they were not shown yet: note, position, danger_now; may grow."
    ),
]
Kind = Annotated[str, Field(description="What sort of address it is, such as web or onion; may grow.")]


class ClaimsWanted(Taken):
    """How many items an analyst takes on, of which language and kind of address (None is any)."""

    count: int = Field(default=1, ge=1, le=MAXIMUM_CLAIMS)
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    kind: Annotated[str, Field(pattern="^[a-z_]{1,32}$")] | None = None
    hosts: bool = Field(
        default=False, strict=True, description="Whether to give each address's host; this is audited."
    )


class _ItemSummed(BaseModel):
    circumstances: Circumstances = ()
    item_id: ItemId
    kind: Kind
    reports: ReportCount
    portals: list[str]
    languages: list[str]
    first_hour: FirstHour
    last_hour: LastHour
    changed_on: ChangedOn = None
    changed_words: ChangedWords = []


class _Claimed(_ItemSummed):
    claim_id: ClaimId
    lease_expires: datetime


class Claim(_Claimed):
    """An item in an analyst's hands until the lease runs out; everything but the address."""

    number: int = Field(description="Names the claim among those that the analyst holds, as long as they do.")
    shown: bool = Field(description="Whether the item was shown to the analyst under this claim.")
    host: str | None = Field(
        default=None, repr=False, description="The host of its address; null if none, or not asked for."
    )


class ExposureShown(BaseModel):
    """How long the analyst was exposed today, and what the guard still allows; it is shown to nobody else."""

    minutes_today: int
    minutes_left: int = Field(description="How many more minutes of exposure until nothing new is opened.")
    limit: Literal["break", "day"] = Field(description="The limit that comes first, or is reached.")
    closed: bool = Field(description="Whether the guard opens nothing new now.")
    opens_at: datetime | None = Field(
        default=None,
        description="When a closed guard opens again; null if the break begins only when nothing is held.",
    )
    break_minutes: int
    lifted_until: datetime | None = Field(
        default=None, description="Until when a lead has lifted the limits; null if not."
    )
    time_zone: str = Field(description="The hotline's: its days begin at midnight there.")


class ClaimProlonged(BaseModel):
    """Until when the claim now holds."""

    lease_expires: datetime


class ClaimsGiven(BaseModel):
    """Claims that the analyst holds: those just made, at most as many as wanted, or all of them."""

    claims: list[Claim]
    again_from: datetime | None = Field(
        default=None,
        description="Where a claim gives nothing, but what the caller released waits for others: "
        "when the caller can get the first of it again.",
    )
    exposure: ExposureShown


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
    circumstances: tuple[Circumstance, ...] = ()
    depiction: Depiction | None = None
    reached: Reached | None = None
    referer: str | None = None
    access: Access | None = None
    page_password: str | None = None
    position: str | None = None
    seen: Seen | None = None
    live: Live | None = None
    note: str | None = None


class ReportsShown(BaseModel):
    """A page of an item's reports; `next` is where the next page begins, null on the last one."""

    reports: list[ReportShown] = Field(repr=False)
    next: PageKey | None = None


class Summary(BaseModel):
    """How many of an item's reports say so; what was withdrawn or revised is not counted."""

    seen_today: int
    live: int
    passwords: int
    positions: int
    notes: int


class NamedTogether(BaseModel):
    """Another item that a report of this one names too."""

    item_id: ItemId
    address_given: str = Field(repr=False)


class _Words(BaseModel):
    summary: Summary
    details: list[ReportShown] = Field(
        repr=False,
        description="Its reports, those that say something of the page first, at most 50.",
    )
    next_details: PageKey | None = Field(
        default=None, description="Where the next page of reports begins; null if these are all."
    )
    together: list[NamedTogether] = Field(
        repr=False, description="Other items that its reports name, at most 20."
    )


class ClaimShown(_Words, Claim):
    """A claimed item whole: its address as first given and canonical, and what its reports say."""

    address_given: str = Field(repr=False)
    address_canonical: str = Field(repr=False)
    needs_joining: bool = Field(description="Whether the page shows itself only to who joins a group.")
    history: list[DecisionShown] = Field(repr=False, description="Earlier decisions, the oldest first.")
    exposure: ExposureShown


class Search(Taken):
    """What is looked for: exactly one of an address, in any spelling, and a host."""

    address: str | None = Field(default=None, min_length=1, max_length=MAXIMUM_ADDRESS_LENGTH, repr=False)
    host: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAXIMUM_ADDRESS_LENGTH,
        repr=False,
        description="A host, defanged too, or an address of the web, of which the host counts.",
    )
    after: SearchCursor | None = Field(default=None, description="Where the page before ended; its `next`.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.address is None) == (self.host is None):
            raise PydanticCustomError("one_of_two", "give an address or a host")
        return self


class ItemFound(_ItemSummed):
    """An item without its address."""

    state: Literal["waiting", "claimed", "assessed"]
    outcome: str | None = Field(description="The outcome that holds; null before anybody decided.")


class ItemsFound(BaseModel):
    """The items found, the latest reported first; `more` when there are further ones, after `next`."""

    items: list[ItemFound]
    more: bool
    next: SearchCursor | None = None


class ItemShown(_Words, ItemFound):
    """An item whole, outside the queue: for those who correct, hand over or look back."""

    address_given: str = Field(repr=False)
    address_canonical: str = Field(repr=False)
    needs_joining: bool = Field(description="Whether the page shows itself only to who joins a group.")
    history: list[DecisionShown] = Field(repr=False)


class HeldClaim(_Claimed):
    """A claim that somebody holds; it has run out if its lease ended, and was not yet given back."""

    held_by: KeyId
    holder: str = Field(repr=False, description="To whom the key was given.")
    claimed_at: datetime


class HeldClaims(BaseModel):
    """Everybody's claims, the first to run out first."""

    claims: list[HeldClaim]


class LiftWanted(Taken):
    """For how many minutes from now an analyst may go on, whatever the guard of exposure says."""

    minutes: int = Field(ge=1, le=MAXIMUM_LIFT_MINUTES)


class LiftGiven(BaseModel):
    """Until when the analyst may go on."""

    until: datetime


class AuditEntryShown(BaseModel):
    """One entry: `who` is a key's id, "operator" or "intake", `subject` mostly the id of an item or a key."""

    sequence: int
    at: datetime
    who: str
    what: str
    subject: str
    chain: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class AuditEntries(BaseModel):
    """Entries of the audit log in order."""

    entries: list[AuditEntryShown]


class AuditHead(BaseModel):
    """The last entry: its number, its chain, and an Ed25519 signature that `public_key` verifies.

    Signed is `reportline-audit-head NUMBER:CHAIN`. Whoever keeps it can show later what the log held.
    """

    number: int
    chain: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]
    public_key: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class AssessmentGiven(BaseModel):
    """The decision is recorded under this id, about the item with this host."""

    assessment_id: AssessmentId
    host: str | None = Field(default=None, repr=False, description="The host of its address; null if none.")


class LastAssessment(BaseModel):
    """The assessment that the analyst recorded last; it may have been corrected by another since."""

    assessment_id: AssessmentId
    item_id: ItemId
    outcome: str
    assessed_at: datetime

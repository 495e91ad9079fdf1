"""The intake's answers by its contract; fields that it adds later are ignored."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from reportline_queue.intake.reading import Written

MAXIMUM_CLAIMS: Final = 20
MAXIMUM_LIFT_MINUTES: Final = 240
CLAIM_LENGTH, ITEM_LENGTH, ASSESSMENT_LENGTH, KEY_LENGTH = 16, 32, 32, 12
# Fewer reports than these are not told.
SMALL: Final = 5

ClaimId = Annotated[str, Written("[0-9a-f]{16}")]
ItemId = Annotated[str, Written("[0-9a-f]{32}")]
AssessmentId = Annotated[str, Written("[0-9a-f]{32}")]
Circumstances = tuple[Literal["knows_child", "own_pictures", "threatened", "danger_now"], ...]
KeyId = Annotated[str, Written("[0-9a-f]{12}")]


class AddressKind(StrEnum):
    """Where an address leads, as one may ask for it."""

    WEB = "web"
    ONION = "onion"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    IPFS = "ipfs"
    MAGNET = "magnet"
    HANDLE = "handle"


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemSummed:
    """The fields that claims and found items share."""

    circumstances: Circumstances = ()
    item_id: ItemId
    kind: str
    reports: int
    portals: tuple[str, ...]
    languages: tuple[str, ...]
    first_hour: datetime
    last_hour: datetime
    changed_on: date | None = None
    changed_words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Claimed(ItemSummed):
    """The fields that everybody's claims share."""

    claim_id: ClaimId
    lease_expires: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim(Claimed):
    """An item in an analyst's hands until the lease runs out; everything but the address."""

    number: int
    shown: bool
    host: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """How long the analyst was exposed today, and what the guard still allows."""

    minutes_today: int
    minutes_left: int
    limit: Literal["break", "day"]
    closed: bool
    opens_at: datetime | None = None
    break_minutes: int
    lifted_until: datetime | None = None
    time_zone: str


@dataclass(frozen=True, kw_only=True, eq=False)
class ClaimsGiven:
    """Claims that the analyst holds; if none was given, when they can get again what they released."""

    claims: tuple[Claim, ...]
    exposure: Exposure
    again_from: datetime | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ClaimProlonged:
    """Until when the claim now holds."""

    lease_expires: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportShown:
    """What one report says about the item; `withdrawn` ones say nothing more."""

    portal: str
    channel: str
    language: str
    hour: datetime
    advice_version: int
    withdrawn: bool
    whole_site: bool | None = None
    complete: bool = True
    circumstances: Circumstances = ()
    depiction: Literal["looks_real", "drawn", "unsure"] | None = None
    reached: Literal["channel", "search", "advert", "sent", "page"] | None = None
    referer: str | None = None
    access: Literal["open", "join", "log_in", "pay", "password"] | None = None
    page_password: str | None = None
    position: str | None = None
    seen: Literal["today", "this_week", "earlier"] | None = None
    live: Literal["yes", "no", "unsure"] | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class DecisionShown:
    """An earlier decision, in the terms of the vocabulary that it was made under."""

    assessment_id: str
    vocabulary: int
    assessed_at: datetime
    assessed_by: str
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
    note: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportsShown:
    """A page of an item's reports; `next` is where the next page begins, None on the last one."""

    reports: tuple[ReportShown, ...]
    next: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Summary:
    """How many of an item's reports say so."""

    seen_today: int
    live: int
    passwords: int
    positions: int
    notes: int


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedTogether:
    """Another item that a report of this one names too."""

    item_id: ItemId
    address_given: str


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldClaim(Claimed):
    """A claim that somebody holds, and the key by which they do."""

    held_by: KeyId
    holder: str
    claimed_at: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldClaims:
    """Everybody's claims."""

    claims: tuple[HeldClaim, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClaimShown(Claim):
    """A claimed item whole: its address as first given and canonical, and what its reports say."""

    address_given: str
    address_canonical: str
    needs_joining: bool
    summary: Summary
    details: tuple[ReportShown, ...]
    next_details: str | None = None
    together: tuple[NamedTogether, ...]
    history: tuple[DecisionShown, ...]
    exposure: Exposure


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemFound(ItemSummed):
    """An item without its address."""

    state: Literal["waiting", "claimed", "assessed"]
    outcome: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemsFound:
    """The items found, the latest reported first; `more` when there are further ones."""

    items: tuple[ItemFound, ...]
    more: bool
    next: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemShown(ItemFound):
    """An item whole, outside the queue."""

    address_given: str
    address_canonical: str
    needs_joining: bool
    summary: Summary
    details: tuple[ReportShown, ...]
    next_details: str | None = None
    together: tuple[NamedTogether, ...]
    history: tuple[DecisionShown, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class AssessmentGiven:
    """The decision is recorded under this id, about the item with this host."""

    assessment_id: AssessmentId
    host: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class LastAssessment:
    """The assessment that the analyst recorded last."""

    assessment_id: AssessmentId
    item_id: ItemId
    outcome: str
    assessed_at: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class LiftGiven:
    """Until when the analyst may go on."""

    until: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class AuditEntry:
    """One entry: `who` is a key's id, "operator" or "intake", `subject` mostly the id of an item or a key."""

    sequence: int
    at: datetime
    who: str
    what: str
    subject: str


@dataclass(frozen=True, kw_only=True, eq=False)
class AuditEntries:
    """Entries of the audit log in order."""

    entries: tuple[AuditEntry, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class AuditHead:
    """The last entry of the audit log, signed."""

    number: int
    chain: str
    signature: str
    public_key: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """How many reports there are of one name, rounded down; None is fewer than SMALL."""

    name: str
    reports: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class HourCell:
    """How many reports arrived in the hour that begins then, rounded down."""

    hour: datetime
    reports: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class PortalCell:
    """How many reports of one portal came with each circumstance, rounded down; None is fewer than SMALL."""

    portal: str
    danger_now: int | None
    knows_child: int | None
    threatened: int | None
    own_pictures: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Where the items are, and where the reports of `hours` full hours before `hour` came from."""

    hour: datetime
    waiting: int
    claimed: int
    assessed: int
    hours: int
    reports: int | None
    portals: tuple[Cell, ...]
    languages: tuple[Cell, ...]
    kinds: tuple[Cell, ...]
    outcomes: tuple[Cell, ...]
    by_hour: tuple[HourCell, ...]
    circumstances: tuple[PortalCell, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Fault:
    """Where a request is out of shape, and the kind of fault."""

    where: tuple[str | int, ...]
    fault: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Why the intake did not do it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] | None = None
    incident: str | None = None
    key_id: str | None = None

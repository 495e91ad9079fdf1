"""The report that a channel hands in, and its receipt; neither has a field that could name a reporter."""

import hmac
import re
import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

# The shapes of reports that this version reads; the last is the one that it writes. What an intake of the
# version before cannot read is another shape: add its number.
SHAPES: Final = (1,)
MAXIMUM_ADDRESSES = 20
MAXIMUM_ADDRESS_LENGTH = 2048
# The largest number that the smallest column of either database holds.
_LARGEST_NUMBER = 32767
RECEIPT_BYTES = 10
_LIKE_A_RECEIPT = re.compile(
    r"(?<![0-9A-Za-z])((?:[0-9A-Za-z]{4}[\s\u2010-\u2015-]{0,3}){4}[0-9A-Za-z])(?![0-9A-Za-z])"
)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SEALED = (
    "A libsodium sealed box (X25519, XSalsa20-Poly1305) in base64. It holds the JSON of a `Report` in UTF-8, "
    "with spaces behind it up to a multiple of 1024 bytes, so that its length tells little."
)


class Depiction(StrEnum):
    """What the reporter says the material looks like; a word about the page, not about the reporter."""

    LOOKS_REAL = "looks_real"
    DRAWN = "drawn"
    UNSURE = "unsure"


class Reached(StrEnum):
    """How the reporter came to the page."""

    CHANNEL = "channel"
    SEARCH = "search"
    ADVERT = "advert"
    SENT = "sent"
    PAGE = "page"


class Access(StrEnum):
    """What a visitor needs to see the page."""

    OPEN = "open"
    JOIN = "join"
    LOG_IN = "log_in"
    PAY = "pay"
    PASSWORD = "password"  # noqa: S105 - the name of a kind of access


class Seen(StrEnum):
    """When the reporter saw it, as coarse as it helps an analyst."""

    TODAY = "today"
    THIS_WEEK = "this_week"
    EARLIER = "earlier"


class Live(StrEnum):
    """Whether it was a live stream."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Circumstance(StrEnum):
    """What the reporter tapped on the way, saw on the card before sending, and did not leave out."""

    KNOWS_CHILD = "knows_child"
    OWN_PICTURES = "own_pictures"
    THREATENED = "threatened"
    DANGER_NOW = "danger_now"


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _on_the_hour(moment: datetime) -> datetime:
    moment = _in_utc(moment)
    if moment.minute or moment.second or moment.microsecond:
        raise ValueError("a time finer than an hour could re-identify a reporter")
    return moment


def _in_utc(moment: datetime) -> datetime:
    """Return a time in UTC: one without a zone is taken for it, whatever the zone of this machine."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # At the very ends of the calendar; no such hour is right, and the intake stores that of arrival.
        return moment.replace(tzinfo=UTC)


Hour = Annotated[datetime, AfterValidator(_on_the_hour)]
DraftId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
ShortName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class ReportedAddress(_Wire):
    """One address as given, less what names the sharer; the intake derives its canonical form itself."""

    given: str = Field(min_length=1, max_length=MAXIMUM_ADDRESS_LENGTH, repr=False)
    whole_site: bool | None = None
    complete: bool = True


class Report(_Wire):
    """One submission, whole: every revision replaces all lower ones, in whatever order they come.

    `draft_id` is 128 random bits in hexadecimal, `hour` the hour in which it was handed in (UTC).
    A withdrawn report keeps neither addresses nor answers.
    """

    draft_id: DraftId = Field(repr=False)
    revision: int = Field(ge=1, le=100)
    receipt: str = Field(repr=False)
    portal: ShortName
    channel: ShortName
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    hour: Hour
    advice_version: int = Field(ge=1, le=_LARGEST_NUMBER)
    withdrawn: bool = False
    addresses: tuple[ReportedAddress, ...] = Field(max_length=MAXIMUM_ADDRESSES, repr=False)
    circumstances: tuple[Circumstance, ...] = Field(default=(), max_length=len(Circumstance))
    depiction: Depiction | None = None
    reached: Reached | None = None
    referer: str | None = Field(default=None, max_length=MAXIMUM_ADDRESS_LENGTH, repr=False)
    access: Access | None = None
    page_password: str | None = Field(default=None, max_length=200, repr=False)
    position: str | None = Field(default=None, max_length=200, repr=False)
    seen: Seen | None = None
    live: Live | None = None
    note: str | None = Field(default=None, max_length=1000, repr=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.withdrawn == bool(self.addresses):
            raise ValueError("a report has addresses, and a withdrawn one has none")
        if read_receipt(self.receipt) != self.receipt:
            raise ValueError("the receipt is not written as receipts are")
        return self


class SealedReport(_Wire):
    """A report that only the intake can open: sealed box (X25519, XSalsa20-Poly1305), base64."""

    key_id: ShortName
    sealed: str = Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=131072, repr=False, description=_SEALED)


def write_receipt(random_bytes: bytes) -> str:
    """Write 10 random bytes (80 bits) as a receipt: four groups of four and a check digit.

    The alphabet is Crockford's base 32, which has no letters that look alike; the check digit is Luhn's,
    modulo 32, which notices every wrong digit and nearly every swap. Raises ValueError unless there are
    exactly 10 bytes.
    """
    if len(random_bytes) != RECEIPT_BYTES:
        raise ValueError("a receipt is made of 10 bytes")
    number = int.from_bytes(random_bytes, "big")
    digits = "".join(_CROCKFORD[number >> shift & 31] for shift in range(75, -1, -5))
    groups = [digits[start : start + 4] for start in range(0, 16, 4)]
    return "-".join([*groups, _check_digit(digits)])


def _check_digit(digits: str) -> str:
    doubled = [_CROCKFORD.index(digit) * (1 + place % 2) for place, digit in enumerate(digits, start=1)]
    return _CROCKFORD[-sum(value // 32 + value % 32 for value in doubled) % 32]


def receipt_in(text: str) -> str | None:
    """Find a receipt in a text such as a copied card; None where there is none."""
    shown = "".join(character for character in text if unicodedata.category(character) != "Cf")
    # Four words of four letters are no receipt, though a check digit may fit.
    like = (match[1] for match in _LIKE_A_RECEIPT.finditer(shown) if re.search("[0-9]", match[1]))
    found = (read_receipt(text) for text in like)
    return next((receipt for receipt in found if receipt), None)


def read_receipt(text: str) -> str | None:
    """Read a receipt however it was typed (spaces, small letters, O for 0, I for 1); None if it is none."""
    typed = re.sub(r"[\s\-\u2010-\u2015]", "", text).upper().translate(str.maketrans("OIL", "011"))
    if not re.fullmatch(f"[{_CROCKFORD}]{{17}}", typed):
        return None
    if not hmac.compare_digest(_check_digit(typed[:16]), typed[16]):
        return None
    return "-".join([*(typed[start : start + 4] for start in range(0, 16, 4)), typed[16]])

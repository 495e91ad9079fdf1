"""Everything that can happen to a talk; no event says who the reporter is."""

from dataclasses import dataclass, field
from enum import StrEnum


class Command(StrEnum):
    """The commands that a reporter can give at every step."""

    START = "start"
    REPORT = "report"
    LANGUAGE = "language"
    PRIVACY = "privacy"
    STATUS = "status"
    HELP = "help"
    CANCEL = "cancel"
    FORGET = "forget"


class Media(StrEnum):
    """The messages that a channel may carry besides text; none is ever fetched."""

    PICTURE = "picture"
    VIDEO = "video"
    VOICE = "voice"
    FILE = "file"
    CONTACT = "contact"
    LOCATION = "location"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Opened:
    """The reporter opened a talk; `start` is a start link's payload (at most 64 characters) or empty."""

    start: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """The reporter wrote text; `edited` when it replaces a message, `forwarded` when others wrote it."""

    text: str = field(repr=False)
    edited: bool = False
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Chose:
    """The reporter tapped a button: its choice, and the talk and turn in which it was shown.

    `shown` are the links on the card, defanged as there, where the platform brings the card along.
    """

    choice: str
    talk: str
    turn: int
    shown: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Commanded:
    """The reporter gave a command; `words` is what stands behind it."""

    command: Command
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attached:
    """The reporter sent something that is not text; only its kind and its caption are known."""

    media: Media
    caption: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """The intake has committed the report."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The intake cannot be reached; the report is sealed on this host's disk, and will be delivered."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The report could not be stored; nothing was sent."""


@dataclass(frozen=True, slots=True)
class TooFast:
    """More events came from this talk at once than a person can make; they were not looked at."""


@dataclass(frozen=True, slots=True)
class StatusLearned:
    """The intake's answer about a receipt: a status word, "unknown", or None when it cannot be reached."""

    status: str | None


Event = Opened | Said | Chose | Commanded | Attached | Received | Kept | Refused | TooFast | StatusLearned

"""The state of a talk: everything that the next turn depends on, and nothing about who the reporter is."""

from dataclasses import dataclass, field

from conversations.talk import Phrase, Remembered
from conversations.wire.report import RECEIPT_BYTES, write_receipt

_TALK_BYTES = 4
NOISE_BYTES = _TALK_BYTES + 16 + RECEIPT_BYTES


@dataclass(frozen=True, slots=True)
class Fresh:
    """30 random bytes of the host for one event; names are made of them only where a talk or a report begins.

    Each name has bytes of its own, so none can be derived from another.
    """

    noise: bytes = field(repr=False)

    @property
    def talk(self) -> str:
        """What marks this talk's buttons: 8 hexadecimal digits."""
        return self.noise[:_TALK_BYTES].hex()

    @property
    def draft_id(self) -> str:
        """The report's id: 128 bits in hexadecimal."""
        return self.noise[_TALK_BYTES:-RECEIPT_BYTES].hex()

    @property
    def receipt(self) -> str:
        """The report's receipt."""
        return write_receipt(self.noise[-RECEIPT_BYTES:])


BESIDE_LENGTH = 200


class Draft(Remembered, frozen=True):
    """The report so far; `revision` 0 means that nothing was sent.

    `addresses` are as they were found; a partial one, taken after two tries, is in `partial`.
    `beside` are words that came with the links, `circumstances` what was tapped on the way (knows_child).
    `sites` says of each home page whether the whole site is meant (None: not sure). `answers` maps fields of
    the report to values, in the order of the questions.
    """

    draft_id: str
    receipt: str
    revision: int = 0
    withdrawn: bool = False
    addresses: tuple[str, ...] = ()
    partial: str = ""
    sites: tuple[tuple[str, bool | None], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    beside: str = ""
    circumstances: tuple[str, ...] = ()

    @property
    def holds_link(self) -> bool:
        """Whether there is something to hand in."""
        return bool(self.addresses or self.partial)

    @property
    def said(self) -> str:
        """The words beside the links, as far as they are shown and may be sent."""
        return self.beside[:BESIDE_LENGTH]

    @property
    def unsaid(self) -> int:
        """How many letters of the words beside the links are neither shown nor sent."""
        return len(self.beside) - len(self.said)

    @property
    def is_unsent(self) -> bool:
        """Whether a link was captured that would be lost if the draft were."""
        return self.revision == 0 and self.holds_link

    @property
    def is_sent(self) -> bool:
        """Whether the report was sent and not taken back."""
        return self.revision > 0 and not self.withdrawn


# Whoever sends a list of names is not asked twenty times.
_EACH_BY_ITSELF = 8
_MOST_AT_ONCE = 20


class Asked(Remembered, frozen=True):
    """A text with names in it, kept aside until the reporter has said whose each is.

    `about` is the field of the text, `full` the text with its names, `names` what was found, `to` the next
    step. So many names are `answered`, in order; `mine` are those that are left out. `then` is asked next.
    """

    about: str
    full: str
    names: tuple[str, ...]
    to: str
    answered: int = 0
    mine: tuple[str, ...] = ()
    then: "Asked | None" = None

    @property
    def now(self) -> tuple[str, ...]:
        """The names on the card: the first few each by itself."""
        most = 1 if self.answered < _EACH_BY_ITSELF else _MOST_AT_ONCE
        return self.names[self.answered : self.answered + most]


class Doubt(Remembered, frozen=True):
    """Readings of a message that may be links, of which the first is asked about, and the message's words.

    `is_gone` tells that the message was a picture's, and was deleted.
    """

    readings: tuple[str, ...]
    words: str
    is_gone: bool = False


class State(Remembered, frozen=True):
    """One open talk.

    `turn` numbers the cards, so that a button of an older card is known; `after` are the steps to which
    asides lead back, the next one last; `remark` is what the last turn adds above the step's own card;
    `misses` counts what was not understood; `tries` counts messages without a link since the last link, and
    `unread` holds their words. `replacing` is the place of the link that is being changed (None: all).
    `handed_in` are fingerprints of the links that were sent in this talk, alone and with each circumstance.
    `before` is the draft that was sent last (`replaced` while another one is sent in its place), `seems` are
    the languages in which the last message that was not understood may be. `country` was chosen on an exit
    (ISO 3166), for its contacts alone; it is forgotten with the exits. `doubt` is what only the reporter can
    tell to be a link. `own_names` they said to be theirs: these are left out of what follows. `tapped` are
    the circumstances that were tapped since the report was sent; they go with the next one.
    """

    talk: str
    channel: str
    portal: str
    language: str
    draft: Draft
    step: str = "first"
    after: tuple[str, ...] = ()
    turn: int = 0
    remark: tuple[Phrase, ...] = ()
    misses: int = 0
    tries: int = 0
    unread: str = ""
    rules_read: bool = False
    rules_as_cards: bool = False
    practice: bool = False
    delivered: bool = False
    asked: Asked | None = None
    replacing: int | None = None
    handed_in: tuple[str, ...] = ()
    before: Draft | None = None
    replaced: Draft | None = None
    seems: tuple[str, ...] = ()
    country: str = ""
    doubt: Doubt | None = None
    own_names: tuple[str, ...] = ()
    tapped: tuple[str, ...] = ()

"""The state of a talk: everything that the next turn depends on, and nothing about who the reporter is."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from conversations.talk import Phrase


@dataclass(frozen=True, slots=True)
class Fresh:
    """Random names that the host draws for one event; used only where a talk or a report begins.

    `talk` marks this talk's buttons (8 hexadecimal digits), `draft_id` is 128 random bits in hexadecimal,
    `receipt` is written by `report.write_receipt`. None of them can be derived from another.
    """

    talk: str
    draft_id: str = field(repr=False)
    receipt: str = field(repr=False)


BESIDE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """The report so far; `revision` 0 means that nothing was sent.

    `addresses` are as they were found; a partial one, taken after two tries, is in `partial`.
    `beside` are words that came with the links, `circumstances` what was tapped on the way (knows_child).
    `sites` says of each home page whether the whole site is meant (None: not sure). `answers` maps fields of
    the report to values, in the order of the questions.
    """

    draft_id: str = field(repr=False)
    receipt: str = field(repr=False)
    revision: int = 0
    withdrawn: bool = False
    addresses: tuple[str, ...] = field(default=(), repr=False)
    partial: str = field(default="", repr=False)
    sites: tuple[tuple[str, bool | None], ...] = field(default=(), repr=False)
    answers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    beside: str = field(default="", repr=False)
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A text with names in it, kept aside until the reporter has said whose each is.

    `about` is the field of the text, `full` the text with its names, `names` what was found, `to` the next
    step. So many names are `answered`, in order; `mine` are those that are left out. `then` is asked next.
    """

    about: str
    full: str = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    to: str
    answered: int = 0
    mine: tuple[str, ...] = field(default=(), repr=False)
    then: "Asked | None" = field(default=None, repr=False)

    @property
    def now(self) -> tuple[str, ...]:
        """The names on the card: the first few each by itself."""
        most = 1 if self.answered < _EACH_BY_ITSELF else _MOST_AT_ONCE
        return self.names[self.answered : self.answered + most]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Readings of a message that may be links, of which the first is asked about, and the message's words.

    `is_gone` tells that the message was a picture's, and was deleted.
    """

    readings: tuple[str, ...] = field(repr=False)
    words: str = field(repr=False)
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class State:
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
    remark: tuple[Phrase, ...] = field(default=(), repr=False)
    misses: int = 0
    tries: int = 0
    unread: str = field(default="", repr=False)
    rules_read: bool = False
    rules_as_cards: bool = False
    practice: bool = False
    delivered: bool = False
    asked: Asked | None = field(default=None, repr=False)
    replacing: int | None = None
    handed_in: tuple[str, ...] = field(default=(), repr=False)
    before: Draft | None = field(default=None, repr=False)
    replaced: Draft | None = field(default=None, repr=False)
    seems: tuple[str, ...] = ()
    country: str = field(default="", repr=False)
    doubt: Doubt | None = None
    own_names: tuple[str, ...] = field(default=(), repr=False)
    tapped: tuple[str, ...] = ()


_STATE = TypeAdapter(State)


def dump(state: State) -> bytes:
    """Write a state as JSON, to be sealed."""
    return _STATE.dump_json(state)


def load(content: bytes) -> State:
    """Read what `dump` wrote; raises ValueError when it is something else."""
    return _STATE.validate_json(content)

"""The types of the table: steps, choices, and what a step takes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase

BACK = "(back)"
ASKED = "(whatever was next)"

Paragraph = str | Callable[[State, Portal], tuple[Phrase, ...]]
Condition = Callable[[State, Portal], bool]


class Takes(StrEnum):
    """What text a step takes; a link is always understood, except where any text is the answer."""

    LINK = "a web link"
    CHOICE = "a choice, or a web link"
    RECEIPT = "a receipt"
    ANSWER = "any text"
    PAGE = "the web link of another page"
    NOTHING = "nothing"


class Act(StrEnum):
    """What a choice does besides leading on."""

    SEND = "send"
    WITHDRAW = "withdraw"
    NEW_REPORT = "new report"
    CHANGE_LANGUAGE = "change language"
    CHOOSE_COUNTRY = "choose a country"
    TAKE_PARTIAL = "take a partial link"
    CANCEL = "cancel"
    MINE = "it is mine"
    THEIRS = "it is theirs"
    RULES_READ = "rules read"
    SEND_BOTH = "send with the words beside the link"
    SEND_INSTEAD = "send in place of the report before"
    LEAVE_OUT = "leave out what taps add"
    CHANGE = "change the link"
    CHANGE_ONE = "change one of several links"
    CHANGE_ALL = "change all links"
    TAKE_OUT = "take one of several links out"
    NO_LINK = "the front page is no link"
    IS_LINK = "the reading is a link"
    NOT_LINK = "the reading is no link"
    NOTE_ANEW = "begin the note again"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: where it leads, what it keeps (a field of the report and its value), what it does.

    With `turns_page` the next card replaces this one, so that Back does not return to it.
    """

    name: str
    to: str
    keeps: tuple[str, str] | None = None
    does: Act | None = None
    when: Condition | None = None
    turns_page: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One card of the talk.

    A typed answer is kept in the report's field `keeps`, and leads to `then`. An aside can be entered from
    every step and leads back there. `speaks` adds the row of languages, `numbers_links` one of numbers for
    the links, `lists_countries` those of the countries to choose from.
    """

    name: str
    says: tuple[Paragraph, ...]
    rows: tuple[tuple[Choice, ...], ...] = ()
    takes: Takes = Takes.CHOICE
    keeps: str = ""
    then: str = ""
    aside: bool = False
    speaks: bool = False
    numbers_links: bool = False
    lists_countries: bool = False

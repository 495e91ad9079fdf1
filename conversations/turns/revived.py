"""A tap on a card of a talk that is forgotten: what the card itself still shows is not lost."""

import re

from msgspec.structs import replace

from conversations.address.finding import find
from conversations.events import Chose
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase
from conversations.turns.links import capture
from conversations.turns.turn import move, remarked, siblings

# A line of our card that is one defanged link; one that was shortened is none.
_SHOWN_LINK = re.compile(r"^[^\w\[\n]*((?:hxxps?://|\[@\]|\w+\[:\])[^\s…]+)$", re.MULTILINE)
# What the cards of these show is not taken yet: it may be the reporter's own name, or no link.
_ASK_WHAT_IS_TAKEN = frozenset({"mine", "theirs", "other_person", "is_link", "no_real_link"})
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown_links(card: str) -> tuple[str, ...]:
    """Give the links of a reporter that the text of one of our cards shows, defanged as there."""
    return tuple(_SHOWN_LINK.findall(_DIRECTIONS.sub("", card)))


def stale(state: State, event: Chose, portal: Portal) -> State:
    """Begin anew after a tap on a forgotten card; links that the card shows are asked about once more."""
    if event.choice == "start_again":
        return state
    shown = () if event.choice in _ASK_WHAT_IS_TAKEN else event.shown
    found = find("\n".join(shown), handles=True)
    if not found.addresses or state.draft.holds_link or state.draft.revision or portal.paused:
        return remarked(state, *siblings("stale.talk", 2))
    captured = capture(state, found, portal)
    return move(replace(state, draft=captured.draft), "review", Phrase("stale.links"))

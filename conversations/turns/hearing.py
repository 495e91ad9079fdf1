"""What is done about a need that was heard: the exit that answers it, and a link is never lost by it."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.flow.conditions import HEARD
from conversations.hearing.listening import hear
from conversations.hearing.needs import Heard, Need, Who
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase
from conversations.turns.turn import move

_LISTENS_TO = "en"


def heard_in(state: State, text: str, portals: Mapping[str, Portal]) -> Heard | None:
    """Give the need that a message tells of, in one of the portal's languages or in English."""
    languages = dict.fromkeys((state.language, *portals[state.portal].languages, _LISTENS_TO))
    return hear(text, languages)


def answered(state: State, heard: Heard, *, with_link: bool) -> State:
    """Show what answers a need, whatever the step; a captured link waits, and is one tap away.

    Whoever tells of another child's need is asked whether they know the child; beside a link it is one line
    on the link's own card.
    """
    if heard.who is Who.THIRD and heard.need not in {Need.PARENT, Need.TALK}:
        return _of_another(state, with_link=with_link)
    return move(state, heard.need.value, HEARD)


def _of_another(state: State, *, with_link: bool) -> State:
    if with_link:
        return replace(state, remark=(*state.remark, Phrase("review.near")))
    return move(state, "who", HEARD)

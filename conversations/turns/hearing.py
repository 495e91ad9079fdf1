"""What is done about a need that was heard: the exit that answers it, and a link is never lost by it."""

from collections.abc import Mapping

from msgspec.structs import replace

from conversations.flow.conditions import HEARD
from conversations.hearing.listening import hear
from conversations.hearing.needs import FOR_HELPERS, Heard, Need, Who
from conversations.hearing.speaking import spoken
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase
from conversations.turns.turn import move

_LISTENS_TO = "en"
_TOLD_OF_HURT = frozenset({Need.HURT, Need.DANGER})
# What somebody says in danger, who wants to die or fears themselves, and which leads to no other card.
_SAID_THERE: Mapping[str, frozenset[Need]] = {
    Need.DANGER: frozenset({Need.HURT, Need.TALK}),
    Need.DESPAIR: frozenset({Need.TALK}),
    Need.OWN_BEHAVIOUR: frozenset({Need.TALK}),
}


def heard_in(state: State, text: str, portals: Mapping[str, Portal]) -> Heard | None:
    """Give the need that a message tells of, in one of the portal's languages, in English, or in its own."""
    languages = (state.language, *portals[state.portal].languages, _LISTENS_TO, *spoken(text))
    told_of_hurt = not _TOLD_OF_HURT.isdisjoint({state.step, *state.after})
    return hear(text, dict.fromkeys(languages), after_hurt=told_of_hurt)


def answered(state: State, heard: Heard, *, with_link: bool) -> State:
    """Show what answers a need, whatever the step; a captured link waits, and is one tap away.

    Whoever tells of another child's need is asked whether they know the child, unless it is in danger now;
    beside a link it is one line on the link's own card. A need that was told in another language is answered
    with that language's button.
    """
    seeming = replace(state, seems=() if state.language in heard.languages else heard.languages)
    if heard.who is Who.THIRD and heard.need not in FOR_HELPERS:
        if with_link:
            return replace(seeming, remark=(*seeming.remark, Phrase("review.near")))
        if heard.need is not Need.DANGER:
            return move(seeming, "who", HEARD)
    stays = heard.need in _SAID_THERE.get(state.step, ())
    return move(seeming, state.step if stays else heard.need.value, HEARD)

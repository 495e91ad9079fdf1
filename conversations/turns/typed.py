"""What a typed word or number says in place of a tap: a command, a yes or no, the number of a button."""

from collections.abc import Mapping

from msgspec.structs import replace

from conversations.events import Command, Said
from conversations.flow import DETAILS, FLOW, VICTIMS_EXITS
from conversations.flow.cards import offered
from conversations.flow.conditions import HEARD
from conversations.flow.steps import Act, Choice, Takes
from conversations.hearing.needs import Need
from conversations.hearing.plain_words import Meaning, agrees, asks_for_material, meaning, number
from conversations.portals.model import Portal
from conversations.state import Fresh, State
from conversations.turns.commands import commanded, opened
from conversations.turns.taps import take
from conversations.turns.turn import Turn, move, siblings

_DETAILS = frozenset(step.name for step in DETAILS)
# Who asks for help where help is shown gets no list of commands in its place.
_EXITS = frozenset(need.value for need in Need)
_COMMANDS = {
    Meaning.HELP: Command.HELP,
    Meaning.PRIVACY: Command.PRIVACY,
    Meaning.STATUS: Command.STATUS,
}
_YES_NO: dict[Meaning | None, tuple[str, ...]] = {
    Meaning.YES: ("live_yes", "yes_stop", "use_this", "is_link"),
    Meaning.NO: ("live_no", "no_keep", "go_on", "skip"),
}


def worded(state: State, event: Said, portals: Mapping[str, Portal], fresh: Fresh) -> Turn | None:
    """Follow a word or a number that says what a tap would."""
    meant = meaning(event.text, state.language)
    if meant is Meaning.STOP:
        return _stopped(state, fresh)
    if meant is Meaning.HELP and state.step in _EXITS:
        return Turn(move(state, state.step, HEARD))
    if meant in _COMMANDS:
        return commanded(state, _COMMANDS[meant], fresh)
    if meant is Meaning.START and not state.draft.revision:
        return Turn(opened(state, "", portals, fresh))
    if not event.forwarded and state.step not in VICTIMS_EXITS and _asks(state, event.text):
        return Turn(_only_links(state))
    choice = typed_choice(state, event.text, portals[state.portal])
    return take(choice, state, portals[state.portal], fresh) if choice else None


def _asks(state: State, text: str) -> bool:
    return FLOW[state.step].takes is not Takes.ANSWER and asks_for_material(text)


def _stopped(state: State, fresh: Fresh) -> Turn:
    """Stop: the questions end, an unsent link is asked about; of a sent report, whether it was a mistake."""
    if state.step in _DETAILS:
        return Turn(move(state, "end"))
    if state.draft.is_unsent:
        return Turn(move(state, "stopping"))
    return commanded(state, Command.CANCEL, fresh)


def _only_links(state: State) -> State:
    inside = state if state.step == "own_behaviour" else move(state, "own_behaviour", *state.remark)
    first, second = siblings("only_links", 2)
    return replace(inside, remark=(second if first in state.remark else first,))


def typed_choice(state: State, text: str, portal: Portal) -> Choice | None:
    """Find the choice that a number or a yes or no names; what is handed in or taken back is only tapped."""
    if text.strip() and text.strip() in dict(state.draft.answers[-1:]).values():
        # The last answer, sent twice, is no answer to the next question.
        return None
    choices = [choice for row in offered(state, portal) for choice in row]
    place = None if FLOW[state.step].takes is Takes.ANSWER else number(text)
    meant = meaning(text, state.language)
    if place:
        named = [choice for choice in choices[place - 1 : place] if choice.does not in _NOT_BY_NUMBER]
    elif meant is Meaning.NO and state.step == "doubt":
        named = [choice for choice in choices if choice.does is Act.NOT_LINK]
    else:
        named = [choice for choice in choices if choice.name in _YES_NO.get(meant, ())]
        named = [choice for choice in named if not (choice.does is Act.CANCEL and agrees(text))]
    return next((choice for choice in named if not _is_only_tapped(choice)), None)


def _is_only_tapped(choice: Choice) -> bool:
    return choice.does in _ONLY_TAPPED or (choice.keeps or ("", ""))[0] == "circumstances"


# A number that is sent twice would take another link out.
_NOT_BY_NUMBER = frozenset({Act.CANCEL, Act.TAKE_OUT, Act.NO_LINK})
_ONLY_TAPPED = frozenset({Act.SEND, Act.SEND_BOTH, Act.SEND_INSTEAD, Act.WITHDRAW})

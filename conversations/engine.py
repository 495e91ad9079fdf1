"""One turn of the talk: the same state and event give the same turn; what does not fit changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conversations.answering import attached, said
from conversations.cards import card
from conversations.choosing import chose
from conversations.commanding import commanded, opened
from conversations.events import (
    Attached,
    Chose,
    Command,
    Commanded,
    Event,
    Kept,
    Opened,
    Received,
    Refused,
    Said,
    StatusLearned,
)
from conversations.flow import BEFORE_SENDING, HANDED_IN, NOT_HANDED_IN
from conversations.moving import Moved, move
from conversations.portal import Portal
from conversations.state import Fresh, State
from conversations.talk import Effect, Phrase, Say, Submit


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event brings: the next state, the one card to show, and the effects to act on, in order."""

    state: State
    say: Say
    effects: tuple[Effect, ...] = ()


def advance(state: State, event: Event, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    """Advance a talk by one event.

    `fresh` is used only where the event begins a new report. An event that does not fit the state (a second
    tap, a button of an older card) gives the same state and the same card again, and no effect.
    """
    moved = _paused(state, _moved(state, event, portals, fresh), portals)
    following = moved.state
    if following != state:
        following = replace(following, turn=state.turn + 1)
    return Turn(following, card(following, portals[following.portal]), moved.effects)


def _moved(state: State, event: Event, portals: Mapping[str, Portal], fresh: Fresh) -> Moved:
    match event:
        case Opened(start):
            return Moved(opened(state, start, portals, fresh))
        case Commanded(Command.START):
            return Moved(opened(state, "", portals, fresh))
        case Commanded(command):
            return commanded(state, command, fresh)
        case Chose():
            return chose(state, event, portals[state.portal], fresh)
        case Said():
            return said(state, event, portals, fresh)
        case Attached():
            return attached(state, event, portals[state.portal], fresh)
        case _:
            return Moved(_heard(state, event))


def _heard(state: State, event: Received | Kept | Refused | StatusLearned) -> State:
    match event:
        case StatusLearned(status):
            return replace(state, remark=(Phrase(f"status.{status or 'away'}"),))
        case Refused():
            return _refused(state)
        case _:
            delivered = replace(state, delivered=isinstance(event, Received))
            return move(replace(delivered, rules_read=True), HANDED_IN.get(state.step, state.step))


def _refused(state: State) -> State:
    """Take the revision back: nothing of it was stored, so it is still to be sent."""
    draft = replace(state.draft, revision=state.draft.revision - 1)
    if state.step == "withdrawing":
        draft = replace(draft, withdrawn=False)
    to, remark = NOT_HANDED_IN.get(state.step, (state.step, "not_added"))
    return move(replace(state, draft=draft), to, Phrase(remark))


def _paused(state: State, moved: Moved, portals: Mapping[str, Portal]) -> Moved:
    """Show a paused portal's own card wherever a report would begin; nothing is handed in meanwhile."""
    if not (portals[moved.state.portal].paused and moved.state.step in BEFORE_SENDING):
        return moved
    if Submit() in moved.effects:
        return Moved(move(state, "paused"))
    return Moved(move(moved.state, "paused"), moved.effects)

"""One turn of the talk: the same state and event give the same turn."""

from collections.abc import Mapping

from msgspec.structs import replace

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
    TooFast,
)
from conversations.flow import BEFORE_SENDING, HANDED_IN, NOT_HANDED_IN
from conversations.portals.model import Portal
from conversations.state import Fresh, State
from conversations.talk import Phrase, Submit
from conversations.turns.commands import commanded, opened
from conversations.turns.hearing import answered, heard_in
from conversations.turns.links import with_handed_in, without_handed_in
from conversations.turns.media import attached
from conversations.turns.messages import said
from conversations.turns.taps import chose
from conversations.turns.turn import Turn, move, not_in_its_place, remarked, siblings

SENDING = "sending"


def advance(state: State, event: Event, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    """Advance a talk by one event; `cards.card` shows where it then stands.

    `fresh` is used only where the event begins a new report. An event that does not fit the state (a second
    tap, a button of an older card) gives the same state again, and no effect.
    """
    turn = _paused(state, _turn(state, event, portals, fresh), portals)
    if turn.state == state:
        return turn
    return Turn(replace(turn.state, turn=state.turn + 1), turn.effects)


def _turn(state: State, event: Event, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    match event:
        case Opened(start):
            return Turn(opened(state, start, portals, fresh))
        case Commanded(command, words):
            return _commanded(state, command, words, portals, fresh)
        case Chose():
            return chose(state, event, portals[state.portal], fresh)
        case Said():
            return said(state, event, portals, fresh)
        case Attached():
            return attached(state, event, portals, fresh)
        case _:
            return Turn(_heard(state, event))


def _commanded(
    state: State, command: Command, words: str, portals: Mapping[str, Portal], fresh: Fresh
) -> Turn:
    """Do what a command asks for, unless the words behind it tell of a need."""
    if heard := heard_in(state, words, portals):
        return Turn(answered(state, heard, with_link=False))
    if command is Command.STATUS and words:
        return said(move(state, "status"), Said(words), portals, fresh)
    if command is Command.START:
        return Turn(opened(state, "", portals, fresh))
    return commanded(state, command, fresh)


def _heard(state: State, event: Received | Kept | Refused | TooFast | StatusLearned) -> State:
    match event:
        case TooFast():
            return remarked(state, *siblings("too_fast", 2))
        case StatusLearned(status):
            return replace(state, remark=(Phrase(f"status.{status or 'away'}"),))
        case Refused():
            return _refused(state)
        case _:
            return _handed_in(state, delivered=isinstance(event, Received))


def _handed_in(state: State, *, delivered: bool) -> State:
    """Go on after a report was handed in, and remember its links, so that none is reported twice."""
    known = with_handed_in(state) if state.step == SENDING else state
    if state.draft.withdrawn:
        known = without_handed_in(state)
    before = None if state.step == SENDING else state.before
    told = replace(known, delivered=delivered, rules_read=True, before=before, replaced=None)
    return move(told, HANDED_IN[state.step]) if state.step in HANDED_IN else told


def _refused(state: State) -> State:
    """Undo the revision: it was not stored, so it is still to be sent."""
    draft = replace(state.draft, revision=state.draft.revision - 1)
    if state.step == "withdrawing":
        draft = replace(draft, withdrawn=False)
    to, remark = NOT_HANDED_IN.get(state.step, (state.step, "not_added"))
    if state.step == SENDING and draft.beside:
        # The words beside the link went as the note; they are beside it again.
        draft = replace(draft, answers=tuple(each for each in draft.answers if each[0] != "note"))
    undone = replace(state, draft=draft)
    if state.step == SENDING and draft.revision:
        undone = not_in_its_place(undone)
    return move(undone, to, Phrase(remark))


def _paused(state: State, turn: Turn, portals: Mapping[str, Portal]) -> Turn:
    """Show a paused portal's own card wherever a report would begin; a paused portal takes no report."""
    if not portals[turn.state.portal].paused or turn.state.step not in BEFORE_SENDING - {"paused"}:
        return turn
    if Submit() in turn.effects:
        return Turn(move(state, "paused", Phrase("not_sent")))
    return Turn(move(turn.state, "paused", *turn.state.remark), turn.effects)

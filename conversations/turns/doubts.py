"""Asks whether what may be a link is one; until the reporter says so, nothing of it is taken."""

import dataclasses

from msgspec.structs import replace

from conversations import address
from conversations.address.finding import Found
from conversations.flow.steps import BACK, Act, Choice
from conversations.portals.model import Portal
from conversations.state import Doubt, Fresh, State
from conversations.turns.linked import linked
from conversations.turns.links import known_in
from conversations.turns.turn import Turn, move, without_staying
from conversations.turns.unread import unread


def asked_about(state: State, text: str, found: Found, *, is_gone: bool = False) -> Turn:
    """Ask about the first reading of a message that only the reporter can tell to be a link."""
    before = state.doubt or Doubt((), "")
    readings = {address.canonical(given): given for given in before.readings}
    for reading in found.doubtful:
        readings.setdefault(reading.canonical, reading.given)
    doubt = Doubt(tuple(readings.values()), f"{before.words}\n{text}".strip(), is_gone)
    # An exit may have been opened from the question: then it is asked again from there, and once.
    after = tuple(step for step in state.after if step != "doubt")
    return Turn(move(replace(state, doubt=doubt, after=after), "doubt"))


def settled(choice: Choice, state: State, portal: Portal, fresh: Fresh) -> Turn | None:
    """Do what the answer asks for, or give None where the tap is of another kind."""
    match choice.does:
        case Act.IS_LINK:
            return _is_link(state, portal, fresh)
        case Act.NOT_LINK:
            return _is_no_link(state, portal)
        case _:
            return None


def _is_link(state: State, portal: Portal, fresh: Fresh) -> Turn:
    """Take the reading, with the words of its message; the message stays, since nobody knows its place."""
    back = _back(state)
    taken = address.read(state.doubt.readings[0]) if state.doubt else None
    if state.doubt is None or taken is None:
        return Turn(back)
    is_known = known_in(back)(taken.canonical)
    known = frozenset({taken.canonical} if is_known else ())
    found = Found(() if is_known else (taken,), (), known=known, rest=state.doubt.words, doubtful=(taken,))
    turn = linked(back, found, portal, fresh)
    if state.doubt.is_gone:
        turn = Turn(replace(turn.state, remark=without_staying(turn.state.remark)), turn.effects)
    left = state.doubt.readings[1:]
    if not left:
        return turn
    # The words are beside the link already; only whether there are more is still to be asked.
    asking = replace(turn.state, doubt=replace(state.doubt, readings=left, words=""))
    return Turn(move(asking, "doubt", *turn.state.remark), turn.effects)


def _is_no_link(state: State, portal: Portal) -> Turn:
    """Ask about the next reading; after the last, the message is one without a link."""
    if state.doubt is None:
        return Turn(_back(state))
    left = state.doubt.readings[1:]
    if left:
        return Turn(replace(state, doubt=replace(state.doubt, readings=left), remark=()))
    if not state.doubt.words:
        return Turn(_back(state))
    return unread(_back(state), state.doubt.words, Found((), ()), portal)


def with_words_of_doubt(state: State, found: Found) -> tuple[State, Found]:
    """Put the words of a message that was asked about beside the links that came instead of an answer."""
    if state.doubt is None:
        return state, found
    settled_state = _back(state) if state.step == "doubt" else replace(state, doubt=None)
    return settled_state, dataclasses.replace(found, rest=f"{state.doubt.words}\n{found.rest}".strip())


def _back(state: State) -> State:
    return move(replace(state, doubt=None), BACK)

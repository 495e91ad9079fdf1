"""What the commands do at every step; none of them loses a captured link unasked."""

from collections.abc import Mapping

from msgspec.structs import replace

from conversations.events import Command
from conversations.portals.model import Portal
from conversations.state import Draft, Fresh, State
from conversations.talk import AskStatus, Forget, Phrase
from conversations.turns.start_link import follow
from conversations.turns.turn import Turn, left_open, move, new_draft

_ASIDES = {
    Command.LANGUAGE: "language",
    Command.PRIVACY: "privacy",
    Command.HELP: "help",
}


def opened(state: State, payload: str, portals: Mapping[str, Portal], fresh: Fresh) -> State:
    """Open the talk, with or without a start link; an unsent link is kept."""
    followed = follow(state, payload, portals)
    if followed.draft.is_unsent:
        return _back_to_link(followed)
    if followed.draft.is_sent and not payload:
        return move(new_draft(followed, fresh), "first", *left_open(followed), Phrase("new_report"))
    begun = new_draft(followed, fresh) if followed.draft.revision else followed
    return move(begun, "first", *((Phrase("practice"),) if begun.practice else ()))


def commanded(state: State, command: Command, fresh: Fresh) -> Turn:
    """Do what a command other than start asks for."""
    if command in _ASIDES:
        return Turn(move(state, _ASIDES[command]))
    match command:
        case Command.STATUS:
            return _status(state)
        case Command.CANCEL:
            return Turn(cancelled(state, fresh))
        case Command.FORGET:
            return forgotten(state, fresh)
        case _:
            return Turn(_reporting(state, fresh))


def cancelled(state: State, fresh: Fresh) -> State:
    """Forget an unsent link; of a sent report, ask whether it was a mistake."""
    if state.draft.is_sent and not state.practice:
        return move(state, "withdraw", Phrase("cancel.sent"))
    remark = Phrase("cancelled" if state.draft.is_unsent else "stopped")
    return move(new_draft(replace(state, tapped=()), fresh), "first", remark)


def forgotten(state: State, fresh: Fresh) -> Turn:
    """Forget the talk; the last card, in its language, says what cannot be forgotten."""
    empty = State(
        talk=fresh.talk,
        channel=state.channel,
        portal=state.portal,
        language=state.language,
        draft=Draft(fresh.draft_id, fresh.receipt),
        step="cleared",
        practice=state.practice,
    )
    return Turn(empty, (Forget(),))


def _status(state: State) -> Turn:
    asked = (AskStatus(state.draft.receipt),) if state.draft.revision and not state.practice else ()
    return Turn(move(state, "status"), asked)


def _reporting(state: State, fresh: Fresh) -> State:
    if state.draft.is_unsent:
        return _back_to_link(state)
    if state.draft.revision:
        return move(new_draft(state, fresh), "link", *left_open(state), Phrase("new_report"))
    return move(state, "link")


def _back_to_link(state: State) -> State:
    """Show the link that waits, or first the question whose name is with it."""
    return move(state, "whose" if state.asked else "review")

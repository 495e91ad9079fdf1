"""What the commands do, at whatever step they are given; none of them loses a captured link unasked."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.events import Command
from conversations.moving import Moved, has_unsent_link, move, new_draft
from conversations.portal import Portal
from conversations.start_link import follow
from conversations.state import Draft, Fresh, State
from conversations.talk import AskStatus, Forget, Phrase

_ASIDES = {
    Command.LANGUAGE: "language",
    Command.PRIVACY: "privacy",
    Command.HELP: "help",
}


def opened(state: State, payload: str, portals: Mapping[str, Portal], fresh: Fresh) -> State:
    """Open the talk, by a start link or without; an unsent link stays in hand."""
    followed = follow(state, payload, portals)
    if has_unsent_link(followed):
        return move(followed, "review")
    begun = new_draft(followed, fresh) if followed.draft.revision else followed
    return move(begun, "first", *((Phrase("practice"),) if begun.practice else ()))


def commanded(state: State, command: Command, fresh: Fresh) -> Moved:
    """Obey a command other than start."""
    if command in _ASIDES:
        return Moved(move(state, _ASIDES[command]))
    match command:
        case Command.STATUS:
            return _status(state)
        case Command.CANCEL:
            return Moved(_cancelled(state))
        case Command.FORGET:
            return forgotten(state, fresh)
        case _:
            return Moved(_reporting(state, fresh))


def forgotten(state: State, fresh: Fresh) -> Moved:
    """Forget everything of the talk but its language; the last card says what cannot be forgotten."""
    empty = State(
        talk=fresh.talk,
        channel=state.channel,
        portal=state.portal,
        language=state.language,
        draft=Draft(fresh.draft_id, fresh.receipt),
        step="cleared",
    )
    return Moved(empty, (Forget(),))


def _status(state: State) -> Moved:
    asked = (AskStatus(state.draft.receipt),) if state.draft.revision and not state.practice else ()
    return Moved(move(state, "status"), asked)


def _cancelled(state: State) -> State:
    if state.draft.revision and not state.draft.withdrawn:
        return move(state, "withdraw", Phrase("cancel.sent"))
    emptied = replace(state, draft=Draft(state.draft.draft_id, state.draft.receipt), misses=0, unread="")
    return move(emptied, "first", Phrase("cancelled"))


def _reporting(state: State, fresh: Fresh) -> State:
    if has_unsent_link(state):
        return move(state, "review")
    return move(new_draft(state, fresh) if state.draft.revision else state, "link")

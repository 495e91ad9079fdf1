"""What a tap does: a choice keeps a value, acts and leads on; a tap that no longer fits does nothing."""

from dataclasses import replace

from conversations.cards import LANGUAGE_CHOICE, find_choice, is_everywhere
from conversations.commanding import forgotten
from conversations.events import Chose
from conversations.links import take_partial
from conversations.moving import Moved, kept, move, new_draft, remarked, submitted
from conversations.portal import Portal
from conversations.state import Fresh, State
from conversations.steps import BACK, Act, Choice
from conversations.talk import Phrase


def chose(state: State, event: Chose, portal: Portal, fresh: Fresh) -> Moved:
    """Follow a tap. What stands on every card holds however old the card is, even of a talk that is gone."""
    if not is_everywhere(event.choice):
        if event.talk != state.talk:
            return Moved(_stale(state, event))
        if event.turn != state.turn:
            return Moved(state)
    choice = find_choice(event.choice, state, portal)
    return take(choice, state, fresh) if choice else Moved(state)


def take(choice: Choice, state: State, fresh: Fresh) -> Moved:
    """Take a choice that the card offers: keep its value, move, act."""
    keeping = kept(state, *choice.keeps) if choice.keeps else Moved(state)
    acted = _act(choice, keeping.state, fresh)
    return Moved(acted.state, (*keeping.effects, *acted.effects))


def _act(choice: Choice, state: State, fresh: Fresh) -> Moved:
    match choice.does:
        case Act.SEND:
            return _handing_in(submitted(move(state, choice.to)), "sent")
        case Act.WITHDRAW:
            withdrawn = replace(state, draft=replace(state.draft, withdrawn=True))
            return _handing_in(submitted(move(withdrawn, choice.to)), "withdrawn")
        case Act.FORGET:
            return forgotten(state, fresh)
        case Act.NEW_REPORT:
            return Moved(move(new_draft(state, fresh), choice.to))
        case Act.TAKE_PARTIAL:
            partial = replace(state, draft=take_partial(state), misses=0, unread="")
            return Moved(move(partial, choice.to))
        case Act.RULES_READ:
            return Moved(move(replace(state, rules_read=True), choice.to))
        case Act.CHANGE_LANGUAGE:
            spoken = replace(state, language=choice.name.removeprefix(LANGUAGE_CHOICE))
            return Moved(move(spoken, BACK if state.step == "language" else state.step))
        case None:
            return Moved(move(state, choice.to))


def _handing_in(moved: Moved, practised: str) -> Moved:
    """Go straight to the end of a practice: nothing is handed in, so nothing will be heard of it."""
    return moved if moved.effects else Moved(move(moved.state, practised))


def _stale(state: State, event: Chose) -> State:
    return state if event.choice == "start_again" else remarked(state, Phrase("stale.talk"))

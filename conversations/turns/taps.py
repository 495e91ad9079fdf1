"""What a tap does: it keeps a value, acts, and leads to a step; a tap on an old card does nothing."""

from msgspec.structs import replace

from conversations.events import Chose
from conversations.flow import FLOW
from conversations.flow.cards import (
    LANGUAGE,
    LANGUAGE_CHOICE,
    chosen_country,
    find_choice,
    is_everywhere,
)
from conversations.flow.conditions import adds_to_sent
from conversations.flow.steps import BACK, Act, Choice
from conversations.portals.model import Portal
from conversations.state import Draft, Fresh, State
from conversations.talk import Forget, Phrase
from conversations.turns.changes import changed
from conversations.turns.commands import cancelled, forgotten
from conversations.turns.doubts import settled
from conversations.turns.links import PARTIAL_LENGTH
from conversations.turns.names import answered_whose, keep_text
from conversations.turns.revived import stale
from conversations.turns.turn import (
    Turn,
    ask_next,
    in_its_place,
    kept,
    move,
    new_draft,
    submitted,
)

_BEGINNINGS = frozenset({"link", "kind"})


def chose(state: State, event: Chose, portal: Portal, fresh: Fresh) -> Turn:
    """Follow a tap. A choice that is on every card is valid on an old card too, even of an erased talk."""
    if not is_everywhere(event.choice):
        if event.talk != state.talk:
            return Turn(stale(state, event, portal))
        if event.turn != state.turn:
            return Turn(state)
    choice = find_choice(event.choice, state, portal)
    turn = take(choice, state, portal, fresh) if choice else Turn(state)
    if Forget() in turn.effects and event.talk != state.talk:
        # Of a forgotten talk no message is known but the one with this button.
        return Turn(replace(turn.state, remark=(Phrase(f"cleared.old.{state.channel}"),)), turn.effects)
    return turn


def take(choice: Choice, state: State, portal: Portal, fresh: Fresh) -> Turn:
    """Take a choice that the card offers: keep its value, move, act."""
    # Whoever says after sending that there is more, begins another report.
    begins = choice.to in _BEGINNINGS and choice.does is None and state.draft.revision
    drafting = new_draft(state, fresh) if begins else state
    keeping = kept(drafting, *choice.keeps) if choice.keeps else Turn(drafting)
    acted = settled(choice, keeping.state, portal, fresh) or _act(choice, keeping.state, portal, fresh)
    return Turn(acted.state, (*keeping.effects, *acted.effects))


def _act(choice: Choice, state: State, portal: Portal, fresh: Fresh) -> Turn:
    match choice.does:
        case Act.SEND | Act.SEND_BOTH | Act.SEND_INSTEAD | Act.WITHDRAW:
            return _handing_in(choice, state)
        case Act.FORGET:
            return forgotten(state, fresh)
        case Act.MINE | Act.THEIRS:
            return answered_whose(state, theirs=choice.does is Act.THEIRS)
        case Act.TAKE_PARTIAL:
            return _words_taken(choice, state, portal)
        case Act.CANCEL:
            return Turn(cancelled(state, fresh))
        case Act.NEW_REPORT:
            return Turn(move(new_draft(state, fresh), choice.to))
        case Act.CHANGE_LANGUAGE:
            spoken = replace(state, language=choice.name.removeprefix(LANGUAGE_CHOICE))
            return Turn(move(spoken, BACK) if state.step == LANGUAGE else replace(spoken, remark=()))
        case _:
            return Turn(changed(choice, state) or _led_on(choice, state))


def _led_on(choice: Choice, state: State) -> State:
    if choice.does is Act.CHOOSE_COUNTRY:
        return move(replace(state, country=chosen_country(choice.name)), choice.to)
    if choice.does is Act.RULES_READ:
        return move(replace(state, rules_read=True), choice.to, turns_page=choice.turns_page)
    if choice.name == "to_link" and state.asked:
        return move(state, "whose")
    if choice.to == "review" and state.step != "change":
        return ask_next(state, choice.to)
    return move(state, choice.to, turns_page=choice.turns_page)


def _words_taken(choice: Choice, state: State, portal: Portal) -> Turn:
    """Take what the reporter wrote: a note, or what they remember of a link, by which it may be found."""
    field = FLOW[state.step].keeps or "partial"
    written = state.unread[:PARTIAL_LENGTH]
    taken = replace(state, misses=0, tries=0, unread="", remark=())
    before = dict(state.draft.answers).get(field, "")
    return keep_text(taken, field, written, choice.to, portal, before=before)


def _handing_in(choice: Choice, state: State) -> Turn:
    """Hand in, and wait for the result; in practice nothing is handed in, so the next card comes at once.

    Words beside the links go along where the card that is tapped shows them and does not say "link only".
    """
    if choice.does is not Act.WITHDRAW and (state.asked or state.doubt):
        return Turn(move(state, "review"))
    withdrawn = choice.does is Act.WITHDRAW or state.draft.withdrawn
    draft = replace(state.draft, withdrawn=withdrawn)
    with_words = choice.does is Act.SEND_BOTH or (choice.does is Act.SEND_INSTEAD and draft.beside)
    sending = replace(state, draft=_with_note(draft) if with_words else draft)
    takes_place = choice.does is Act.SEND_INSTEAD or adds_to_sent(state)
    turn = submitted(in_its_place(sending) if takes_place else sending)
    waiting = move(turn.state, choice.to)
    return Turn(move(waiting, "sent"), ()) if state.practice else Turn(waiting, turn.effects)


def _with_note(draft: Draft) -> Draft:
    """Let the words beside the links go with them as the note, as far as they were shown."""
    return replace(draft, answers=(*draft.answers, ("note", draft.said)))

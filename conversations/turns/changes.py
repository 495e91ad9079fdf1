"""What the taps change that correct a draft: one link or all, what taps added, the note."""

from msgspec.structs import replace

from conversations.flow.cards import LINK_CHOICE
from conversations.flow.steps import Act, Choice
from conversations.state import Draft, State
from conversations.turns.links import unasked_sites
from conversations.turns.turn import move


def changed(choice: Choice, state: State) -> State | None:
    """Give the state after a tap that changes the draft, or None where the tap is of another kind."""
    match choice.does:
        case Act.CHANGE:
            several = len(state.draft.addresses) > 1
            return move(replace(state, replacing=None), choice.to if several else "change")
        case Act.CHANGE_ONE:
            place = int(choice.name.removeprefix(LINK_CHOICE)) - 1
            return move(replace(state, replacing=place), choice.to)
        case Act.CHANGE_ALL:
            return move(replace(state, replacing=None), choice.to)
        case Act.NO_LINK if len(unasked_sites(state.draft)) > 1:
            return move(replace(state, replacing=None), "change_which")
        case Act.TAKE_OUT | Act.NO_LINK | Act.LEAVE_OUT | Act.NOTE_ANEW:
            draft = _less(choice.does, state)
            to = "first" if choice.does is not Act.NOTE_ANEW and not draft.holds_link else choice.to
            return move(replace(state, draft=draft, replacing=None), to)
        case _:
            return None


def _less(act: Act, state: State) -> Draft:
    """Give the draft without what the tap takes out."""
    draft = state.draft
    match act:
        case Act.TAKE_OUT:
            places = enumerate(draft.addresses)
            return replace(draft, addresses=tuple(each for place, each in places if place != state.replacing))
        case Act.NO_LINK:
            asked = unasked_sites(draft)
            return replace(draft, addresses=tuple(each for each in draft.addresses if each not in asked))
        case Act.LEAVE_OUT:
            return replace(draft, circumstances=())
        case _:
            return replace(draft, answers=tuple(each for each in draft.answers if each[0] != "note"))

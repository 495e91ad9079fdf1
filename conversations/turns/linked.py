"""What a message with links does: what is taken waits to be sent, and what is not taken is not deleted."""

from msgspec.structs import replace

from conversations.address.finding import Found
from conversations.flow import FLOW
from conversations.flow.conditions import adds_to_sent
from conversations.flow.steps import Takes
from conversations.hearing.plain_words import says_little
from conversations.portals.model import Portal
from conversations.state import BESIDE_LENGTH, Fresh, State
from conversations.talk import Phrase, RemoveMessage
from conversations.turns.links import (
    capture,
    needs_joining,
    some_wait,
    staying,
    was_sent,
    without_front_pages_of,
)
from conversations.turns.names import keep_page, keep_words_beside, let_words_stand_beside, most_words
from conversations.turns.turn import Turn, ask_next, left_open, move, new_draft, remarked, siblings


def linked(state: State, found: Found, portal: Portal, fresh: Fresh) -> Turn:
    """Take the links of a message; the message goes once all of it is on our own card."""
    if FLOW[state.step].takes is Takes.PAGE and found.addresses and not was_sent(state, found.addresses[0]):
        return _led_there(state, found)
    if not found.addresses:
        return _nothing_new(state, found, portal)
    drafting = new_draft(state, fresh) if state.draft.revision else let_words_stand_beside(state)
    captured = capture(drafting, found, portal)
    draft = captured.draft
    if state.step == "page":
        draft = without_front_pages_of(draft, captured.taken)
    settled = replace(drafting, draft=draft, replacing=None, tries=0, unread="", remark=())
    settled = keep_words_beside(settled, found.rest, captured, portal)
    length = len(most_words(settled))
    if before := _said_before(drafting):
        settled = keep_words_beside(settled, before, None, portal)
    again = adds_to_sent(settled)
    remarks = (*left_open(state), *_remarks(state, found, portal, full=captured.left_out, again=again))
    shown = _shown(settled, captured.next_step, (*needs_joining(captured.taken), *remarks))
    # Only the reporter can tell what they meant by a doubtful link, so its message stays.
    doubtful = not set(found.doubtful).isdisjoint(captured.taken)
    whole = not (captured.left_out or length > BESIDE_LENGTH or doubtful)
    return _removing(shown, whole=whole)


def _said_before(state: State) -> str:
    """Give what was written before the link and tells something; it is offered behind the link's words."""
    return "\n".join(line for line in state.unread.split("\n") if not says_little(line))


def _shown(state: State, to: str, remark: tuple[Phrase, ...]) -> State:
    if state.asked:
        then = state.asked.then and replace(state.asked.then, to=to)
        return move(replace(state, asked=replace(state.asked, to=to, then=then)), "whose", *remark)
    return ask_next(state, to, *remark)


def _remarks(state: State, found: Found, portal: Portal, *, full: bool, again: bool) -> tuple[Phrase, ...]:
    """Say what happened to what was sent before, and to what did not fit."""
    if full:
        left = siblings("link.full", 2, ("maximum", str(portal.maximum_addresses)))
        return remarked(state, *left).remark[-1:]
    if found.known and state.handed_in:
        return (Phrase("link.some_sent"),)
    is_new = state.draft.is_sent and not state.practice and not again
    return (Phrase("new_report"),) if is_new else ()


def _removing(state: State, *, whole: bool) -> Turn:
    if whole:
        return Turn(state, (RemoveMessage(),))
    return Turn(replace(state, remark=(*state.remark, Phrase(f"stays.{state.channel}"))))


def _led_there(state: State, found: Found) -> Turn:
    """Keep the link of the page that led there; with more than one, the message stays."""
    page = keep_page(replace(state, remark=()), found.addresses[0].given, FLOW[state.step].then)
    whole = len(found.addresses) == 1 and not any(map(str.isalnum, found.rest))
    kept = _removing(page.state, whole=whole)
    return Turn(kept.state, (*page.effects, *kept.effects))


def _nothing_new(state: State, found: Found, portal: Portal) -> Turn:
    """Say whether the links wait here, or were sent before; words beside them are kept."""
    if not (state.draft.is_unsent and some_wait(state, found.known)):
        known = remarked(state, *siblings("link.sent", 2))
        whole = not any(map(str.isalnum, found.rest))
        return Turn(known, (RemoveMessage(),)) if whole else Turn(known)
    if state.step == "change" and state.replacing is not None:
        state = replace(state, draft=replace(state.draft, addresses=staying(state)))
    waiting = remarked(
        move(replace(state, replacing=None), "review", *state.remark), *siblings("link.known", 2)
    )
    told = keep_words_beside(waiting, found.rest, None, portal)
    shown = _shown(told, "review", waiting.remark)
    return _removing(shown, whole=len(most_words(shown)) <= BESIDE_LENGTH)

"""What a message means at a step: a link first, then the step's own answer, then plain words, then help."""

from collections.abc import Mapping
from dataclasses import replace

from conversations import address
from conversations.address import Found, Unreportable
from conversations.cards import offered
from conversations.choosing import take
from conversations.commanding import commanded, opened
from conversations.events import Attached, Command, Media, Said
from conversations.flow import FLOW
from conversations.links import PARTIAL_LENGTH, capture
from conversations.moving import Moved, kept, move, new_draft, remarked, siblings
from conversations.portal import Portal
from conversations.report import MAXIMUM_ADDRESS_LENGTH, read_receipt
from conversations.state import Fresh, State
from conversations.steps import Act, Choice, Takes
from conversations.talk import AskStatus, Phrase, RemoveMessage
from conversations.understanding import Meaning, asks_for_material, meaning, number

ANSWER_LENGTHS = {"page_password": 200, "position": 200, "note": 1000}
_MISSES = {
    Takes.LINK: siblings("no_link", 3),
    Takes.PAGE: siblings("no_link", 3),
    Takes.RECEIPT: siblings("receipt.unread", 2),
}
_CHOOSE = siblings("choose", 2)
_IMAGES = frozenset({Media.PICTURE, Media.VIDEO})


def said(state: State, event: Said, portals: Mapping[str, Portal], fresh: Fresh) -> Moved:
    """Understand a message; whatever it is, no captured link is lost by it."""
    step = FLOW[state.step]
    receipt = read_receipt(event.text) if step.takes is Takes.RECEIPT else None
    if receipt:
        return Moved(replace(state, remark=()), (AskStatus(receipt),))
    if step.takes is Takes.ANSWER:
        return _answered(state, event.text.strip())
    found = address.find(event.text, handles=state.step in {"link", "change"})
    if found.addresses:
        return _linked(state, found, portals[state.portal], fresh)
    if event.edited:
        return Moved(state)
    return _worded(state, event.text, portals, fresh) or Moved(_missed(state, event.text, found))


def attached(state: State, event: Attached, portal: Portal, fresh: Fresh) -> Moved:
    """Refuse what is not text, unopened; a link in its caption is kept all the same."""
    found = address.find(event.caption)
    if found.addresses and FLOW[state.step].takes is not Takes.ANSWER:
        linked = _linked(state, found, portal, fresh).state
        return Moved(replace(linked, remark=(Phrase("media.link_kept"),)), (RemoveMessage(),))
    refusals = siblings("media.images" if event.media in _IMAGES else "media.other", 2)
    return Moved(replace(remarked(state, *refusals), misses=state.misses + 1), (RemoveMessage(),))


def _linked(state: State, found: Found, portal: Portal, fresh: Fresh) -> Moved:
    if FLOW[state.step].takes is Takes.PAGE:
        return _keep_and_go_on(state, found.addresses[0].given)
    drafting = new_draft(state, fresh) if state.draft.revision else state
    captured = capture(drafting, found, portal)
    taken = replace(drafting, draft=captured.draft, after="review", misses=0, unread="")
    return Moved(move(taken, captured.next_step, *captured.remark), (RemoveMessage(),))


def _answered(state: State, text: str) -> Moved:
    maximum = ANSWER_LENGTHS[FLOW[state.step].keeps]
    if len(text) > maximum:
        return Moved(remarked(state, *siblings("too_long", 2, ("maximum", str(maximum)))))
    return _keep_and_go_on(state, text)


def _keep_and_go_on(state: State, text: str) -> Moved:
    step = FLOW[state.step]
    keeping = kept(state, step.keeps, text[:MAXIMUM_ADDRESS_LENGTH])
    return Moved(move(keeping.state, step.then), keeping.effects)


def _worded(state: State, text: str, portals: Mapping[str, Portal], fresh: Fresh) -> Moved | None:
    match meaning(text):
        case Meaning.START:
            return Moved(opened(state, "", portals, fresh))
        case Meaning.STOP:
            return commanded(state, Command.CANCEL, fresh)
        case Meaning.HELP:
            return commanded(state, Command.HELP, fresh)
    if state.step != "own_behaviour" and asks_for_material(text):
        return Moved(move(state, "own_behaviour", Phrase("only_links")))
    choice = _typed_choice(state, text, portals[state.portal])
    return take(choice, state, fresh) if choice else None


def _typed_choice(state: State, text: str, portal: Portal) -> Choice | None:
    """Find the choice that a number or a yes or no names; Send is only ever tapped."""
    choices = [choice for row in offered(state, portal) for choice in row]
    place = number(text)
    if place is not None:
        named = choices[place - 1 : place] if place else []
    else:
        named = [choice for choice in choices if choice.name in _YES_NO.get(meaning(text), ())]
    return next((choice for choice in named if choice.does is not Act.SEND), None)


_YES_NO: dict[Meaning | None, tuple[str, ...]] = {
    Meaning.YES: ("live_yes", "yes_withdraw"),
    Meaning.NO: ("live_no", "no_keep", "skip"),
}


def _missed(state: State, text: str, found: Found) -> State:
    step = FLOW[state.step]
    candidates = _MISSES.get(step.takes, _CHOOSE)
    if found.unreportable:
        candidates = siblings(found.unreportable[0].value, 2)
    remembers = step.takes is Takes.LINK and Unreportable.EMAIL not in found.unreportable
    unread = max(state.unread, text.strip()[:PARTIAL_LENGTH], key=len) if remembers else state.unread
    return replace(remarked(state, *candidates), misses=state.misses + 1, unread=unread)

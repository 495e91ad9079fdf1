"""What a message means at a step: a link first, then the step's own answer, then plain words, then help."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from conversations import address
from conversations.address import Found, Unreportable
from conversations.events import Attached, Command, Media, Said
from conversations.flow import FLOW
from conversations.flow.steps import Act, Choice, Takes
from conversations.portals.model import Portal
from conversations.state import Fresh, State
from conversations.talk import AskStatus, Effect, Phrase, RemoveMessage
from conversations.turns.cards import offered
from conversations.turns.commands import commanded, opened
from conversations.turns.links import PARTIAL_LENGTH, capture, needs_joining
from conversations.turns.names import ask_about_links, keep_page, keep_text
from conversations.turns.plain_words import Meaning, asks_for_material, meaning, number
from conversations.turns.taps import take
from conversations.turns.turn import Turn, move, new_draft, remarked, siblings
from conversations.wire.report import read_receipt

ANSWER_LENGTHS = {"page_password": 200, "position": 200, "note": 1000}
_MISSES = {
    Takes.LINK: siblings("no_link", 3),
    Takes.PAGE: siblings("no_link", 3),
    Takes.RECEIPT: siblings("receipt.unread", 2),
}
_IMAGES = frozenset({Media.PICTURE, Media.VIDEO})
_CHOOSE = siblings("choose", 2)
_IN_HAND = siblings("in_hand", 2)
_PAUSED = siblings("paused.again", 2)
_ANSWERS = frozenset({Takes.ANSWER, Takes.PAGE, Takes.RECEIPT})
_HANDLES_COUNT = frozenset({"link", "change", "page", "copy", "copy_browser", "copy_app", "copy_telegram"})
_YES_NO: dict[Meaning | None, tuple[str, ...]] = {
    Meaning.YES: ("live_yes", "yes_withdraw"),
    Meaning.NO: ("live_no", "no_keep", "skip"),
}


def said(state: State, event: Said, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    """Understand a message; no message loses a captured link."""
    text = readable(event.text)
    takes = FLOW[state.step].takes
    receipt = read_receipt(text) if takes is Takes.RECEIPT else None
    if receipt:
        return Turn(replace(state, remark=()), (AskStatus(receipt),))
    if portals[state.portal].paused and takes not in _ANSWERS:
        return Turn(_still_paused(state))
    found = _found(state, text)
    if event.edited and (state.draft.revision or not found.addresses):
        return Turn(state)
    if takes is Takes.ANSWER:
        return _worded(state, text, portals, fresh) or _answered(state, text, found, portals[state.portal])
    if found.addresses:
        return _linked(state, found, portals[state.portal], fresh)
    return _worded(state, text, portals, fresh) or Turn(_missed(state, text, found))


def attached(state: State, event: Attached, portal: Portal, fresh: Fresh) -> Turn:
    """Refuse what is not text, without opening it; a link in its caption is kept."""
    found = _found(state, readable(event.caption))
    takes_link = FLOW[state.step].takes is not Takes.ANSWER and not portal.paused
    if not (found.addresses and takes_link):
        refusals = siblings("media.images" if event.media in _IMAGES else "media.other", 2)
        return Turn(remarked(state, *refusals), (RemoveMessage(),))
    linked = _linked(state, found, portal, fresh)
    said_so = remarked(replace(linked.state, remark=state.remark), *siblings("media.link_kept", 2))
    return Turn(said_so, _with_removal(linked.effects))


def readable(text: str) -> str:
    """Replace lone surrogates, which some apps produce and no sealed report can hold."""
    return text.encode("utf-8", "replace").decode()


def _found(state: State, text: str) -> Found:
    return address.find(text, handles=state.step in _HANDLES_COUNT)


def _linked(state: State, found: Found, portal: Portal, fresh: Fresh) -> Turn:
    if FLOW[state.step].takes is Takes.PAGE:
        page = keep_page(replace(state, remark=()), found.addresses[0].given, FLOW[state.step].then)
        return Turn(page.state, (*page.effects, RemoveMessage()))
    if state.draft.is_sent and _all_known(state, found):
        return Turn(remarked(state, *siblings("link.known", 2)), (RemoveMessage(),))
    drafting = new_draft(state, fresh) if state.draft.revision else state
    captured = capture(drafting, found, portal)
    settled = replace(drafting, draft=captured.draft, tries=0, unread="")
    if captured.left_out:
        full = siblings("link.full", 2, ("maximum", str(portal.maximum_addresses)))
        return Turn(remarked(move(settled, captured.next_step, *state.remark), *full))
    if not captured.taken:
        known = remarked(move(settled, "review", *state.remark), *siblings("link.known", 2))
        return Turn(known, (RemoveMessage(),))
    another = (Phrase("new_report"),) if state.draft.is_sent else ()
    remark = (*another, *needs_joining(captured.taken))
    givens = tuple(link.given for link in captured.taken)
    return Turn(
        ask_about_links(replace(settled, remark=remark), givens, captured.next_step), (RemoveMessage(),)
    )


def _all_known(state: State, found: Found) -> bool:
    known = {address.canonical(given) for given in state.draft.addresses}
    return all(address.canonical(link.given) in known for link in found.addresses)


def _answered(state: State, text: str, found: Found, portal: Portal) -> Turn:
    answer = text.strip()
    maximum = ANSWER_LENGTHS[FLOW[state.step].keeps]
    if len(answer) > maximum:
        return Turn(remarked(state, *siblings("too_long", 2, ("maximum", str(maximum)))))
    if not visible(answer):
        return Turn(remarked(state, *siblings("empty", 2)))
    step = FLOW[state.step]
    keeping = keep_text(replace(state, remark=()), step.keeps, answer, step.then, portal)
    telling = bool(found.addresses) or keeping.state.asked is not None
    return Turn(keeping.state, _with_removal(keeping.effects) if telling else keeping.effects)


def visible(text: str) -> str:
    """Remove invisible characters: control and format characters, except line breaks."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"}).strip()


def _with_removal(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    return effects if RemoveMessage() in effects else (*effects, RemoveMessage())


def _worded(state: State, text: str, portals: Mapping[str, Portal], fresh: Fresh) -> Turn | None:
    meant = meaning(text)
    if meant is Meaning.STOP:
        return (
            Turn(move(state, "stopping"))
            if state.draft.is_unsent
            else commanded(state, Command.CANCEL, fresh)
        )
    if meant is Meaning.HELP:
        return commanded(state, Command.HELP, fresh)
    if meant is Meaning.START and not state.draft.revision:
        return Turn(opened(state, "", portals, fresh))
    if asks_for_material(text) and FLOW[state.step].takes is not Takes.ANSWER:
        return Turn(_only_links(state))
    choice = _typed_choice(state, text, portals[state.portal])
    return take(choice, state, portals[state.portal], fresh) if choice else None


def _only_links(state: State) -> State:
    inside = state if state.step == "own_behaviour" else move(state, "own_behaviour", *state.remark)
    return remarked(inside, *siblings("only_links", 2))


def _typed_choice(state: State, text: str, portal: Portal) -> Choice | None:
    """Find the choice that a number or a yes or no names; Send is only ever tapped."""
    choices = [choice for row in offered(state, portal) for choice in row]
    place = None if FLOW[state.step].takes is Takes.ANSWER else number(text)
    names = _YES_NO.get(meaning(text), ())
    named = choices[place - 1 : place] if place else [choice for choice in choices if choice.name in names]
    return next((choice for choice in named if choice.does is not Act.SEND), None)


def _still_paused(state: State) -> State:
    return remarked(state, *_PAUSED) if state.step == "paused" else move(state, "paused")


def _missed(state: State, text: str, found: Found) -> State:
    missed = remarked(state, *_candidates(state, found))
    if FLOW[state.step].takes is not Takes.LINK or Unreportable.EMAIL in found.unreportable:
        return missed
    unread = f"{state.unread}\n{visible(text)}".strip()[:PARTIAL_LENGTH]
    return replace(missed, tries=state.tries + 1, unread=unread)


def _candidates(state: State, found: Found) -> tuple[Phrase, ...]:
    if found.unreportable:
        return siblings(found.unreportable[0].value, 2)
    if state.draft.is_unsent and FLOW[state.step].takes is Takes.LINK:
        return _IN_HAND
    return _MISSES.get(FLOW[state.step].takes, _CHOOSE)

"""What a message means at a step: a link first, then a need, the step's own answer, and plain words."""

import unicodedata
from collections.abc import Mapping

from msgspec.structs import replace

from conversations.address.finding import Found
from conversations.events import Command, Said
from conversations.flow import FLOW
from conversations.flow.steps import Takes
from conversations.hearing.needs import Need, Who
from conversations.hearing.plain_words import Meaning, meaning
from conversations.hearing.speaking import spoken
from conversations.portals.model import Portal
from conversations.state import Fresh, State
from conversations.talk import AskStatus, Effect, Phrase, RemoveMessage
from conversations.turns.commands import commanded
from conversations.turns.doubts import asked_about, with_words_of_doubt
from conversations.turns.hearing import answered, heard_in
from conversations.turns.linked import linked
from conversations.turns.links import find_new
from conversations.turns.names import keep_text
from conversations.turns.taps import take
from conversations.turns.turn import LONGEST_NOTE, Turn, move, remarked, siblings
from conversations.turns.typed import typed_choice, worded
from conversations.turns.unread import unread
from conversations.wire.report import read_receipt, receipt_in

ANSWER_LENGTHS = {"page_password": 200, "position": 200, "note": LONGEST_NOTE}
_PAUSED = siblings("paused.again", 2)
_HANDLES_COUNT = frozenset({"link", "change", "copy", "copy_browser", "copy_app", "copy_telegram"})


def said(state: State, event: Said, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    """Understand a message; no message loses a captured link, and none is thrown away."""
    event = _with_spaces(state, Said(readable(event.text), event.edited, event.forwarded), portals)
    text, portal = event.text, portals[state.portal]
    answers = FLOW[state.step].takes is Takes.ANSWER
    found = found_in(state, text, again=not event.edited)
    links = bool(found.addresses or found.known)
    if receipt := None if answers or links else _receipt(state, text):
        return _asked_status(state, text, receipt, portals)
    if event.edited and (answers or not found.addresses):
        return Turn(_edited(state, found, portals))
    if answers and not _holds_only_links(found):
        return worded(state, event, portals, fresh) or _answered(state, text, found, portals)
    if portal.paused:
        return _while_paused(state, event, found, portals, fresh)
    if links:
        state, found = with_words_of_doubt(state, found)
        return with_need(linked(state, found, portal, fresh), found.rest, portals)
    heard = heard_in(state, text, portals)
    if found.doubtful:
        turn = asked_about(state, text, found)
        return Turn(answered(turn.state, heard, with_link=False)) if heard else turn
    if heard:
        return Turn(answered(state, heard, with_link=False))
    seeming = replace(state, seems=_seems(state, text, portal))
    return worded(seeming, event, portals, fresh) or unread(seeming, text, found, portal)


def _asked_status(state: State, text: str, receipt: str, portals: Mapping[str, Portal]) -> Turn:
    """Ask what became of a report, unless the words beside its receipt tell of a need."""
    heard = heard_in(state, text, portals)
    if heard:
        return Turn(answered(state, heard, with_link=False))
    inside = state if state.step == "status" else move(state, "status")
    return Turn(replace(inside, remark=()), (AskStatus(receipt),))


def _edited(state: State, found: Found, portals: Mapping[str, Portal]) -> State:
    """Take no change of an old message but a new link; say so where something was taken before.

    Apps tell of an edit too when only the preview of a link was added.
    """
    heard = heard_in(state, found.rest, portals)
    if heard:
        return answered(state, heard, with_link=False)
    is_new = state.draft.holds_link and any(map(str.isalnum, found.rest))
    return remarked(state, Phrase("edit.unread")) if is_new else state


def _seems(state: State, text: str, portal: Portal) -> tuple[str, ...]:
    """Give the languages other than the talk's in which a message seems to be."""
    languages = spoken(text, portal.languages)
    return () if state.language in languages else languages


def readable(text: str) -> str:
    """Replace lone surrogates, which some apps produce and no sealed report can hold."""
    return text.encode("utf-8", "replace").decode()


def visible(text: str) -> str:
    """Remove invisible characters: control and format characters, except line breaks."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"}).strip()


def _with_spaces(state: State, event: Said, portals: Mapping[str, Portal]) -> Said:
    """Put spaces for the dots of a cry in one word: "help.me" is a site's name too."""
    if len(event.text.split()) != 1 or "." not in event.text or "/" in event.text:
        return event
    spaced = event.text.replace(".", " ").strip()
    is_cry = meaning(spaced, state.language) is Meaning.HELP or heard_in(state, spaced, portals)
    return Said(spaced, event.edited, event.forwarded) if is_cry else event


def found_in(state: State, text: str, *, again: bool = True) -> Found:
    """Find the new links; a user name is one only where a link is asked for, and alone in its message."""
    if state.step in _HANDLES_COUNT:
        found = find_new(state, text, handles=True, again=again)
        if _holds_only_links(found):
            return found
    return find_new(state, text, handles=False, again=again)


def _receipt(state: State, text: str) -> str | None:
    """Find a receipt; where one is asked for, however it is spelt."""
    typed = read_receipt(text) if FLOW[state.step].takes is Takes.RECEIPT else None
    return typed or receipt_in(text)


def _holds_only_links(found: Found) -> bool:
    return bool(found.addresses or found.known) and not any(map(str.isalnum, found.rest))


def with_need(turn: Turn, rest: str, portals: Mapping[str, Portal]) -> Turn:
    """Show what answers a need that stands beside a link; the link waits."""
    heard = heard_in(turn.state, rest, portals)
    return Turn(answered(turn.state, heard, with_link=True), turn.effects) if heard else turn


def _answered(state: State, text: str, found: Found, portals: Mapping[str, Portal]) -> Turn:
    """Keep the answer to a question; a note grows with each message, and with what its card showed.

    A need is answered, and is no answer. A note holds it too: its card says who will read it.
    """
    step = FLOW[state.step]
    before = (
        f"{dict(state.draft.answers).get('note', '')}\n{state.unread}".strip() if step.keeps == "note" else ""
    )
    answer = visible(text)
    maximum = ANSWER_LENGTHS[step.keeps]
    too_long = len(f"{before}\n{text.strip()}".strip()) > maximum
    heard = heard_in(state, text, portals)
    presses = heard is not None and (heard.who is Who.FIRST or heard.need is Need.DANGER)
    if heard and presses and (too_long or step.keeps != "note"):
        return Turn(answered(state, heard, with_link=False))
    if too_long:
        return Turn(remarked(state, *siblings("too_long", 2, ("maximum", str(maximum)))))
    if not answer:
        return Turn(remarked(state, *siblings("empty", 2)))
    portal = portals[state.portal]
    asked = replace(state, remark=(), unread="" if step.keeps == "note" else state.unread)
    keeping = keep_text(asked, step.keeps, text.strip(), step.then, portal, before=before)
    telling = bool(found.addresses or found.known) or keeping.state.asked is not None
    turn = Turn(keeping.state, with_removal(keeping.effects) if telling else keeping.effects)
    if heard and presses:
        return Turn(answered(turn.state, heard, with_link=False), turn.effects)
    return turn


def with_removal(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Let the message be deleted too."""
    return effects if RemoveMessage() in effects else (*effects, RemoveMessage())


def _while_paused(
    state: State, event: Said, found: Found, portals: Mapping[str, Portal], fresh: Fresh
) -> Turn:
    """Take no report, and keep every way to help open."""
    heard = heard_in(state, found.rest, portals)
    if heard:
        return Turn(answered(state, heard, with_link=False))
    if meaning(event.text, state.language) is Meaning.HELP:
        return commanded(state, Command.HELP, fresh)
    if choice := typed_choice(state, event.text, portals[state.portal]):
        return take(choice, state, portals[state.portal], fresh)
    return Turn(remarked(state, *_PAUSED) if state.step == "paused" else move(state, "paused"))

"""What is not understood: people are named first, then the exits, and what was written is not lost."""

from msgspec.structs import replace

from conversations.address import Unreportable
from conversations.address.finding import Found
from conversations.flow import DETAILS, FLOW
from conversations.flow.steps import Takes
from conversations.hearing.identity import names_in
from conversations.hearing.plain_words import is_polite, says_little
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase, RemoveMessage
from conversations.turns.links import PARTIAL_LENGTH
from conversations.turns.names import ask_about_handles, keep_text, keep_words_beside
from conversations.turns.turn import LONGEST_NOTE, Turn, move, remarked, siblings

# Steps at which nothing is asked but a link, or what it is about.
_ASKING = frozenset({"first", "kind", "link", "copy", "copy_browser", "copy_app", "copy_telegram"})
# Steps that ask about a link in hand.
_IN_QUESTION = frozenset({"doubt", "site", "search_page", "page", "whose", "change_which", "stopping"})
_QUESTIONS_AFTER = frozenset(step.name for step in DETAILS) - {"end"}
_AFTER_SENDING = _QUESTIONS_AFTER | {"sent", "end"}
# One or two words, such as "what now", are meant for the buttons.
_LEAST_WORDS = 3
_QUESTIONS = ("?", "\u061f")
_IN_HAND = siblings("in_hand", 2)
_ASKED_TWICE = siblings("in_question", 2)
_CHOOSE = siblings("choose", 2)


def unread(state: State, text: str, found: Found, portal: Portal) -> Turn:
    """Answer a message in which there is no link, no need, and no word that says what a tap would."""
    takes = FLOW[state.step].takes
    if found.unreportable:
        return Turn(_counted(remarked(state, *siblings(found.unreportable[0].value, 2)), text, found))
    if takes is Takes.RECEIPT:
        return Turn(remarked(state, *siblings("receipt.unread", 2)))
    if state.step == "chat_only" and not state.draft.is_unsent and any(map(str.isalnum, text)):
        return _in_place_of_a_link(state, text.strip(), portal)
    if state.step in _IN_QUESTION:
        return Turn(remarked(state, *(_ASKED_TWICE if state.draft.is_unsent else _ASKED_TWICE[:1])))
    if state.step in _AFTER_SENDING and state.draft.is_sent and not state.practice:
        return Turn(_written_later(state, text.strip()))
    if takes is Takes.LINK and state.draft.is_unsent:
        return _in_hand(state, text, portal)
    if state.step in _ASKING:
        return _asking(state, text, found, portal)
    return Turn(remarked(state, *_to_choose(state)))


def _to_choose(state: State) -> tuple[Phrase, ...]:
    return siblings("no_link", 3) if FLOW[state.step].takes is Takes.PAGE else _CHOOSE


def _in_place_of_a_link(state: State, text: str, portal: Portal) -> Turn:
    """Keep what stands for a link, with what was written before it where there is room for both."""
    if len(text) > PARTIAL_LENGTH:
        return Turn(remarked(state, *siblings("too_long", 2, ("maximum", str(PARTIAL_LENGTH)))))
    both = f"{state.unread}\n{text}".strip()
    kept = both if len(both) <= PARTIAL_LENGTH else text
    return keep_text(replace(state, remark=(), tries=0, unread=""), "partial", kept, "review", portal)


def _written_later(state: State, text: str) -> State:
    """Offer what is written after sending as the note: at once, or where the questions come to it."""
    is_answer = len(text.split()) < _LEAST_WORDS or text.endswith(_QUESTIONS)
    remembered = None if is_answer else _remembered(state, text)
    if remembered is None:
        return remarked(state, *_to_choose(state))
    if state.step in _QUESTIONS_AFTER:
        return remarked(remembered, *_to_choose(state))
    return move(remembered, "note")


def refused_media(state: State, words: str, caption: str, found: Found, portal: Portal) -> Turn:
    """Refuse what was neither opened nor kept; the second unread message in a row shows the exits.

    The words of its caption can be sent in place of a link.
    """
    refusals = siblings(words, 2)
    if state.step not in _ASKING or portal.paused:
        return Turn(_with_words_of_picture(remarked(state, *refusals), caption, portal), (RemoveMessage(),))
    return Turn(_counted(_next_card(state, *refusals), caption, found), (RemoveMessage(),))


def _with_words_of_picture(state: State, caption: str, portal: Portal) -> State:
    """Keep the words beside the link in hand; after sending they are offered as the note."""
    if says_little(caption):
        return state
    if state.draft.is_unsent:
        return keep_words_beside(state, caption, None, portal)
    return (_remembered(state, caption) if state.draft.is_sent else None) or state


def _remembered(state: State, text: str) -> State | None:
    """Remember words that the note can take up, or give None where it has no room for them."""
    said = f"{state.unread}\n{text}".strip()
    note = dict(state.draft.answers).get("note", "")
    fits = len(said) <= PARTIAL_LENGTH and len(f"{note}\n{said}") <= LONGEST_NOTE
    return replace(state, unread=said) if fits else None


def _asking(state: State, text: str, found: Found, portal: Portal) -> Turn:
    """Name people before links; at the second time show the exits. What was written can be sent as it is."""
    if names_in(text, None, digits=False) and "@" in text:
        return Turn(ask_about_handles(state, text, portal))
    first, second, third = siblings("no_link", 3)
    remark = (second, third) if state.step == "kind" else (first, second)
    return Turn(_counted(_next_card(state, *remark), text, found))


def _next_card(state: State, first: Phrase, second: Phrase) -> State:
    """Say the first sentence where the reporter is, and the second with the exits."""
    if state.step == "kind":
        return replace(remarked(state, second, first), tries=state.tries + 1)
    moved = move(state, "kind", second) if state.tries else replace(state, remark=(first,))
    return replace(moved, tries=state.tries + 1, misses=state.misses + 1)


def _counted(state: State, text: str, found: Found) -> State:
    """Keep the words, which can be sent in place of a link; an e-mail address is never kept."""
    if Unreportable.EMAIL in found.unreportable or state.step not in _ASKING:
        return state
    # What leads to the page stands at the beginning of a link that is too long.
    is_long = Unreportable.TOO_LONG in found.unreportable
    said = text.strip()[: PARTIAL_LENGTH // 2] if is_long else text.strip()
    if said in state.unread.split("\n"):
        return state
    return replace(state, unread=f"{state.unread}\n{said}".strip()[-PARTIAL_LENGTH:])


def _in_hand(state: State, text: str, portal: Portal) -> Turn:
    """Keep words that follow a link beside it, and those that follow a partial link with it."""
    if state.draft.addresses:
        told = remarked(state, *(_ASKED_TWICE if state.step == "change" else _IN_HAND))
        if says_little(text):
            return Turn(told)
        kept = keep_words_beside(told, text, None, portal)
        return Turn(move(kept, "whose") if kept.asked else kept)
    if is_polite(text) or not any(map(str.isalnum, text)):
        return Turn(remarked(state, *_IN_HAND))
    partial = text if state.step == "change" else f"{state.draft.partial}\n{text}"
    if len(partial) > PARTIAL_LENGTH:
        return Turn(remarked(state, Phrase("partial.full")))
    added = replace(state, remark=(Phrase("partial.added"),))
    return keep_text(added, "partial", partial.strip(), "review", portal)

"""Asks whose a name or number is; it is kept only once the reporter says that it is not theirs."""

import re

from msgspec.structs import replace

from conversations.hearing.identity import names_in, names_in_link, without_names
from conversations.hearing.leaving_out import left_out
from conversations.hearing.plain_words import only_joins, says_little
from conversations.portals.model import Portal
from conversations.state import Asked, State
from conversations.talk import Phrase
from conversations.turns.links import PARTIAL_LENGTH, Captured
from conversations.turns.turn import Turn, ask_next, kept, move, submitted

_DIGITS_NAME_SOMEBODY = frozenset({"note", "partial"})
_IN_PLACE_OF_A_LINK = frozenset({"partial", "handles"})
_IN_THEIR_WORDS = frozenset({"note", "position", "page_password"})
_LONGEST_ANSWER = 2
_MOST_OWN_NAMES = 50
_OF_A_LINK = frozenset({"beside", "addresses"})
_OF_LINKS = frozenset({"addresses", "referer"})
# "12." before a link is its number in a list.
_NUMBER_IN_A_LIST = re.compile(r"\W*(?:\d{1,3}[.):-]|\d{1,2})?\W*")
# Of the words beside a link no more are kept; 200 of these letters are sent.
MOST_BESIDE = 2000


def keep_text(  # noqa: PLR0913 - each is a part of what is kept
    state: State, about: str, text: str, to: str, portal: Portal, *, before: str = ""
) -> Turn:
    """Keep a text for a field of the report without the names in it, and ask whose they are.

    `before` is what the field holds already; the text is added to it.
    """
    text = left_out(text, state.own_names)
    names = names_in(text, portal.region, digits=_may_be_numbers(about, text))
    turn = kept(state, about, _joined(before, left_out(text, names)))
    return Turn(_on_to(turn.state, Asked(about, _joined(before, text), names, to)), turn.effects)


def _may_be_numbers(about: str, text: str) -> bool:
    """Tell whether digits may be somebody's number; a short answer, such as "post 4", is one itself."""
    return about in _DIGITS_NAME_SOMEBODY or len(text.split()) > _LONGEST_ANSWER


def _joined(before: str, text: str) -> str:
    return f"{before}\n{text}".strip()


def keep_words_beside(state: State, words: str, captured: Captured | None, portal: Portal) -> State:
    """Keep the words beside links, to be offered with them; ask about names in the links and in the words."""
    taken = captured.taken if captured else ()
    said = left_out(_tidied(words, is_list=len(taken) > 1), state.own_names)
    names = names_in(said, portal.region)
    before = state.draft.beside
    beside = _joined(before, left_out(said, names)) if any(map(str.isalnum, said)) else before
    asked = _about_words(state, said, names)
    if about_links := _about_links(state, tuple(link.given for link in taken)):
        asked = replace(about_links, then=asked)
    others = state.asked if state.asked and state.asked.about not in _OF_A_LINK else None
    return replace(state, draft=replace(state.draft, beside=beside[:MOST_BESIDE]), asked=asked or others)


def _tidied(words: str, *, is_list: bool) -> str:
    """Give the lines without spaces around them; of a list of links, without its numbers and its "and"."""
    lines = (" ".join(part.split()) for part in words.split("\n"))
    return "\n".join(line for line in lines if not (is_list and _only_lists(line))).strip()


def _only_lists(line: str) -> bool:
    return bool(_NUMBER_IN_A_LIST.fullmatch(line)) or only_joins(line)


def _about_words(state: State, said: str, names: tuple[str, ...]) -> Asked | None:
    asked = _open(state, "beside") or Asked("beside", state.draft.beside, (), "review")
    added = _added(asked, said, names)
    return added and replace(added, full=added.full[:MOST_BESIDE])


def _about_links(state: State, givens: tuple[str, ...]) -> Asked | None:
    naming = [given for given in givens if names_in_link(given)]
    names = tuple(name for given in naming for name in names_in_link(given))
    return _added(_open(state, "addresses") or Asked("addresses", "", (), "review"), "\n".join(naming), names)


def most_words(state: State) -> str:
    """Give the words beside the links as long as they may become: with the names that are asked about."""
    asked = _open(state, "beside")
    return asked.full if asked else state.draft.beside


def _open(state: State, about: str) -> Asked | None:
    """Give what is still asked about the words beside the links, or about the links."""
    asked = state.asked
    while asked and asked.about != about:
        asked = asked.then
    return asked


def _added(asked: Asked, text: str, names: tuple[str, ...]) -> Asked | None:
    """Add a text and its names to what is asked about; None where no name is left to ask about."""
    new = tuple(name for name in dict.fromkeys(names) if name not in asked.names)
    added = replace(asked, full=_joined(asked.full, text), names=(*asked.names, *new), then=None)
    return added if added.now else None


def let_words_stand_beside(state: State) -> State:
    """Let words in place of a link, about whose names the reporter has not answered, stand beside one."""
    asked = state.asked
    if asked is None or asked.about not in _IN_PLACE_OF_A_LINK:
        return state
    before = state.draft.beside
    draft = replace(state.draft, partial="", beside=_joined(before, left_out(asked.full, asked.names)))
    full = replace(asked, about="beside", full=_joined(before, asked.full), to="review")
    return replace(state, draft=draft, asked=full)


def ask_about_handles(state: State, text: str, portal: Portal) -> State:
    """Ask whose a user name in a sentence is; one of the account that posts is a partial link.

    What was written before goes with it where there is room for both: the app, or what is there.
    """
    before = "\n".join(line for line in state.unread.split("\n") if not says_little(line))
    both = f"{before}\n{text}".strip()
    said = both if len(both) <= PARTIAL_LENGTH else text
    asked = Asked("handles", said, names_in(said, portal.region), state.step)
    return move(replace(state, asked=asked), "whose")


def keep_page(state: State, given: str, to: str) -> Turn:
    """Keep the link of the page that led there, and ask about a user name in it."""
    answers = {**dict(state.draft.answers), "reached": "page"}
    reached = replace(state, draft=replace(state.draft, answers=tuple(answers.items())))
    turn = kept(reached, "referer", without_names(given))
    return Turn(_on_to(turn.state, Asked("referer", given, names_in_link(given), to)), turn.effects)


def answered_whose(state: State, *, theirs: bool) -> Turn:
    """Ask about the next name, or go on; one of the account that posts is evidence, and is put back."""
    if state.asked is None:
        return Turn(move(state, "first"))
    now = state.asked.now
    mine = state.asked.mine if theirs else (*state.asked.mine, *now)
    asked = replace(state.asked, answered=state.asked.answered + len(now), mine=mine)
    if asked.now:
        return Turn(move(replace(state, asked=asked), "whose"))
    own = (*state.own_names, *(name for name in asked.mine if name not in state.own_names))
    known = _without_own_names(replace(state, asked=asked.then, own_names=own[-_MOST_OWN_NAMES:]))
    turn = _all_answered(known, asked)
    if state.draft.is_sent and known.draft.answers != state.draft.answers and not turn.effects:
        # A name that is known now to be the reporter's own stands in what was sent.
        return submitted(turn.state)
    return turn


def _without_own_names(state: State) -> State:
    """Leave the reporter's own names out of what was kept before they were known to be theirs."""
    draft, own = state.draft, state.own_names
    answers = tuple(
        (name, left_out(value, own) if name in _IN_THEIR_WORDS else value) for name, value in draft.answers
    )
    beside, partial = left_out(draft.beside, own), left_out(draft.partial, own)
    return replace(state, draft=replace(draft, beside=beside, partial=partial, answers=answers))


def _all_answered(state: State, asked: Asked) -> Turn:
    full = _without_own(asked, (*asked.mine, *state.own_names))
    if asked.about == "handles":
        return Turn(_handle_answered(state, asked, full))
    turn = kept(state, asked.about, full) if len(asked.mine) < len(asked.names) else Turn(state)
    if state.asked:
        return Turn(move(turn.state, "whose"), turn.effects)
    if turn.state.draft.partial and not any(map(str.isalnum, turn.state.draft.partial)):
        return Turn(_nothing_left(turn.state), turn.effects)
    return Turn(ask_next(turn.state, asked.to), turn.effects)


def _without_own(asked: Asked, own: tuple[str, ...]) -> str:
    """Give a text, or the links of its lines, without the reporter's own names."""
    if asked.about in _OF_LINKS:
        return "\n".join(without_names(given, own) for given in asked.full.split("\n"))
    return left_out(asked.full, own, among=asked.names)


def _nothing_left(state: State) -> State:
    """Ask for a link again: of the words in its place nothing but the reporter's own names was there."""
    return move(replace(state, draft=replace(state.draft, partial="")), "link", Phrase("no_link.1"))


def _handle_answered(state: State, asked: Asked, full: str) -> State:
    if len(asked.mine) < len(asked.names):
        draft = replace(state.draft, partial=full[:PARTIAL_LENGTH])
        return ask_next(replace(state, draft=draft, tries=0, unread=""), "review")
    unread = full if full.startswith(state.unread) else f"{state.unread}\n{full}"[-PARTIAL_LENGTH:].strip()
    back = replace(state, tries=state.tries + 1, unread=unread)
    return move(back, asked.to, Phrase("no_link.1"))


def _on_to(state: State, asked: Asked) -> State:
    """Go on to the next step, or first to the question whose name it is."""
    remark = state.remark
    if not asked.names:
        return ask_next(replace(state, asked=None), asked.to, *remark)
    return move(replace(state, asked=asked), "whose", *remark)

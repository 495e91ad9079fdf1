"""Asks whose a name or number is; it is kept only once the reporter says that it is not theirs."""

from dataclasses import replace

from conversations.hearing.identity import left_out, names_in, names_in_link, without_names
from conversations.portals.model import Portal
from conversations.state import Asked, State
from conversations.talk import Phrase
from conversations.turns.links import PARTIAL_LENGTH, Captured
from conversations.turns.turn import Turn, ask_next, kept, move

_DIGITS_NAME_SOMEBODY = frozenset({"note", "partial"})
_LONGEST_ANSWER = 2
# "12." before a link is its number in a list.
_LONGEST_NUMBER = 4
# Of the words beside a link no more are kept; 200 of these letters are sent.
MOST_BESIDE = 2000


def keep_text(  # noqa: PLR0913 - each is a part of what is kept
    state: State, about: str, text: str, to: str, portal: Portal, *, before: str = ""
) -> Turn:
    """Keep a text for a field of the report without the names in it, and ask whose they are.

    `before` is what the field holds already; the text is added to it.
    """
    names = names_in(text, portal.region, digits=_may_be_numbers(about, text))
    turn = kept(state, about, _joined(before, left_out(text, names)))
    return Turn(_on_to(turn.state, Asked(about, _joined(before, text), names, to)), turn.effects)


def _may_be_numbers(about: str, text: str) -> bool:
    """Tell whether digits may be somebody's number; a short answer, such as "post 4", is one itself."""
    return about in _DIGITS_NAME_SOMEBODY or len(text.split()) > _LONGEST_ANSWER


def _joined(before: str, text: str) -> str:
    return f"{before}\n{text}".strip()


def keep_words_beside(state: State, words: str, captured: Captured | None, portal: Portal) -> State:
    """Keep the words beside links, to be offered with them; ask about a name in the links, or in the words.

    Where both hold names, those in the words are left out.
    """
    lines = (" ".join(part.split()) for part in words.split("\n"))
    said = "\n".join(line for line in lines if any(map(str.isalpha, line)) or len(line) > _LONGEST_NUMBER)
    names = names_in(said, portal.region) if any(map(str.isalnum, said)) else ()
    before, full = state.draft.beside, _open_words(state)
    beside = _joined(before, left_out(said, names)) if any(map(str.isalnum, said)) else before
    kept_beside = replace(state, draft=replace(state.draft, beside=beside[:MOST_BESIDE]))
    givens = tuple(link.given for link in captured.taken) if captured else ()
    asked = _asked_about(givens, "addresses", "review")
    if asked.names:
        return replace(kept_beside, asked=asked)
    if state.asked and (state.asked.about != "beside" or not said):
        return replace(kept_beside, asked=state.asked)
    open_names = (*(state.asked.names if state.asked else ()), *names)
    asked = Asked("beside", _joined(full, said)[:MOST_BESIDE], open_names, "review")
    return replace(kept_beside, asked=asked if open_names else None)


def _open_words(state: State) -> str:
    """Give the words beside the links, with the names about which the reporter has not answered."""
    asked = state.asked
    return asked.full if asked and asked.about == "beside" else state.draft.beside


def ask_about_handles(state: State, text: str, portal: Portal) -> State:
    """Ask whose a user name in a sentence is; one of the account that posts is a partial link."""
    names = names_in(text, portal.region, digits=False)
    return move(replace(state, asked=Asked("handles", text, names, state.step)), "whose")


def keep_page(state: State, given: str, to: str) -> Turn:
    """Keep the link of the page that led there, and ask about a user name in it."""
    answers = {**dict(state.draft.answers), "reached": "page"}
    reached = replace(state, draft=replace(state.draft, answers=tuple(answers.items())))
    turn = kept(reached, "referer", without_names(given))
    return Turn(_on_to(turn.state, _asked_about((given,), "referer", to)), turn.effects)


def answered_whose(state: State, *, theirs: bool) -> Turn:
    """Ask about the next name, or go on; one of the account that posts is evidence, and is put back."""
    if state.asked is None:
        return Turn(move(state, "first"))
    asked = _without_those_on_the_card(state.asked, theirs=theirs)
    if asked.names:
        return Turn(move(replace(state, asked=asked), "whose"))
    free = replace(state, asked=None)
    if asked.about == "handles":
        return Turn(_handle_answered(free, asked))
    turn = kept(free, asked.about, asked.full) if asked.theirs else Turn(free)
    return Turn(ask_next(turn.state, asked.to), turn.effects)


def _without_those_on_the_card(asked: Asked, *, theirs: bool) -> Asked:
    return replace(
        asked,
        full=asked.full if theirs else left_out(asked.full, asked.now),
        names=asked.names[len(asked.now) :],
        times=asked.times + 1,
        theirs=asked.theirs or theirs,
    )


def _handle_answered(state: State, asked: Asked) -> State:
    if asked.theirs:
        draft = replace(state.draft, partial=asked.full[:PARTIAL_LENGTH])
        return ask_next(replace(state, draft=draft, tries=0, unread=""), "review")
    unread = f"{state.unread}\n{asked.full}".strip()[-PARTIAL_LENGTH:]
    back = replace(state, tries=state.tries + 1, unread=unread)
    return move(back, asked.to, Phrase("no_link.1"))


def _asked_about(givens: tuple[str, ...], about: str, to: str) -> Asked:
    naming = tuple(given for given in givens if names_in_link(given))
    names = tuple(dict.fromkeys(name for given in naming for name in names_in_link(given)))
    return Asked(about, "\n".join(naming), names, to)


def _on_to(state: State, asked: Asked) -> State:
    """Go on to the next step, or first to the question whose name it is."""
    remark = state.remark
    if not asked.names:
        return ask_next(replace(state, asked=None), asked.to, *remark)
    return move(replace(state, asked=asked), "whose", *remark)

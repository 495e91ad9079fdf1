"""Asks whose a name or number is; it is kept only once the reporter says that it is not theirs."""

from dataclasses import replace

from conversations.portals.model import Portal
from conversations.state import Asked, State
from conversations.turns.identity import left_out, names_in, userinfo_in, without_userinfo
from conversations.turns.turn import Turn, ask_next, kept, move

_DIGITS_NAME_SOMEBODY = frozenset({"note", "partial"})


def keep_text(state: State, about: str, text: str, to: str, portal: Portal) -> Turn:
    """Keep a text for a field of the report without the names in it, and ask whose they are."""
    names = names_in(text, portal.region, digits=about in _DIGITS_NAME_SOMEBODY)
    turn = kept(state, about, left_out(text, names))
    return Turn(_on_to(turn.state, Asked(about, text, names, to)), turn.effects)


def keep_page(state: State, given: str, to: str) -> Turn:
    """Keep the link of the page that led there, and ask about a user name in it."""
    turn = kept(state, "referer", without_userinfo(given))
    return Turn(_on_to(turn.state, _asked_about((given,), "referer", to)), turn.effects)


def ask_about_links(state: State, taken: tuple[str, ...], to: str) -> State:
    """Ask about user names in links that were taken into the draft without them."""
    return _on_to(state, _asked_about(taken, "addresses", to))


def answered_whose(state: State, *, theirs: bool) -> Turn:
    """Go on; a name of the account that posts the material is evidence, and is put back."""
    asked = state.asked
    if asked is None:
        return Turn(move(state, "first"))
    free = replace(state, asked=None)
    turn = kept(free, asked.about, asked.full) if theirs else Turn(free)
    return Turn(ask_next(turn.state, asked.to), turn.effects)


def _asked_about(givens: tuple[str, ...], about: str, to: str) -> Asked:
    naming = tuple(given for given in givens if userinfo_in(given))
    return Asked(about, "\n".join(naming), tuple(userinfo_in(given) for given in naming), to)


def _on_to(state: State, asked: Asked) -> State:
    """Go on to the next step, or first to the question whose name it is."""
    remark = state.remark
    if not asked.names:
        return ask_next(replace(state, asked=None), asked.to, *remark)
    return move(replace(state, asked=asked), "whose", *remark)

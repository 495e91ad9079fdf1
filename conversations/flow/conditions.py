"""Conditions under which a choice is offered."""

import re

from conversations import address
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase

HEARD = Phrase("heard")
# "?" and "asdf" tell an analyst nothing.
_WORD = re.compile(r"[@\w][\w\u0900-\u0903\u093a-\u094f]+")
_LEAST_WORDS = 2


def is_unsent(state: State, _portal: Portal) -> bool:
    """Tell whether there is a link that was not sent."""
    return state.draft.is_unsent


def is_sent(state: State, _portal: Portal) -> bool:
    """Tell whether there is a sent report, which can be withdrawn."""
    return state.draft.is_sent and not state.practice


def takes_reports(_state: State, portal: Portal) -> bool:
    """Tell whether the portal takes reports now."""
    return not portal.paused


def may_begin_with_a_link(state: State, portal: Portal) -> bool:
    """Tell whether a link can be asked for: none waits to be sent, and the portal takes reports."""
    return not state.draft.is_unsent and not portal.paused


def may_take_partial(state: State, _portal: Portal) -> bool:
    """Tell whether the reporter tried twice, and said something that can stand for a link."""
    return state.tries > 1 and len(_WORD.findall(state.unread)) >= _LEAST_WORDS and not state.draft.holds_link


def wrote_after_sending(state: State, _portal: Portal) -> bool:
    """Tell whether words were written after sending that no question asked for."""
    return bool(state.unread) and state.draft.is_sent


def was_not_understood(state: State, _portal: Portal) -> bool:
    """Tell whether a message was not understood since the last link."""
    return state.misses > 0


def rules_unread(state: State, _portal: Portal) -> bool:
    """Tell whether the rules may still be read one at a time."""
    return not state.rules_read


def was_heard(state: State, _portal: Portal) -> bool:
    """Tell whether words, and not a tap, have just led to this exit."""
    return HEARD in state.remark


def was_tapped(state: State, portal: Portal) -> bool:
    """Tell whether a tap led to this exit."""
    return not was_heard(state, portal)


def may_need_a_person(state: State, _portal: Portal) -> bool:
    """Tell whether a message was not understood since the last link, or words go out in place of a link."""
    return state.misses > 0 or bool(state.draft.partial)


def only_a_link(state: State, _portal: Portal) -> bool:
    """Tell whether a link waits to be sent, and no words beside it."""
    return state.draft.is_unsent and not state.draft.beside


def words_beside(state: State, _portal: Portal) -> bool:
    """Tell whether a link waits to be sent with words beside it."""
    return state.draft.is_unsent and bool(state.draft.beside)


def adds_circumstances(state: State, _portal: Portal) -> bool:
    """Tell whether taps on the way are to go with the report."""
    return state.draft.is_unsent and bool(state.draft.circumstances)


def may_replace(state: State, _portal: Portal) -> bool:
    """Tell whether the link could be the right one in place of the one that was sent before."""
    single = state.before is not None and len(state.before.addresses) <= 1
    return single and state.draft.is_unsent and not state.practice and not adds_to_sent(state)


def adds_to_sent(state: State) -> bool:
    """Tell whether the unsent links are those of the report that was sent before, to which taps add."""
    if state.before is None or not state.draft.is_unsent or not state.draft.addresses:
        return False
    before, now = (set(map(address.canonical, draft.addresses)) for draft in (state.before, state.draft))
    return before == now


def has_note(state: State, _portal: Portal) -> bool:
    """Tell whether there is a note, to which more can be added."""
    return bool(dict(state.draft.answers).get("note"))


def one_of_several(state: State, _portal: Portal) -> bool:
    """Tell whether one of several links is being changed."""
    return state.replacing is not None and len(state.draft.addresses) > 1

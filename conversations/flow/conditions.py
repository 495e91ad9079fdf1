"""Conditions under which a choice is offered."""

from conversations.portals.model import Portal
from conversations.state import State


def is_unsent(state: State, _portal: Portal) -> bool:
    """Tell whether there is a link that was not sent."""
    return state.draft.is_unsent


def is_sent(state: State, _portal: Portal) -> bool:
    """Tell whether there is a sent report, which can be withdrawn."""
    return state.draft.is_sent and not state.practice


def may_take_partial(state: State, _portal: Portal) -> bool:
    """Tell whether the reporter tried twice; then what they remember is taken as a partial link."""
    return state.tries > 1 and bool(state.unread) and not state.draft.addresses


def rules_unread(state: State, _portal: Portal) -> bool:
    """Tell whether the rules may still be read one at a time."""
    return not state.rules_read

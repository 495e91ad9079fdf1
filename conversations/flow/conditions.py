"""When a choice is offered: the questions that the table of steps asks of a talk."""

from conversations.portals.model import Portal
from conversations.state import State


def is_unsent(state: State, _portal: Portal) -> bool:
    """Tell whether there is something to send that was not sent."""
    return state.draft.is_unsent


def is_sent(state: State, _portal: Portal) -> bool:
    """Tell whether there is a sent report that can be asked about or taken back."""
    return state.draft.is_sent and not state.practice


def may_take_partial(state: State, _portal: Portal) -> bool:
    """Tell whether the reporter tried twice, so that what they remember is taken."""
    return state.tries > 1 and bool(state.unread) and not state.draft.addresses


def rules_unread(state: State, _portal: Portal) -> bool:
    """Tell whether the rules may still be read one at a time."""
    return not state.rules_read

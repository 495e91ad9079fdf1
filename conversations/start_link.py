"""What a start link may say: a portal, a language, rules as cards, practice; all else is passed over."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.portal import Portal, RulesForm
from conversations.state import Draft, Fresh, State

_CARDS = "cards"
_PRACTICE = "practice"


def begin(channel: str, portal: Portal, language: str | None, fresh: Fresh) -> State:
    """Begin a talk, in the hinted language where the portal speaks it, else in the portal's first."""
    return State(
        talk=fresh.talk,
        channel=channel,
        portal=portal.portal_id,
        language=_spoken(portal, language),
        draft=Draft(fresh.draft_id, fresh.receipt),
        rules_as_cards=portal.rules_form is RulesForm.CARDS,
    )


def follow(state: State, payload: str, portals: Mapping[str, Portal]) -> State:
    """Follow a start link such as `ar`, `ar-en`, `ar-es-cards` or `practice`, as far as it can be read.

    A portal comes first: `ar` alone is Argentina's portal, not the Arabic language.
    """
    first, *others = payload.lower().replace("_", "-").split("-")
    portal = portals.get(first, portals[state.portal])
    words = others if first in portals else [first, *others]
    language = next((word for word in words if word in portal.languages), state.language)
    return replace(
        state,
        portal=portal.portal_id,
        language=_spoken(portal, language),
        practice=state.practice or _PRACTICE in words,
        rules_as_cards=_CARDS in words or portal.rules_form is RulesForm.CARDS,
    )


def _spoken(portal: Portal, language: str | None) -> str:
    code = (language or "").lower().replace("_", "-").split("-")[0]
    return code if code in portal.languages else portal.languages[0]

"""What a start link can say: a portal, a language, rules as cards, practice; other words are ignored."""

from collections.abc import Mapping

from msgspec.structs import replace

from conversations.portals.model import Portal, RulesForm
from conversations.state import Draft, Fresh, State

_CARDS = "cards"
_PRACTICE = "practice"
# Other codes of our languages that phones and people write: ISO 639-2 and 639-3, and Java's for Indonesian.
_OTHER_CODES = {
    "in": "id",
    "ind": "id",
    "swh": "sw",
    "swa": "sw",
    "npi": "ne",
    "nep": "ne",
    "pus": "ps",
    "pbt": "ps",
    "khk": "mn",
    "mon": "mn",
    "ary": "ar",
    "arz": "ar",
    "ara": "ar",
    "zsm": "ms",
    "msa": "ms",
    "lin": "ln",
    "wol": "wo",
    "spa": "es",
    "fra": "fr",
    "por": "pt",
    "hin": "hi",
    "urd": "ur",
    "ukr": "uk",
    "kaz": "kk",
    "eng": "en",
}


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


def portal_of(payload: str, portals: Mapping[str, Portal], otherwise: Portal) -> Portal:
    """Give the portal that a start link names; it comes first, so `ar` is Argentina's, not Arabic."""
    return portals.get(_words(payload)[0], otherwise)


def follow(state: State, payload: str, portals: Mapping[str, Portal]) -> State:
    """Follow a start link such as `ar`, `ar-en`, `ar-es-cards` or `practice`, as far as it can be read."""
    portal = portal_of(payload, portals, portals[state.portal])
    words = _words(payload)
    words = words[1:] if words[0] in portals else words
    language = next((word for word in words if word in portal.languages), state.language)
    cards = state.rules_as_cards
    return replace(
        state,
        portal=portal.portal_id,
        language=_spoken(portal, language),
        practice=_PRACTICE in words if payload else state.practice,
        rules_as_cards=_CARDS in words or portal.rules_form is RulesForm.CARDS if payload else cards,
    )


def _words(payload: str) -> list[str]:
    return payload.lower().replace("_", "-").split("-")


def _spoken(portal: Portal, language: str | None) -> str:
    written = (language or "").lower().replace("_", "-").split("-")[0]
    code = _OTHER_CODES.get(written, written)
    return code if code in portal.languages else portal.languages[0]

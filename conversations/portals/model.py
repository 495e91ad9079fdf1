"""The data of a portal, which the talk is given."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Purpose(StrEnum):
    """The purpose of a contact; each exit of the talk shows the contacts of its purpose."""

    DANGER = "danger"
    OWN_IMAGES = "own_images"
    THREATS = "threats"
    KNOWN_CHILD = "known_child"
    CHAT_ONLY = "chat_only"
    OTHER_HARM = "other_harm"
    OWN_BEHAVIOUR = "own_behaviour"
    SUPPORT = "support"


class RulesForm(StrEnum):
    """How the rules of advice are shown first: one short card, or one rule a card."""

    SHORT = "short"
    CARDS = "cards"


@dataclass(frozen=True, slots=True)
class Sourced:
    """Text that a reporter is shown unchanged, with the page and the day on which it was read."""

    text: str
    source: str
    verified: date


@dataclass(frozen=True, slots=True)
class Contact:
    """A service that helps: its name, and how to reach it (a number or a web page), as sourced text."""

    purpose: Purpose
    name: str
    reach: Sourced


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal: `languages` in its own order, `region` an ISO 3166 code or None for the international one.

    `legal_notes` maps a language to a sourced sentence.
    """

    portal_id: str
    name: str
    region: str | None
    languages: tuple[str, ...]
    rules_form: RulesForm
    paused: bool
    web_page: Sourced | None
    legal_notes: tuple[tuple[str, Sourced], ...]
    contacts: tuple[Contact, ...]
    maximum_addresses: int


def with_contacts_of(portal: Portal, worldwide: Portal) -> Portal:
    """Add the worldwide contacts for every purpose that a portal has none of its own for.

    Never for danger: help in an emergency differs by country.
    """
    own = {contact.purpose for contact in portal.contacts} | {Purpose.DANGER}
    added = tuple(contact for contact in worldwide.contacts if contact.purpose not in own)
    return replace(portal, contacts=(*portal.contacts, *added))

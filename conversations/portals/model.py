"""The data of a portal, which the talk is given."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
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
    HURT = "hurt"
    DESPAIR = "despair"


ALWAYS = "24/7"
# A national contact for these stands above the worldwide one, and never takes its place.
_ADDED_TO = frozenset({Purpose.OWN_IMAGES, Purpose.THREATS})


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
class Reading:
    """A page on which a contact was read, the page's own date (None: it bears none), whether it is official.

    Of a date that is a year or a month alone, `dated` is the first day.
    """

    source: str
    dated: date | None = None
    official: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A service that helps: its name, and how to reach it (a number or a web page), as sourced text.

    `region` is the country that it serves (None: the whole world), `area` the part of it; `hours` are ALWAYS
    or such as 09:00-17:00, in the `timezone`. `tried` is the day on which somebody last called or opened it.
    """

    purpose: Purpose
    name: str
    reach: Sourced
    region: str | None = None
    hours: str = ""
    timezone: str = ""
    area: str = ""
    free: bool = False
    readings: tuple[Reading, ...] = ()
    tried: date | None = None


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal: `languages` in its own order, `region` an ISO 3166 code or None for the international one.

    `legal_notes` maps a language to a sourced sentence. `on_duty` (who acts for a child at risk) and
    `duty_to_report` (what the law asks of the analysts) are for the operator, never for a reporter.
    `countries` are the contacts of each country that can be chosen where there is no region. `moment` is when
    the portal is shown (None: nobody knows, so nothing that depends on the day or the hour is shown).
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
    on_duty: str = field(default="", repr=False)
    duty_to_report: str = ""
    countries: tuple[tuple[str, tuple[Contact, ...]], ...] = ()
    moment: datetime | None = None


def at(portal: Portal, moment: datetime) -> Portal:
    """Give the portal as it is shown at a moment."""
    return replace(portal, moment=moment)


def with_contacts_of(portal: Portal, worldwide: Portal) -> Portal:
    """Add the worldwide contacts for every purpose that a portal has none of its own for.

    For one's own pictures and for threats they follow the portal's own; for danger they are never added: help
    in an emergency differs by country.
    """
    own = {contact.purpose for contact in portal.contacts} - _ADDED_TO | {Purpose.DANGER}
    known = {(contact.purpose, contact.name) for contact in portal.contacts}
    added = tuple(
        contact
        for contact in worldwide.contacts
        if contact.purpose not in own and (contact.purpose, contact.name) not in known
    )
    return replace(portal, contacts=(*portal.contacts, *added))

"""Worldwide contacts fill in for a portal's own, and never for an emergency."""

from dataclasses import replace
from datetime import date

from conversations.portals.model import Contact, Purpose, Sourced, with_contacts_of
from tests.talking import PORTALS

PORTAL = PORTALS["international"]


def _contact(purpose: Purpose, name: str) -> Contact:
    return Contact(purpose, name, Sourced("helpers.example", "https://helpers.example/", date(2026, 11, 24)))


def test_take_it_down_follows_the_national_contacts_and_is_never_replaced() -> None:
    own = replace(PORTAL, contacts=(_contact(Purpose.THREATS, "own"),))
    worldwide = replace(
        PORTAL, contacts=(_contact(Purpose.THREATS, "own"), _contact(Purpose.THREATS, "Take It Down"))
    )
    contacts = with_contacts_of(own, worldwide).contacts
    assert [each.name for each in contacts] == ["own", "Take It Down"]


def test_worldwide_contacts_are_added_only_where_a_portal_has_none() -> None:
    own = replace(PORTAL, contacts=(_contact(Purpose.SUPPORT, "own"),))
    worldwide = replace(
        PORTAL,
        contacts=tuple(
            _contact(purpose, "worldwide") for purpose in (Purpose.SUPPORT, Purpose.THREATS, Purpose.DANGER)
        ),
    )
    contacts = with_contacts_of(own, worldwide).contacts
    assert [(each.purpose, each.name) for each in contacts] == [
        (Purpose.SUPPORT, "own"),
        (Purpose.THREATS, "worldwide"),
    ]

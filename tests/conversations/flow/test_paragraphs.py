"""A card's words depend on the talk and on its portal."""

from dataclasses import replace
from datetime import date

from conversations.flow.paragraphs import (
    captured,
    contacts,
    contacts_if_any,
    how_it_went,
    legal_note,
    named,
    phrases,
    take_it_down,
)
from conversations.portals.model import Contact, Portal, Purpose, Sourced
from conversations.state import State
from conversations.talk import Phrase
from tests.talking import PORTALS, new_state

STATE = new_state()
BARE = replace(PORTALS["international"], contacts=(), legal_notes=())


def _with_contact(purpose: Purpose, name: str) -> Portal:
    reach = Sourced("helpers.example", "https://helpers.example/", date(2026, 11, 24))
    return replace(BARE, contacts=(Contact(purpose, name, reach),))


def _names(said: tuple[Phrase, ...]) -> list[str]:
    return [phrase.words for phrase in said]


def _drafting(**changes: object) -> State:
    return replace(STATE, draft=replace(STATE.draft, **changes))  # type: ignore[arg-type]


def test_a_placeholder_is_filled_from_the_portal() -> None:
    portal = replace(BARE, maximum_addresses=7)
    assert named("link.full.1", STATE, portal).values == (("maximum", "7"),)


def test_captured_links_are_shown_defanged() -> None:
    [phrase] = captured(_drafting(addresses=("https://forum.example/1",)), BARE)
    assert phrase == Phrase("review.links", (("links", "hxxps://forum[.]example/1"),))
    assert _names(captured(_drafting(partial="a forum"), BARE)) == ["review.partial"]
    assert captured(STATE, BARE) == ()


def test_a_portal_without_contacts_says_so_or_says_nothing() -> None:
    assert _names(phrases((contacts(Purpose.DANGER),), STATE, BARE)) == ["contacts.none"]
    assert phrases((contacts_if_any(Purpose.SUPPORT),), STATE, BARE) == ()
    portal = _with_contact(Purpose.SUPPORT, "The Listeners")
    [phrase] = phrases((contacts_if_any(Purpose.SUPPORT),), STATE, portal)
    assert phrase.values == (("contacts", "The Listeners: helpers.example"),)


def test_take_it_down_is_explained_only_where_it_is_listed() -> None:
    assert take_it_down(STATE, BARE) == ()
    listed = _with_contact(Purpose.OWN_IMAGES, "Take It Down")
    assert _names(take_it_down(STATE, listed)) == ["own_images.service"]


def test_a_report_is_said_to_be_received_only_when_it_was() -> None:
    assert _names(how_it_went(STATE, BARE)) == ["sent.kept"]
    assert _names(how_it_went(replace(STATE, delivered=True), BARE)) == ["sent.received"]
    assert _names(how_it_went(replace(STATE, delivered=True, practice=True), BARE)) == ["sent.practice"]


def test_a_legal_note_is_shown_in_its_language_alone() -> None:
    note = Sourced("You may report.", "https://law.example/", date(2026, 11, 24))
    portal = replace(BARE, legal_notes=(("en", note),))
    assert _names(legal_note(STATE, portal)) == ["review.legal_note"]
    assert legal_note(replace(STATE, language="es"), portal) == ()

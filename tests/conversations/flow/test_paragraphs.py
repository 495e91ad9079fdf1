"""A card's words depend on the talk and on its portal."""

import dataclasses
from datetime import date

from msgspec.structs import replace

from conversations.flow.paragraphs import (
    captured,
    how_it_went,
    legal_note,
    legal_note_unless_hurt,
    named,
)
from conversations.portals.model import Sourced
from conversations.state import State
from conversations.talk import Phrase
from tests.talking import PORTALS, new_state

STATE = new_state()
BARE = dataclasses.replace(PORTALS["international"], contacts=(), legal_notes=())


def _names(said: tuple[Phrase, ...]) -> list[str]:
    return [phrase.words for phrase in said]


def _drafting(**changes: object) -> State:
    return replace(STATE, draft=replace(STATE.draft, **changes))


def test_a_placeholder_is_filled_from_the_portal() -> None:
    portal = dataclasses.replace(BARE, maximum_addresses=7)
    assert named("link.full.1", STATE, portal).values == (("maximum", "7"),)


def test_captured_links_are_shown_defanged() -> None:
    [phrase] = captured(_drafting(addresses=("https://forum.example/1",)), BARE)
    assert phrase == Phrase("review.links", (("links", "hxxps://forum[.]example/1"),))
    assert _names(captured(_drafting(partial="a forum"), BARE)) == ["review.partial"]
    assert captured(STATE, BARE) == ()


def test_a_report_is_said_to_be_received_only_when_it_was() -> None:
    assert _names(how_it_went(STATE, BARE)) == ["sent.kept"]
    assert _names(how_it_went(replace(STATE, delivered=True), BARE)) == ["sent.received"]
    assert _names(how_it_went(replace(STATE, delivered=True, practice=True), BARE)) == ["sent.practice"]


def test_a_legal_note_is_shown_in_its_language_alone() -> None:
    note = Sourced("You may report.", "https://law.example/", date(2026, 11, 24))
    portal = dataclasses.replace(BARE, legal_notes=(("en", note),))
    assert _names(legal_note(STATE, portal)) == ["review.legal_note"]
    assert legal_note(replace(STATE, language="es"), portal) == ()


def test_a_legal_duty_is_never_read_by_whoever_is_in_the_pictures_or_threatened() -> None:
    note = Sourced("You must report.", "https://law.example/", date(2026, 11, 24))
    portal = dataclasses.replace(BARE, legal_notes=(("en", note),))
    assert _names(legal_note_unless_hurt(STATE, portal)) == ["review.legal_note"]
    for circumstance in ("own_pictures", "threatened"):
        assert legal_note_unless_hurt(_drafting(circumstances=(circumstance,)), portal) == ()

"""A start link chooses portal, language, cards and practice; any other text in it is harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.turns.start_link import begin, follow, portal_of
from tests.talking import PORTALS, fresh, new_state


@pytest.mark.parametrize(
    ("payload", "portal", "language"),
    [
        ("", "international", "en"),
        ("ar", "ar", "es"),
        ("ar-en", "ar", "en"),
        ("ar_es", "ar", "es"),
        ("es", "international", "es"),
        ("AR-EN-cards", "ar", "en"),
        ("nowhere", "international", "en"),
    ],
)
def test_a_start_link_chooses_portal_and_language(payload: str, portal: str, language: str) -> None:
    begun = begin("telegram", portal_of(payload, PORTALS, PORTALS["international"]), None, fresh(1))
    state = follow(begun, payload, PORTALS)
    assert (state.portal, state.language) == (portal, language)


def test_a_start_link_chooses_cards_and_practice() -> None:
    state = follow(new_state(), "ar-cards-practice", PORTALS)
    assert state.rules_as_cards
    assert state.practice


@given(st.text(max_size=64))
def test_no_payload_breaks_the_talk(payload: str) -> None:
    assert follow(new_state(), payload, PORTALS).portal in PORTALS


@pytest.mark.parametrize(
    ("hint", "language"),
    [
        *(("es", "es"), ("es-419", "es"), ("en_GB", "en"), ("de", "en"), (None, "en"), ("", "en")),
        *(
            ("in-ID", "id"),
            ("swh", "sw"),
            ("npi", "ne"),
            ("khk", "mn"),
            ("ar_MA", "ar"),
            ("hi-IN-u-nu-deva", "hi"),
        ),
    ],
)
def test_the_hint_chooses_the_language_where_the_portal_speaks_it(hint: str | None, language: str) -> None:
    assert begin("telegram", PORTALS["international"], hint, fresh(1)).language == language

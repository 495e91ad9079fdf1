"""A reporter who sees the wrong language reaches theirs with one tap, and loses nothing."""

import pytest
from msgspec.structs import replace

from bot.talks.render import render
from conversations.events import Chose, Opened, Said
from conversations.flow import FLOW
from conversations.flow.cards import LANGUAGE_CHOICE, card
from conversations.state import State
from conversations.turns.start_link import begin
from locales.catalogues import KNOWN_LOCALES
from tests.cases import for_every
from tests.talking import LANGUAGES, PORTALS, Replay, fresh, new_state

OWN_NAMES = {locale.code: locale.own_name for locale in KNOWN_LOCALES}
LINK = "https://forum.example/thread/1234"


def _offered(state: State, portal: str) -> list[str]:
    rows = card(state, PORTALS[portal]).buttons
    choices = [button.choice for row in rows for button in row]
    return [choice.removeprefix(LANGUAGE_CHOICE) for choice in choices if choice.startswith(LANGUAGE_CHOICE)]


@for_every(portal=PORTALS)
def test_the_language_card_offers_every_language_of_the_portal_its_own_first(portal: str) -> None:
    """All of them, in the portal's order, however many there are."""
    assert _offered(replace(new_state(), step="language"), portal) == list(PORTALS[portal].languages)


@for_every(portal=PORTALS)
def test_beside_other_things_the_first_six_are_offered(portal: str) -> None:
    """On the first card, and to whoever is not understood; the talk's own language is always among them."""
    first_six = list(dict.fromkeys(("en", *PORTALS[portal].languages)))[:6]
    if "en" not in PORTALS[portal].languages:
        first_six = list(PORTALS[portal].languages[:6])
    assert _offered(new_state(), portal) == first_six
    assert _offered(replace(new_state(), step="link", misses=1), portal) == first_six
    assert _offered(replace(new_state(), step="link"), portal) == []


@for_every(language=LANGUAGES)
def test_each_language_is_named_in_itself_whatever_is_spoken(language: str) -> None:
    """A reporter finds theirs without reading a word of another."""
    shown = render(replace(new_state(language), step="language"), PORTALS["international"])
    labels = [button.label for row in shown.rows for button in row]
    assert [OWN_NAMES[code] for code in PORTALS["international"].languages] == labels[: len(OWN_NAMES)]


@for_every(step=FLOW, language=LANGUAGES)
def test_the_globe_is_on_every_card(step: str, language: str) -> None:
    """One tap from anywhere, known by its sign, named in the reader's language and in English."""
    labels = [
        button.label
        for row in render(replace(new_state(language), step=step), PORTALS["international"]).rows
        for button in row
    ]
    (found,) = [label for label in labels if label.startswith("🌐")]
    assert "Language" in found


@for_every(language=[language for language in LANGUAGES if language != "en"])
def test_two_taps_change_the_language_and_keep_the_link(language: str) -> None:
    """The talk goes on where it was, with everything that was said."""
    replay = Replay(new_state(), PORTALS)
    replay.step(Said(LINK))
    before = replay.state
    replay.tap("language")
    replay.tap(f"{LANGUAGE_CHOICE}{language}")
    assert (replay.state.language, replay.state.step) == (language, "review")
    assert replay.state.draft == before.draft
    assert "forum[.]example" in replay.read()


@pytest.mark.parametrize("talk", ["same", "gone"])
def test_a_language_of_an_old_card_is_taken(talk: str) -> None:
    """Who taps a language may not be able to read that the card is too old."""
    replay = Replay(new_state(), PORTALS)
    replay.step(Said(LINK))
    named = replay.state.talk if talk == "same" else "ffffffff"
    replay.step(Chose(f"{LANGUAGE_CHOICE}ar", named, 0))
    assert (replay.state.language, replay.state.step) == ("ar", "review")
    assert replay.state.draft.addresses == (LINK,)


def test_a_language_that_the_portal_does_not_speak_is_not_taken() -> None:
    replay = Replay(new_state("es", "ar"), PORTALS)
    before = replay.state
    replay.step(Chose(f"{LANGUAGE_CHOICE}ur", before.talk, before.turn))
    assert replay.state.language == "es"


@for_every(
    link={
        *((f"international-{language}", "international", language) for language in LANGUAGES),
        *((f"{name}-{language}", name, language) for name in PORTALS for language in PORTALS[name].languages),
        ("ar", "ar", "es"),
        ("mn", "mn", "mn"),
        ("id", "id", "id"),
    },
)
def test_a_start_link_sets_portal_and_language(link: tuple[str, str, str]) -> None:
    """A portal's name comes first; where only it is given, its own first language is spoken."""
    start, portal, language = link
    replay = Replay(begin("telegram", PORTALS["international"], "en", fresh(1)), PORTALS)
    replay.step(Opened(start))
    spoken = "en" if start in PORTALS and "en" in PORTALS[start].languages else language
    assert (replay.state.portal, replay.state.language) == (portal, spoken)


@pytest.mark.parametrize(
    ("hint", "language"),
    [
        ("pt-br", "pt"),
        ("ur-PK", "ur"),
        ("zh-hant", "en"),
        ("UK", "uk"),
        ("ms_MY", "ms"),
        (None, "en"),
        ("x" * 99, "en"),
    ],
)
def test_the_hint_preselects_and_is_not_kept(hint: str | None, language: str) -> None:
    """Of the platform's hint the state has the chosen language, and nothing else."""
    state = begin("telegram", PORTALS["international"], hint, fresh(1))
    assert state.language == language
    assert state == replace(begin("telegram", PORTALS["international"], None, fresh(1)), language=language)

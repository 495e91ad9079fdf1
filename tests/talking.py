"""Replays a transcript's events; the state is stored as bytes and read again between any two."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.talks.portals import read_portals
from bot.talks.render import render
from bot.talks.stored import Talk, dump, load
from conversations.events import (
    Attached,
    Chose,
    Command,
    Commanded,
    Event,
    Kept,
    Media,
    Opened,
    Received,
    Refused,
    Said,
    StatusLearned,
)
from conversations.flow.cards import card
from conversations.portals.model import Portal, at
from conversations.state import Fresh, State
from conversations.turns.engine import advance
from conversations.turns.start_link import begin
from conversations.turns.turn import Turn
from locales.catalogues import KNOWN_LOCALES

LANGUAGES = tuple(locale.code for locale in KNOWN_LOCALES)
# When the talks of the tests are held: contacts are open or closed, fresh or not, at this moment.
MOMENT = datetime(2026, 11, 30, 12, tzinfo=UTC)
PORTALS: Mapping[str, Portal] = {
    name: at(portal, MOMENT)
    for name, portal in read_portals(
        Path(__file__).parent.parent / "bot" / "portals", frozenset(LANGUAGES)
    ).items()
}
# The same portals, each with every language that there is, after its own.
EVERY_LANGUAGE: Mapping[str, Portal] = {
    name: replace(portal, languages=tuple(dict.fromkeys((*portal.languages, *LANGUAGES))))
    for name, portal in PORTALS.items()
}


def fresh(number: int) -> Fresh:
    """Give names as the host would draw them, the same for the same number."""
    return Fresh(b"".join(number.to_bytes(size, "big") for size in (4, 16, 10)))


def new_state(language: str = "en", portal: str = "international", channel: str = "telegram") -> State:
    """Begin a talk as the runner does for a first message."""
    return begin(channel, EVERY_LANGUAGE[portal], language, fresh(1))


@dataclass
class Replay:
    """A talk under way; every step passes the state through its serialisation."""

    state: State
    portals: Mapping[str, Portal] = field(default_factory=lambda: EVERY_LANGUAGE)
    drawn: int = 1

    def step(self, event: Event) -> Turn:
        """Advance by one event."""
        self.drawn += 1
        before = stored(self.state)
        turn = advance(before, event, self.portals, fresh(self.drawn))
        assert stored(turn.state) == turn.state
        self.state = turn.state
        return turn

    def tap(self, choice: str) -> Turn:
        """Tap a button of the card that is shown now."""
        assert choice in self.choices(), f"{choice} is not on the card of {self.state.step}"
        return self.step(Chose(choice, self.state.talk, self.state.turn))

    def choices(self) -> list[str]:
        """Give the choices that the card shows."""
        say = card(self.state, self.portals[self.state.portal])
        return [button.choice for row in say.buttons for button in row]

    def read(self) -> str:
        """Give the card's words, as the reporter reads them."""
        return render(self.state, self.portals[self.state.portal]).text


def stored(state: State) -> State:
    """Give a state as it comes back from a store."""
    return load(dump(Talk(state))).state


def begun(*texts: str) -> Replay:
    """Begin a talk with these messages."""
    replay = Replay(new_state())
    for text in texts:
        replay.step(Said(text))
    return replay


def event_of(written: Mapping[str, Any], state: State) -> Event:
    """Read one event of a transcript; `tapped` is a button of the card that is shown now."""
    match dict(written):
        case {"opened": start}:
            return Opened(start)
        case {"said": text} | {"edited": text}:
            return Said(text, "edited" in written, "forwarded" in written)
        case {"tapped_on_old_card": choice, "links": links}:
            return Chose(choice, "ffffffff", 3, tuple(links))
        case {"tapped": choice}:
            return Chose(choice, state.talk, state.turn)
        case {"tapped_before": choice}:
            return Chose(choice, state.talk, state.turn - 1)
        case {"tapped_in_old_talk": choice}:
            return Chose(choice, "ffffffff", 3)
        case {"commanded": command}:
            return Commanded(Command(command))
        case {"attached": media, **rest}:
            return Attached(Media(media), rest.get("caption", ""))
        case {"intake": "received"}:
            return Received()
        case {"intake": "away"}:
            return Kept()
        case {"intake": "disk full"}:
            return Refused()
        case {"status": word}:
            return StatusLearned(word)
    raise AssertionError(f"unknown event: {written}")


def replayed(transcript: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Replay a transcript in a language; gives its turns with what the reporter sees after each."""
    state = new_state(
        language, transcript.get("portal", "international"), transcript.get("channel", "telegram")
    )
    replay = Replay(state)
    turns = []
    for turn in transcript["turns"]:
        written = turn["event"]
        if "tapped" in written:
            assert written["tapped"] in replay.choices(), (
                f"{written} is not on the card of {replay.state.step}"
            )
        done = replay.step(event_of(written, replay.state))
        turns.append(
            {
                "event": written,
                "step": done.state.step,
                "shows": replay.read().split("\n"),
                "effects": [type(effect).__name__ for effect in done.effects],
            }
        )
    return turns


def read_transcript(path: Path) -> dict[str, Any]:
    """Read a transcript from its file."""
    transcript: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return transcript

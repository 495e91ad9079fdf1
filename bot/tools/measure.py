"""Measures each way through the talk: taps, words, bytes and minutes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyphen

from bot.talks.render import render
from conversations.events import Chose, Event, Opened, Received, Said
from conversations.portals.model import Portal
from conversations.state import NOISE_BYTES, Fresh
from conversations.talk import Submit
from conversations.turns.engine import advance
from conversations.turns.start_link import begin

_FRESH = Fresh(bytes(NOISE_BYTES))
_LINK = "https://forum.example/thread/1234"
_WORDS_A_MINUTE = 100
_LOOKED_AT = re.compile(r"://\S|\[\.\]|[0-9A-Z]{4}-")
_SENTENCE_END = re.compile(r"[.!?:।؟۔]+(?:\s|$)|\n")

Script = tuple[str, ...]

# A leading ">" is what the reporter writes; anything else is a tap, and "/start" opens the talk.
WAYS: dict[str, Script] = {
    "start, link, send": ("/start", f">{_LINK}", "send", "finish"),
    "link first": (f">{_LINK}", "send"),
    "home page first": (">https://site.example/", "whole_site", "send"),
    "search results first": (">https://www.google.com/search?q=example", "use_this", "send"),
    "no link yet": ("/start", "no_link", "looks_real", f">{_LINK}", "send", "finish"),
    "rules as cards": ("/start cards", f">{_LINK}", *("next",) * 5, "send", "finish"),
    "all details": (
        *("/start", f">{_LINK}", "send", "details", "page", f">{_LINK}#from", "password", ">letmein"),
        *(">post 3", "today", "live_no", ">at the top"),
    ),
    "link not found": (
        *("/start", "no_link", "unsure", ">a forum", ">some name", "take_partial", "send", "finish"),
    ),
    "taken back": (f">{_LINK}", "send", "withdraw", "yes_withdraw", "finish"),
    **{
        f"exit: {name}": ("/start", "no_link", name)
        for name in (
            *("hurt", "despair", "threats", "own_images", "parent", "known_child", "talk"),
            *("chat_only", "other_harm", "own_behaviour"),
        )
    },
    "link and words": (f">look at the second video {_LINK}", "send_both"),
    "exit: danger": ("/start", "danger"),
}


@dataclass(frozen=True, slots=True)
class Measures:
    """One way in one language: taps until sent, words of the first card and of all, bytes, minutes, grade.

    `grade` is the Flesch-Kincaid grade of the way's words, for English only; `longest_sentence` is in words.
    """

    way: str
    language: str
    taps: int
    first_words: int
    words: int
    bytes: int
    grade: float | None
    longest_sentence: int
    longest_card: int

    @property
    def minutes(self) -> float:
        """Reading time at 100 words a minute."""
        return self.words / _WORDS_A_MINUTE


def measure(way: str, language: str, portals: Mapping[str, Portal], portal: str) -> Measures:
    """Walk one way of `WAYS` through the engine, in one language, and measure what is shown.

    Contacts do not count: names, numbers and hours are looked at, not read.
    """
    portals = {name: replace(each, contacts=()) for name, each in portals.items()}
    state = begin("telegram", portals[portal], language, _FRESH)
    texts: list[str] = []
    size = taps = 0
    sent = False
    for act in WAYS[way]:
        event = _event(act, state.turn)
        turn = advance(state, event, portals, _FRESH)
        taps += isinstance(event, Chose) and not sent
        sent = sent or Submit() in turn.effects
        state = (
            advance(turn.state, Received(), portals, _FRESH).state if Submit() in turn.effects else turn.state
        )
        shown = render(state, portals[state.portal])
        texts.append(shown.text)
        size += len(shown.text.encode()) + sum(len(b.label.encode()) for row in shown.rows for b in row)
    words = [len(words_of(text)) for text in texts]
    everything = "\n".join(texts)
    return Measures(
        way=way,
        language=language,
        taps=taps if sent else 0,
        first_words=words[0] if WAYS[way][0].startswith("/") else 0,
        words=sum(words),
        bytes=size,
        grade=grade(everything) if language == "en" else None,
        longest_sentence=max(len(words_of(sentence)) for sentence in sentences_of(everything)),
        longest_card=max(words),
    )


def _event(act: str, turn: int) -> Event:
    if act.startswith("/start"):
        return Opened(act.removeprefix("/start").strip())
    return Said(act[1:]) if act.startswith(">") else Chose(act, _FRESH.talk, turn)


def words_of(text: str) -> list[str]:
    """Give a text's words, without links, codes and numbers, which are looked at and not read.

    A word is text between spaces that has a letter: in many scripts a letter's signs are no letters.
    """
    return [word for word in text.split() if any(map(str.isalpha, word)) and not _LOOKED_AT.search(word)]


def sentences_of(text: str) -> list[str]:
    """Split a text where a reader pauses: at the end of a sentence, a colon or a line."""
    return [sentence for sentence in _SENTENCE_END.split(text) if words_of(sentence)]


def grade(text: str) -> float:
    """Give the Flesch-Kincaid grade level (Kincaid et al. 1975), syllables counted by hyphenation."""
    words = words_of(text)
    hyphenation = pyphen.Pyphen(lang="en_US", left=1, right=1)
    syllables = sum(len(hyphenation.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(sentences_of(text)) + 11.8 * syllables / len(words) - 15.59


def faults(measures: Measures) -> tuple[str, ...]:
    """Say which limits one way breaks."""
    most_taps = 2 if measures.way.endswith("first") else 6
    # The reporter's own words are shown too.
    longest_card = 120 if measures.way == "link and words" else 90
    most_words = 300 if measures.way in {"all details", "rules as cards", "link not found"} else 220
    limits: tuple[tuple[str, float, float], ...] = (
        ("taps", measures.taps, most_taps),
        ("words before a link is asked for", measures.first_words, 70),
        ("words", measures.words, most_words),
        ("bytes", measures.bytes, 15 * 1024),
        ("minutes", measures.minutes, 3),
        ("grade", measures.grade or 0, 5),
        ("words in a sentence", measures.longest_sentence, 12),
        ("words on a card", measures.longest_card, longest_card),
    )
    return tuple(f"{name}: {value:.4g}, at most {most:g}" for name, value, most in limits if value > most)

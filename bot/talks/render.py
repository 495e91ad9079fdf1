"""Puts phrases into words in a reporter's language, within a channel's limits; no other module translates."""

import re
from functools import lru_cache

from bot.exchange import Card, CardButton
from conversations.events import Command
from conversations.flow.cards import COUNTRY_CHOICE, card
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Button, Phrase
from conversations.words import SAID_OF_ONE, WORDS
from locales.catalogues import ENGLISH, KNOWN_LOCALES, catalogue
from locales.countries import country_name
from locales.digits import in_digits_of

LEFT_TO_RIGHT_ISOLATE = "\u2066"
FIRST_STRONG_ISOLATE = "\u2068"
END_OF_ISOLATE = "\u2069"
LINKS_LENGTH = 2400
_LEAST_LINK_LENGTH = 60
# Embeddings, overrides and isolates, with what ends them (Unicode's bidirectional algorithm, table 4).
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_COUNT = "maximum"
_NUMBERS = frozenset({"number", "total", "year", _COUNT})
_COUNTRY = "country"
_HOURS = "hours"
# A placeholder, or a run of Latin words: a command, a name of several words, the beginning of a link.
_LATIN = re.compile(r"\{\w+\}|https://|www\.|/?[A-Za-z][\w./:-]*[\w/](?: [A-Za-z][\w./:-]*\w)*", re.ASCII)
# What people wrote in words runs as it was written; links, codes and phone numbers always from left to right.
_OPENS_ISOLATE = dict.fromkeys(
    (_COUNTRY, "name", "area", "found", "legal_note", "partial"), FIRST_STRONG_ISOLATE
)
# The longest label that every channel shows.
_LABEL_LENGTH = 24
# Templates and labels hold our own words alone, never what a reporter said. A process that serves every
# language and portal shows more of them; the rarest are then put together anew.
_KEPT = 20_000
_LOCALES = {locale.code: locale for locale in KNOWN_LOCALES}


def render(state: State, portal: Portal) -> Card:
    """Put the card of a state into words; its buttons carry the talk and the turn that they belong to."""
    say = card(state, portal)
    language, mark = state.language, f"{state.talk}.{state.turn}."
    rows = tuple(
        [
            tuple([CardButton(_label(button, language), mark + button.choice) for button in row])
            for row in say.buttons
        ]
    )
    text = "\n\n".join([put_into_words(phrase, language, portal.region) for phrase in say.phrases])
    return Card(text, rows, _LOCALES[state.language].right_to_left, say.asks_for_text)


def put_into_words(phrase: Phrase, language: str, region: str | None = None) -> str:
    """Translate a phrase and fill in its values, each isolated from the direction of the text around it.

    The lines that belong to it follow.
    """
    words = _translated(phrase, language, region)
    if not phrase.lines:
        return words
    lines = (" ".join(put_into_words(said, language, region) for said in line) for line in phrase.lines)
    return "\n".join((words, *lines))


def _translated(phrase: Phrase, language: str, region: str | None) -> str:
    count = int(dict(phrase.values)[_COUNT]) if phrase.words in SAID_OF_ONE else None
    template = _template(phrase.words, count, language, region)
    return template.format_map({name: _shown(name, value, language, region) for name, value in phrase.values})


@lru_cache(_KEPT)
def _template(words: str, count: int | None, language: str, region: str | None) -> str:
    """Translate a sentence by its name, with places for its values."""
    translated = catalogue(language).translate(
        words, WORDS[words], one=SAID_OF_ONE.get(words, ""), count=count
    )
    written = in_digits_of(translated, language, region)
    return _LATIN.sub(_apart, written) if _LOCALES[language].right_to_left else written


def missing_from(language: str) -> tuple[str, ...]:
    """Name the messages that a language lacks."""
    if language == ENGLISH:
        return ()
    said = catalogue(language).translations
    return tuple(name for name, text in WORDS.items() if (name, text) not in said)


def command_menu(language: str) -> tuple[tuple[str, str], ...]:
    """Give every command and its meaning, in the order of the menu."""
    return tuple(
        (command.value, put_into_words(Phrase(f"command.{command.value}"), language)) for command in Command
    )


@lru_cache(_KEPT)
def _label(button: Button, language: str) -> str:
    if isinstance(button.label, str):
        if button.choice.startswith(COUNTRY_CHOICE):
            return _shortened_label(country_name(button.label, language))
        known = _LOCALES.get(button.label)
        return known.own_name if known else in_digits_of(button.label, language, None)
    # The second line is for channels that show shorter labels.
    return put_into_words(button.label, language).partition("\n")[0]


def _shortened_label(label: str) -> str:
    return label if len(label) <= _LABEL_LENGTH else f"{label[: _LABEL_LENGTH - 1]}…"


def _apart(latin: re.Match[str]) -> str:
    """Isolate what is written from left to right within a text that is not; a placeholder stays as it is."""
    found = latin[0]
    return found if found.startswith("{") else f"{LEFT_TO_RIGHT_ISOLATE}{found}{END_OF_ISOLATE}"


def _shown(name: str, value: str, language: str, region: str | None) -> str:
    if name in _NUMBERS:
        return f"{FIRST_STRONG_ISOLATE}{in_digits_of(value, language, region)}{END_OF_ISOLATE}"
    if name == _COUNTRY:
        value = country_name(value, language)
    elif name == _HOURS:
        value = in_digits_of(value, language, region)
    opens = _OPENS_ISOLATE.get(name, LEFT_TO_RIGHT_ISOLATE)
    lines = value.split("\n")
    length = max(_LEAST_LINK_LENGTH, LINKS_LENGTH // len(lines))
    return "\n".join(f"{opens}{_shortened(_plain(line), length)}{END_OF_ISOLATE}" for line in lines)


def _plain(line: str) -> str:
    """Remove the characters that change the direction of text: with them, a value could leave its isolate."""
    return line.translate(_TURNS)


def _shortened(line: str, length: int) -> str:
    """Cut the middle out of a very long link, so that a card always fits; the report keeps it whole.

    The length is in UTF-16 units, as Telegram counts: a letter beyond the first plane takes two.
    """
    if len(line.encode("utf-16-le", "surrogatepass")) <= 2 * length:
        return line
    half = length // 2 - 1
    if not line.isascii():
        half //= 2
    return f"{line[:half]}…{line[-half:]}"

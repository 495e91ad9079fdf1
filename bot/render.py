"""From what to say to words in a reporter's language, within a channel's limits; nothing else translates."""

from unicodedata import bidirectional

from babel.numbers import format_decimal

from bot.exchange import Card, CardButton
from conversations.events import Command
from conversations.talk import Button, Phrase, Say
from conversations.words import WORDS
from locales import KNOWN_LOCALES, catalogue

LEFT_TO_RIGHT_ISOLATE = "\u2066"
FIRST_STRONG_ISOLATE = "\u2068"
END_OF_ISOLATE = "\u2069"
LINKS_LENGTH = 2400
_LEAST_LINK_LENGTH = 60
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_NUMBERS = frozenset({"number", "total", "maximum"})
_OPENS_ISOLATE = {"contacts": FIRST_STRONG_ISOLATE, "legal_note": FIRST_STRONG_ISOLATE}
_LOCALES = {locale.code: locale for locale in KNOWN_LOCALES}


def render(say: Say, language: str, talk: str, turn: int) -> Card:
    """Put a card into words of a language; its buttons carry the talk and the turn that they belong to."""
    rows = tuple(
        tuple(CardButton(_label(button, language), f"{talk}.{turn}.{button.choice}") for button in row)
        for row in say.buttons
    )
    text = "\n\n".join(put_into_words(phrase, language) for phrase in say.phrases)
    return Card(text, rows, _LOCALES[language].right_to_left, say.asks_for_text)


def put_into_words(phrase: Phrase, language: str) -> str:
    """Translate a phrase and fill in its values, each isolated from the direction of the text around it."""
    translated = catalogue(language).translate(phrase.words, WORDS[phrase.words])
    return translated.format_map({name: _shown(name, value, language) for name, value in phrase.values})


def command_menu(language: str) -> tuple[tuple[str, str], ...]:
    """Give every command with what it does, in the order in which a menu shows them."""
    return tuple(
        (command.value, put_into_words(Phrase(f"command.{command.value}"), language)) for command in Command
    )


def _label(button: Button, language: str) -> str:
    if isinstance(button.label, str):
        return _LOCALES[button.label].own_name
    return put_into_words(button.label, language)


def _shown(name: str, value: str, language: str) -> str:
    if name in _NUMBERS:
        return format_decimal(int(value), locale=language, numbering_system="default")
    opens = _OPENS_ISOLATE.get(name, LEFT_TO_RIGHT_ISOLATE)
    lines = value.split("\n")
    length = max(_LEAST_LINK_LENGTH, LINKS_LENGTH // len(lines))
    return "\n".join(f"{opens}{_shortened(_plain(line), length)}{END_OF_ISOLATE}" for line in lines)


def _plain(line: str) -> str:
    """Take out the characters that turn the direction of text, with which a value could leave its isolate."""
    return "".join(character for character in line if bidirectional(character) not in _TURNS)


def _shortened(line: str, length: int) -> str:
    """Cut the middle out of a very long link, so that a card always fits; the report keeps it whole."""
    if len(line) <= length:
        return line
    half = length // 2 - 1
    return f"{line[:half]}…{line[-half:]}"

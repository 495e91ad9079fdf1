"""The words are neutral for somebody who looks on, short, and all in use."""

import re
from functools import cache
from pathlib import Path
from string import Formatter

from msgspec.structs import replace

from bot.delivery.intake import STATUS_WORDS
from bot.talks.render import put_into_words, render
from bot.tools.measure import sentences_of, words_of
from conversations.address import Unreportable
from conversations.events import Command
from conversations.flow import EVERYWHERE, FLOW
from conversations.flow.paragraphs import RULES_OF_ADVICE
from conversations.talk import Phrase
from conversations.wire.report import Circumstance
from conversations.words import WORDS
from conversations.words.channels import COMING
from conversations.words.presentation import PRESENTATION
from conversations.words.remarks import REMARKS as REMARK_WORDS
from locales.catalogues import FOLDER
from locales.glossary import read_glossary, telling_in
from tests.cases import for_every
from tests.talking import LANGUAGES, PORTALS, new_state

# What must not be read in the first 40 characters of a message, on a phone that others use.
GLOSSARIES = {language: read_glossary(language, FOLDER) for language in LANGUAGES}
OPENING = 40
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("conversations", "bot")
    for path in (Path(__file__).parents[3] / folder).rglob("*.py")
    if path.parent.name != "words"
)
# A channel names itself in the handles of its talks.
CHANNELS = sorted(set(re.findall(r'TalkHandle\("([a-z]+)"', SOURCES)))
# Said above a card, and not on it.
BY_CHANNEL = ("stays", "cleared.old")
LONGER_CARDS = {"review": 90}
REMARKS = [sentence.name for sentence in (*REMARK_WORDS, *PRESENTATION, *COMING)]


@cache
def _read(step: str, language: str) -> str:
    draft = replace(new_state().draft, addresses=("https://forum.example/1",), revision=1)
    state = replace(new_state(language), step=step, draft=draft)
    return render(state, PORTALS["international"]).text


@cache
def _said(name: str, language: str) -> str:
    values = tuple((value, "20") for _, value, _, _ in Formatter().parse(WORDS[name]) if value)
    return put_into_words(Phrase(name, values), language)


@for_every(step=FLOW, language=LANGUAGES)
def test_every_message_begins_neutrally(step: str, language: str) -> None:
    assert telling_in(GLOSSARIES[language], _read(step, language)[:OPENING]) is None


@for_every(name=REMARKS, language=LANGUAGES)
def test_every_remark_begins_neutrally_since_it_stands_first(name: str, language: str) -> None:
    assert telling_in(GLOSSARIES[language], _said(name, language)[:OPENING]) is None


@for_every(step=FLOW, language=LANGUAGES)
def test_a_paragraph_has_one_idea_in_few_words(step: str, language: str) -> None:
    paragraphs = _read(step, language).split("\n\n")
    assert [each for each in paragraphs if len(words_of(each)) > LONGER_CARDS.get(step, 45)] == []


@for_every(step=FLOW, language=LANGUAGES)
def test_a_sentence_has_at_most_twelve_words(step: str, language: str) -> None:
    assert [each for each in sentences_of(_read(step, language)) if len(words_of(each)) > 12] == []


@for_every(name=REMARKS, language=LANGUAGES)
def test_a_sentence_of_a_remark_too(name: str, language: str) -> None:
    assert [each for each in sentences_of(_said(name, language)) if len(words_of(each)) > 12] == []


def _emitted() -> set[str]:
    """Give the name of every sentence that the table of steps or a line of code says."""
    named = set(re.findall(r'"([a-z_0-9.]+)"', SOURCES))
    families = re.findall(r'siblings\(\s*"([^"]+)", (\d)', SOURCES)
    told = {f"{family}.{number}" for family, count in families for number in range(1, int(count) + 1)}
    told |= {f"{kind}.{number}" for kind in Unreportable for number in (1, 2)}
    told |= {f"media.{kind}.{number}" for kind in ("images", "other") for number in (1, 2)}
    told |= {f"rules.{number}" for number in range(1, RULES_OF_ADVICE + 1)}
    told |= {f"{family}.{channel}" for family in (*by_channels(), *BY_CHANNEL) for channel in CHANNELS}
    told |= {f"circumstance.{circumstance}" for circumstance in Circumstance}
    told |= {f"status.{word}" for word in (*STATUS_WORDS, "away")}
    told |= {f"command.{command}" for command in Command}
    choices = {choice.name for step in FLOW.values() for row in (*step.rows, *EVERYWHERE) for choice in row}
    return told | named | {f"button.{name}" for name in choices}


def by_channels() -> set[str]:
    """Give the families of sentences that differ from channel to channel."""
    return set(re.findall(r'by_channel\("([^"]+)"\)', SOURCES))


def test_every_sentence_is_in_use_and_every_sentence_said_has_words() -> None:
    assert set(WORDS) - _emitted() == {sentence.name for sentence in COMING}
    for step in FLOW.values():
        for paragraph in step.says:
            assert not isinstance(paragraph, str) or paragraph in WORDS
        for row in (*step.rows, *EVERYWHERE):
            assert {f"button.{choice.name}" for choice in row} <= set(WORDS)


def test_under_18_is_said_once_on_the_way_to_the_receipt() -> None:
    assert sum("18" in _read(step, "en") for step in ("first", "review", "sent", "end")) == 1


@for_every(language=LANGUAGES)
def test_the_cards_say_what_the_platform_knows(language: str) -> None:
    for name in ("first.privacy.telegram", "privacy.telegram"):
        assert "Telegram" in _said(name, language)
    for name in ("first.privacy.terminal", "privacy.terminal"):
        assert "Telegram" not in _said(name, language)
    assert "This window may show old lines" in _said("privacy.terminal", "en")


@for_every(language=LANGUAGES)
def test_the_last_card_says_what_cannot_be_cleared(language: str) -> None:
    assert "Telegram" in _said("cleared.telegram", language)
    assert "If you sent a report, it stays sent." in _said("cleared.telegram", "en")
    assert "Telegram may still keep copies." in _said("cleared.telegram", "en")

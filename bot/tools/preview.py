"""Makes a page on which a native speaker reads the whole talk beside the English.

Every card, every branch and every error is there, each message with its number, its name and what it is for.
The page loads nothing and runs nothing.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from string import Formatter

from msgspec.structs import replace

from bot.exchange import CardButton
from bot.talks.render import put_into_words, render
from bot.tools.templates import template
from conversations.flow import FLOW
from conversations.flow.cards import card
from conversations.flow.paragraphs import named
from conversations.portals.model import ALWAYS, Contact, Portal, Purpose, RulesForm, Sourced
from conversations.state import NOISE_BYTES, Asked, Fresh, State
from conversations.talk import Phrase
from conversations.turns.start_link import begin
from conversations.words import SAID_OF_ONE, WORDS
from locales.catalogues import ENGLISH, FOLDER, KNOWN_LOCALES
from locales.extraction import English, english
from locales.glossary import read_glossary
from locales.plurals import categories, form_of
from locales.review import state as review_state

_FRESH = Fresh(bytes(NOISE_BYTES))
_LINK = "https://forum.example/thread/1234"
_SAMPLE = Sourced("www.example.org", "https://www.example.org/", date(2026, 1, 1))
_LAW = Sourced(
    "(a sentence on the law of the portal's country)", "https://www.example.org/", date(2026, 1, 1)
)
_MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
# What a message by itself names of a contact.
_VALUES = {
    "country": "AR",
    "name": "Example",
    "reach": "00 00 00",
    "hours": "09:00-17:00",
    "area": "Example",
    "year": "2026",
}
_LARGEST_COUNT = 1_000_000
_OWN_NAMES = {locale.code: locale.own_name for locale in KNOWN_LOCALES}


@dataclass(frozen=True, slots=True)
class _Message:
    """The text of a paragraph or a button, with its message's number; a language's name has none."""

    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Card:
    """One card, or a message by itself, in one language."""

    language: str
    messages: tuple[_Message, ...]
    rows: tuple[tuple[_Message, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Note:
    """An explanation of a message, shown where the message is seen for the first time."""

    number: int
    name: str
    context: str


@dataclass(frozen=True, slots=True)
class _Part:
    """The same card in both languages, with the notes on its messages."""

    cards: tuple[_Card, _Card]
    notes: tuple[_Note, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """The data of all parts of one page: the language, a portal that shows everything, and the numbers."""

    language: str
    portal: Portal
    numbers: Mapping[str, int]
    contexts: Mapping[str, str]


def preview(language: str, region: str | None, *, alone: bool = False) -> str:
    """Write a language's page, with digits as they are written in a region.

    `alone` leaves out the English and what messages are for, so that whoever translates them back into
    English reads only what a reporter reads.
    """
    page = _page(language, region)
    seen: set[str] = set()
    steps = [(state.step, _part(state, page, seen)) for step in FLOW for state in _states(step, language)]
    return template("preview.html.jinja").render(
        alone=alone,
        language=language,
        own_name=_OWN_NAMES[language],
        state=review_state(language),
        glossary=read_glossary(language, FOLDER),
        steps=steps,
        others=[_message(name, page) for name in WORDS if name not in seen],
    )


def _page(language: str, region: str | None) -> _Page:
    """Gather what a page needs; its numbers are those of the sheets that go back into English."""
    messages = _messages()
    numbers = {message.context: number for number, message in enumerate(messages, 1)}
    contexts = {message.context: " ".join(message.comments) for message in messages}
    return _Page(language, _portal(region), numbers, contexts)


@cache
def _messages() -> tuple[English, ...]:
    return tuple(english())


def _portal(region: str | None) -> Portal:
    """Make up a portal that has everything that a card may show."""
    languages = tuple(_OWN_NAMES)
    return Portal(
        portal_id="preview",
        name="Preview",
        region=region,
        languages=languages,
        rules_form=RulesForm.SHORT,
        paused=False,
        web_page=_SAMPLE,
        legal_notes=tuple((language, _LAW) for language in languages),
        contacts=tuple(contact for purpose in Purpose for contact in _contacts(purpose, region)),
        maximum_addresses=20,
        moment=_MOMENT,
    )


def _contacts(purpose: Purpose, region: str | None) -> Iterator[Contact]:
    """Make up a number that is always open, and a page that has hours."""
    number = dataclasses.replace(_SAMPLE, text=_VALUES["reach"])
    country = region or _VALUES["country"]
    yield Contact(
        purpose, "Example", number, country, ALWAYS, area="Example", free=True, tried=_MOMENT.date()
    )
    name = "Take It Down" if purpose is Purpose.OWN_IMAGES else "Example"
    yield Contact(purpose, name, _SAMPLE, hours=_VALUES["hours"], timezone="UTC")


def _states(step: str, language: str) -> Iterator[State]:
    """Give the states in which a step's card says everything that it can say."""
    begun = begin("telegram", dataclasses.replace(_portal(None), languages=(language,)), language, _FRESH)
    linked = replace(begun, step=step, draft=replace(begun.draft, addresses=(_LINK,)))
    if step == "review":
        yield linked
        yield replace(linked, draft=replace(begun.draft, partial="forum example, third page"))
    elif step == "sent":
        sent = replace(linked, draft=replace(linked.draft, revision=1))
        yield replace(sent, delivered=True)
        yield sent
        yield replace(sent, practice=True)
    elif step == "whose":
        yield replace(linked, asked=Asked("note", "", ("@example",), "review"))
    elif step in {"withdraw", "end", "receipt"}:
        yield replace(linked, draft=replace(linked.draft, revision=1))
    else:
        yield replace(linked, practice=step == "cleared")


def _part(state: State, page: _Page, seen: set[str]) -> _Part:
    """Give a card in both languages, and what each message is for where it is seen for the first time."""
    said = card(state, page.portal)
    labels = [button.label for row in said.buttons for button in row]
    phrases = [label for label in labels if isinstance(label, Phrase)]
    names = [phrase.words for phrase in (*_each_alone(said.phrases), *phrases)]
    notes = tuple(_note(name, page) for name in dict.fromkeys(names) if name not in seen)
    seen.update(names)
    return _Part((_card(state, page), _card(replace(state, language=ENGLISH), page)), notes)


def _card(state: State, page: _Page) -> _Card:
    said = card(state, page.portal)
    labels = iter(button.label for row in said.buttons for button in row)
    rows = tuple(
        tuple(_button(button, next(labels), page) for button in row)
        for row in render(state, page.portal).rows
    )
    return _Card(state.language, _messages_in(said.phrases, state.language, page), rows)


def _messages_in(phrases: Iterable[Phrase], language: str, page: _Page) -> tuple[_Message, ...]:
    return tuple(
        _Message(page.numbers[phrase.words], put_into_words(phrase, language, page.portal.region))
        for phrase in _each_alone(phrases)
    )


def _each_alone(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    """Give each phrase, and those of its lines after it."""
    for phrase in phrases:
        yield replace(phrase, lines=())
        yield from (said for line in phrase.lines for said in line)


def _button(button: CardButton, label: Phrase | str, page: _Page) -> _Message:
    return _Message(page.numbers[label.words] if isinstance(label, Phrase) else None, button.label)


def _message(name: str, page: _Page) -> _Part:
    """Give a message that is on no card by itself, in each of its forms."""
    forms = tuple(_forms(name, page)) or (_alone(name, page),)
    own, english = (_Card(code, _messages_in(forms, code, page)) for code in (page.language, ENGLISH))
    return _Part((own, english), (_note(name, page),))


def _alone(name: str, page: _Page) -> Phrase:
    placeholders = [field for _, field, _, _ in Formatter().parse(WORDS[name]) if field]
    if placeholders and set(placeholders) <= set(_VALUES):
        return Phrase(name, tuple((field, _VALUES[field]) for field in placeholders))
    return named(name, next(_states("first", page.language)), page.portal)


def _forms(name: str, page: _Page) -> Iterator[Phrase]:
    if name in SAID_OF_ONE:
        for form in range(len(categories(page.language))):
            fitting = (number for number in range(1000) if form_of(number, page.language) == form)
            yield Phrase(name, (("maximum", str(next(fitting, _LARGEST_COUNT))),))


def _note(name: str, page: _Page) -> _Note:
    return _Note(page.numbers[name], name, page.contexts[name])


def regions_of(portals: Iterable[Portal]) -> dict[str, str | None]:
    """Give the region in which a language is read first: that of the first portal which begins with it."""
    found: dict[str, str | None] = {}
    for portal in portals:
        found.setdefault(portal.languages[0], portal.region)
    return found

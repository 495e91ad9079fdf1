"""A page on which a native speaker reads the whole talk beside the English, and needs nothing but the page.

Every card, every branch and every error is there, each message with its number, its name and what it is for.
The page loads nothing and runs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from html import escape
from pathlib import Path

from bot.exchange import CardButton
from bot.talks.render import put_into_words, render
from conversations.flow import FLOW
from conversations.flow.paragraphs import named
from conversations.portals.model import Contact, Portal, Purpose, RulesForm, Sourced
from conversations.state import Asked, Fresh, State
from conversations.talk import Phrase
from conversations.turns.cards import card
from conversations.turns.start_link import begin
from conversations.words import SAID_OF_ONE, WORDS
from locales.catalogues import ENGLISH, FOLDER, KNOWN_LOCALES
from locales.extraction import English, english
from locales.glossary import Glossary, read_glossary
from locales.plurals import categories, form_of
from locales.review import state as review_state

_FRESH = Fresh("00000000", "0" * 32, "0000-0000-0000-0000-0")
_LINK = "https://forum.example/thread/1234"
_SAMPLE = Sourced("www.example.org", "https://www.example.org/", date(2026, 1, 1))
_LAW = Sourced(
    "(a sentence on the law of the portal's country)", "https://www.example.org/", date(2026, 1, 1)
)
_LARGEST_COUNT = 1_000_000
_LOCALES = {locale.code: locale for locale in KNOWN_LOCALES}
_QUESTIONS = (
    "What does the hotline want people to send, and what must they never send?",
    "What does the hotline keep of the person who writes, and what does it not keep?",
    "Who reads a report?",
    "Is this the place for somebody who is in danger now? If not, where does the talk send them?",
)
_STYLE = Path(__file__).with_name("preview.css")


@dataclass(frozen=True, slots=True)
class _Page:
    """What every part of one page needs: the language, a portal that shows everything, and the numbers."""

    language: str
    portal: Portal
    numbers: Mapping[str, int]
    contexts: Mapping[str, str]


def preview(language: str, region: str | None) -> str:
    """Write a language's page, with digits as they are written in a region."""
    page = _page(language, region)
    shown = [state for step in FLOW for state in _states(step, language)]
    seen: set[str] = set()
    pairs = [_pair(state, page, seen) for state in shown]
    parts = (
        _head(page),
        "<h2>The talk, card by card</h2>",
        *pairs,
        "<h2>Said above a card, when something needs saying first; and by the apps</h2>",
        *(_message(name, page) for name in WORDS if name not in seen),
        _closing(),
    )
    title = f"{_LOCALES[language].own_name} ({language})"
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n" + "\n".join(parts) + "\n</html>\n"
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
    contacts = tuple(
        Contact(purpose, "Take It Down" if purpose is Purpose.OWN_IMAGES else "Example", _SAMPLE)
        for purpose in Purpose
        if purpose is not Purpose.DANGER
    )
    languages = tuple(_LOCALES)
    return Portal(
        portal_id="preview",
        name="Preview",
        region=region,
        languages=languages,
        rules_form=RulesForm.SHORT,
        paused=False,
        web_page=_SAMPLE,
        legal_notes=tuple((language, _LAW) for language in languages),
        contacts=contacts,
        maximum_addresses=20,
    )


def _states(step: str, language: str) -> Iterator[State]:
    """Give the states in which a step's card says everything that it can say."""
    begun = begin("telegram", replace(_portal(None), languages=(language,)), language, _FRESH)
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


def _pair(state: State, page: _Page, seen: set[str]) -> str:
    """Show a card in both languages, and what each message is for where it is seen for the first time."""
    said = card(state, page.portal)
    labels = [button.label for row in said.buttons for button in row]
    names = [phrase.words for phrase in (*said.phrases, *labels) if isinstance(phrase, Phrase)]
    notes = "".join(_note(name, page) for name in names if name not in seen)
    seen.update(names)
    both = _card(state, page) + _card(replace(state, language=ENGLISH), page)
    return f'<h3>{state.step}</h3>\n<div class="pair">{both}</div>\n{notes}'


def _card(state: State, page: _Page) -> str:
    said = card(state, page.portal)
    paragraphs = _paragraphs(said.phrases, state.language, page)
    labels = iter(button.label for row in said.buttons for button in row)
    rows = "".join(
        f"<div class=row>{''.join(_button(button, next(labels), page) for button in row)}</div>"
        for row in render(state, page.portal).rows
    )
    return f"<div {_written(state.language)} class=card>{paragraphs}{rows}</div>"


def _paragraphs(phrases: Iterable[Phrase], language: str, page: _Page) -> str:
    said = ((phrase.words, put_into_words(phrase, language, page.portal.region)) for phrase in phrases)
    return "".join(f"<p>{_number(name, page)}{escape(text)}</p>" for name, text in said)


def _button(button: CardButton, label: Phrase | str, page: _Page) -> str:
    number = _number(label.words, page) if isinstance(label, Phrase) else ""
    return f"<span>{number}{escape(button.label)}</span>"


def _message(name: str, page: _Page) -> str:
    """Show a message that stands on no card by itself, in each of its forms."""
    forms = tuple(_forms(name, page)) or (named(name, next(_states("first", page.language)), page.portal),)
    both = "".join(
        f"<div {_written(language)} class=card>{_paragraphs(forms, language, page)}</div>"
        for language in (page.language, ENGLISH)
    )
    return f'<div class="pair">{both}</div>\n{_note(name, page)}'


def _forms(name: str, page: _Page) -> Iterator[Phrase]:
    if name in SAID_OF_ONE:
        for form in range(len(categories(page.language))):
            fitting = (number for number in range(1000) if form_of(number, page.language) == form)
            yield Phrase(name, (("maximum", str(next(fitting, _LARGEST_COUNT))),))


def _note(name: str, page: _Page) -> str:
    return f"<small>{page.numbers[name]} <b>{name}</b> {escape(page.contexts[name])}</small>"


def _number(name: str, page: _Page) -> str:
    return f"<sup>{page.numbers[name]}</sup> "


def _written(language: str) -> str:
    return f'lang="{language}" dir="{"rtl" if _LOCALES[language].right_to_left else "ltr"}"'


def _head(page: _Page) -> str:
    glossary = read_glossary(page.language, FOLDER)
    return f"""<h1>{escape(_LOCALES[page.language].own_name)} ({page.language})</h1>
<p>State: {escape(review_state(page.language))}.</p>
<p>Thank you for reading this. It is what a chat program says to people who stumbled on pictures of
child sexual abuse and want to report the web link. They may be upset, 13 years old, or new to reading. On the
left is what they read in your language, on the right the English. Every message has a small number. Where
something is wrong, unclear, cold, or not what people say, write down the number and what it should say. At
the end are four questions.</p>
<h2>How this language is written here</h2>
<p class="voice">{escape(glossary.voice.strip())}</p>
{_terms(glossary, page.language)}"""


def _terms(glossary: Glossary, language: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(term.english.replace('|', ' / '))}"
        f"<td {_written(language)}>{escape(' / '.join(term.say))}"
        f"<td>{escape(term.why)}"
        for term in glossary.terms
    )
    return f"<table><tr><th>English<th>here<th>why{rows}</table>" if rows else ""


def _closing() -> str:
    return (
        "<h2>Four questions, to be answered from the talk alone</h2>\n<ol>"
        + "".join(f"<li>{question}" for question in _QUESTIONS)
        + "</ol>"
    )


def regions_of(portals: Iterable[Portal]) -> dict[str, str | None]:
    """Give the region in which a language is read first: that of the first portal which begins with it."""
    found: dict[str, str | None] = {}
    for portal in portals:
        found.setdefault(portal.languages[0], portal.region)
    return found

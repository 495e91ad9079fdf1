"""A page shows a native speaker the whole talk: every message, every branch, and what each is for."""

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.talks.render import put_into_words
from bot.tools.preview import preview, regions_of
from conversations.flow import FLOW
from conversations.talk import Phrase
from conversations.words import SAID_OF_ONE, WORDS
from locales.catalogues import KNOWN_LOCALES
from locales.extraction import english
from locales.plurals import categories
from reportline.command_line import app
from tests.cases import for_every
from tests.talking import LANGUAGES, PORTALS


@cache
def _page(language: str) -> str:
    return preview(language, None)


class Shape(HTMLParser):
    """The elements of a page, as a browser opens and closes them."""

    CLOSED_BY_OTHERS = frozenset({"html", "meta", "li", "tr", "td", "th", "ol", "p"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.seen.append((tag, dict(attrs)))
        if tag not in self.CLOSED_BY_OTHERS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note an element that closes: the one that was opened last."""
        if tag not in self.CLOSED_BY_OTHERS:
            assert self.open.pop() == tag


@cache
def _contexts() -> list[tuple[str, str]]:
    """Give the name of every message, in their order, with what it is for."""
    contexts = {message.context: " ".join(message.comments) for message in english()}
    return [(name, contexts[name]) for name in sorted(WORDS)]


def _shape(page: str) -> Shape:
    shape = Shape()
    shape.feed(page)
    assert shape.open == []
    return shape


@for_every(language=LANGUAGES)
def test_every_message_is_there_with_its_number_and_what_it_is_for(language: str) -> None:
    """Nothing that a reporter can read is left out of what is reviewed."""
    page = unescape(_page(language))
    for number, (name, context) in enumerate(_contexts(), 1):
        assert f"<small>{number} <b>{name}</b> {context}</small>" in page
        assert f"<sup>{number}</sup> " in page
    assert page.count("<small>") == len(WORDS)


@for_every(language=LANGUAGES)
def test_every_step_is_there_as_it_is_shown(language: str) -> None:
    """Every card of the table, in both languages, with its buttons."""
    page = _page(language)
    assert set(re.findall(r"<h3>(\w+)</h3>", page)) == set(FLOW)
    for name in ("first.hello", "danger.card", "sent.kept", "sent.practice", "review.partial", "no_link.3"):
        if name != "review.partial":
            assert put_into_words(Phrase(name), language) in unescape(page)
    assert "third page" in page


@for_every(language=LANGUAGES)
def test_every_plural_form_is_shown(language: str) -> None:
    """A form that is rarely said is reviewed too."""
    for name in SAID_OF_ONE:
        number = sorted(WORDS).index(name) + 1
        shown = re.findall(
            rf'<div lang="{language}"[^>]*>((?:<p><sup>{number}</sup>[^<]*</p>)+)</div>', _page(language)
        )
        assert shown[0].count("<p>") == len(categories(language))


@for_every(language=LANGUAGES)
def test_the_way_back_shows_whole_cards_and_no_english(language: str) -> None:
    """Whoever translates back reads each message where it stands, and not what it should say."""
    page = preview(language, None, alone=True)
    assert "<small>" not in page
    assert 'lang="en" dir' not in page or language == "en"
    assert page.count("class=card") * 2 == _page(language).count("class=card")
    assert {f"<sup>{number}</sup> " in page for number in range(1, len(WORDS) + 1)} == {True}
    assert not [name for name in WORDS if f"<b>{name}</b>" in page]


@for_every(language=LANGUAGES)
def test_a_page_loads_nothing_and_runs_nothing(language: str) -> None:
    """It can be sent by mail and opened without a network."""
    shape = _shape(_page(language))
    assert not {"script", "link", "img", "iframe", "form", "input", "a", "object"} & {
        tag for tag, _ in shape.seen
    }
    assert not {"src", "href", "style", "onload", "srcset"} & {
        key for _, attrs in shape.seen for key in attrs
    }
    assert "url(" not in _page(language)
    assert "@import" not in _page(language)


def test_what_the_page_says_of_itself_holds_on_a_phone_too() -> None:
    """There the sides stand above one another; and a term may be the beginning of a word."""
    page = _page("fr")
    assert "grid-template-columns: 1fr }" in page
    assert "left, or above on a small screen, is what they read in your language" in page
    assert "<th>here, or how its forms begin" in page


@for_every(language=LANGUAGES)
def test_each_side_runs_its_way(language: str) -> None:
    """The language's side runs as it is written, the English from left to right."""
    cards = [attrs for tag, attrs in _shape(_page(language)).seen if tag == "div" and "lang" in attrs]
    (locale,) = (locale for locale in KNOWN_LOCALES if locale.code == language)
    expected = "rtl" if locale.right_to_left else "ltr"
    assert {attrs["dir"] for attrs in cards if attrs["lang"] == language} == {expected}
    assert {attrs["dir"] for attrs in cards if attrs["lang"] == "en"} == {"ltr"}


def test_digits_of_the_region() -> None:
    """Arabic for Comoros shows the digits that are read there."""
    assert "٣٠" in preview("ar", "KM")
    assert "٣٠" not in preview("ar", "MA")


def test_regions_are_those_of_the_portals() -> None:
    """A language is shown as it is written where a portal offers it first."""
    regions = regions_of(PORTALS.values())
    assert (regions["ne"], regions["ur"], regions["ar"]) == ("NP", "PK", "MA")


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`locales preview` writes a page for each language, or for those that are named."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["locales", "preview", "wo", "ln"])
    pages = tmp_path / "previews"
    assert (result.exit_code, result.output) == (0, f"wrote {pages}/wo.html\nwrote {pages}/ln.html\n")
    result = CliRunner().invoke(app, ["locales", "preview", "wo", "--alone", "--to", "back"])
    assert "Four questions" not in (tmp_path / "back" / "wo.html").read_text(encoding="utf-8")
    result = CliRunner().invoke(app, ["locales", "preview", "--to", "all"])
    assert sorted(path.stem for path in (tmp_path / "all").iterdir()) == sorted(LANGUAGES)
    result = CliRunner().invoke(app, ["locales", "preview", "xx"])
    assert (result.exit_code, "There is no language xx." in result.output) == (1, True)

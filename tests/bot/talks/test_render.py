"""Rendered words fit every channel: values are isolated, limits are kept, buttons' data survives a tap."""

import re
from string import Formatter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.talks.render import command_menu, put_into_words, render
from conversations.flow import FLOW
from conversations.talk import Phrase
from conversations.words import SAID_OF_ONE, WORDS
from locales.catalogues import KNOWN_LOCALES
from locales.digits import in_digits_of
from tests.cases import for_every
from tests.talking import LANGUAGES, PORTALS, new_state

TELEGRAM_TEXT = 4096
TELEGRAM_DATA = 64
# Of WhatsApp's and Messenger's buttons.
SHORT_LABEL = 20
LABEL = 24
# What turns the direction of text is taken out of whatever is inserted.
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
RIGHT_TO_LEFT = [locale.code for locale in KNOWN_LOCALES if locale.right_to_left]


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@for_every(letter=["a", "\U00020000"], step=FLOW, language=LANGUAGES)
def test_every_card_fits_telegram_even_with_twenty_of_the_longest_links(
    letter: str, step: str, language: str
) -> None:
    links = tuple(f"https://forum.example/{number}/" + letter * 1990 for number in range(20))
    draft = replace(new_state().draft, addresses=links)
    state = replace(new_state(language), step=step, draft=draft, turn=99_999)
    shown = render(state, PORTALS["international"])
    assert _utf16_units(shown.text) <= TELEGRAM_TEXT
    for row in shown.rows:
        for button in row:
            assert len(button.data.encode()) <= TELEGRAM_DATA
            assert button.data.isascii()


@for_every(name=[name for name in WORDS if name.startswith("button.")], language=LANGUAGES)
def test_every_button_fits_every_channel(name: str, language: str) -> None:
    label, _, short = put_into_words(Phrase(name), language).partition("\n")
    assert _utf16_units(label) <= LABEL
    assert len(short or label) <= SHORT_LABEL


@for_every(language=LANGUAGES)
def test_the_presentation_fits_telegram(language: str) -> None:
    assert len(put_into_words(Phrase("presentation.description"), language)) <= 512
    assert len(put_into_words(Phrase("presentation.short"), language)) <= 120
    for command, meaning in command_menu(language):
        assert command.isascii()
        assert 1 <= len(meaning) <= 256


def test_a_link_stands_in_an_isolate_of_its_own() -> None:
    words = put_into_words(
        Phrase("review.links", (("links", "hxxps://a[.]example\nhxxps://b[.]example"),)), "en"
    )
    assert words.endswith("\n\u2066hxxps://a[.]example\u2069\n\u2066hxxps://b[.]example\u2069")


@for_every(
    language=["ar", "ur", "ps"], name=["خط نجدة الطفل", "مددگار", "د ماشومانو مرسته", "Police secours"]
)
def test_name_and_number_of_a_helper_are_isolated_each_by_itself(language: str, name: str) -> None:
    """Else the groups of a number swap beside a name that is written from right to left."""
    said = put_into_words(Phrase("contact.line", (("name", name), ("reach", "116 111"))), language)
    assert f"\u2068{name}\u2069" in said
    assert "\u2066116 111\u2069" in said


def test_the_lines_of_a_paragraph_follow_below_it() -> None:
    line = (Phrase("contact.free"), Phrase("contact.untried", (("year", "2026"),)))
    said = put_into_words(Phrase("contacts.list", (("country", "MA"),), (line, line[:1])), "en")
    assert said == (
        "These can help (\u2068Morocco\u2069):\n"
        "Free to call. We read this in \u20682026\u2069. We have not tried it.\n"
        "Free to call."
    )


@for_every(language=LANGUAGES)
def test_every_country_to_choose_from_has_a_label_that_fits_every_channel(language: str) -> None:
    state = replace(new_state(language), step="country", after=("first",))
    portal = PORTALS["international"]
    labels = [each.label for row in render(state, portal).rows for each in row if ".country_" in each.data]
    assert len(labels) == len(portal.countries)
    assert all(0 < _utf16_units(label) <= LABEL for label in labels)


@example("\ud800")
@given(st.text(st.characters(exclude_characters=TURNS), min_size=1, max_size=400))
def test_whatever_is_inserted_is_text_and_never_a_placeholder(value: str) -> None:
    words = put_into_words(Phrase("review.partial", (("partial", value),)), "en")
    for line in value.split("\n"):
        assert f"\u2068{line}\u2069" in words or "…" in words


def test_a_number_stands_in_an_isolate_too() -> None:
    words = put_into_words(Phrase("rules.progress", (("number", "2"), ("total", "6"))), "en")
    assert words.startswith("Rule \u20682\u2069 of \u20686\u2069.")


@for_every(name=WORDS, language=LANGUAGES)
def test_every_inserted_value_stands_in_an_isolate(name: str, language: str) -> None:
    """Whatever a message inserts, in every language, is kept apart from the direction of its text."""
    names = [field for _, field, _, _ in Formatter().parse(WORDS[name]) if field]
    said = put_into_words(Phrase(name, tuple((field, "7") for field in names)), language)
    value = in_digits_of("7", language, None)
    isolated = re.findall(f"[\u2066\u2068](?:7|{value})\u2069", said)
    assert len(isolated) == len(names)
    assert said.count("\u2066") + said.count("\u2068") == said.count("\u2069")


@for_every(name=[name for name in WORDS if not name.startswith("button.")], language=RIGHT_TO_LEFT)
def test_what_is_latin_in_a_right_to_left_message_stands_in_an_isolate(name: str, language: str) -> None:
    """A command, a name or the beginning of a link never turns the sentence around it."""
    values = tuple((field, "7") for _, field, _, _ in Formatter().parse(WORDS[name]) if field)
    said = put_into_words(Phrase(name, values), language)
    assert not re.search("[A-Za-z]", re.sub("[\u2066\u2068][^\u2069]*\u2069", "", said))


@pytest.mark.parametrize(
    ("language", "region", "written"),
    [
        *(("ps", region, "۳۰") for region in (None, "PK", "AF")),
        *(("ne", region, "३०") for region in (None, "NP")),
        *(("ar", region, "30") for region in (None, "MA", "TN")),
        *(("ar", region, "٣٠") for region in ("KM", "EG")),
        *(("ur", region, "30") for region in (None, "PK")),
        ("ur", "IN", "۳۰"),
        ("hi", "IN", "30"),
        ("es", "AR", "30"),
    ],
)
def test_digits_are_written_as_the_language_does_in_the_region(
    language: str, region: str | None, written: str
) -> None:
    """CLDR's default numbering for language and region: in our sentences, and in numbers put into them."""
    assert written in put_into_words(Phrase("review.not_sent"), language, region)
    counted = put_into_words(Phrase("link.full.1", (("maximum", "30"),)), language, region)
    assert f"\u2068{written}\u2069" in counted


@pytest.mark.parametrize("language", ["ps", "ne"])
def test_links_and_receipts_keep_their_digits(language: str) -> None:
    """What must be typed or compared letter by letter stays as it is in every language."""
    links = put_into_words(Phrase("review.links", (("links", "hxxps://a[.]example/15"),)), language)
    assert "\u2066hxxps://a[.]example/15\u2069" in links
    receipt = put_into_words(Phrase("receipt.card", (("receipt", "AB12-CD34-EF56-GH78-9"),)), language)
    assert "\u2066AB12-CD34-EF56-GH78-9\u2069" in receipt


@for_every(name=SAID_OF_ONE, language=LANGUAGES, count=[0, 1, 2, 3, 5, 11, 20, 21, 100, 200, 1000])
def test_a_message_that_counts_says_so_of_every_number(name: str, language: str, count: int) -> None:
    """Every plural category of CLDR has its form, and the number stands in each."""
    said = put_into_words(Phrase(name, (("maximum", str(count)),)), language)
    assert f"\u2068{in_digits_of(str(count), language, None)}\u2069" in said


def test_one_is_said_as_one() -> None:
    one, many = (put_into_words(Phrase("too_long.2", (("maximum", number),)), "en") for number in ("1", "2"))
    assert one.replace("\u20681\u2069 letter ", "\u20682\u2069 letters ") == many

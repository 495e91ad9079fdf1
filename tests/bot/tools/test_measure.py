"""A talk costs a reporter little on every way and in every language; the measure notices when it does not."""

from dataclasses import replace

from typer.testing import CliRunner

from bot.commands.flow import flow
from bot.tools.measure import WAYS, faults, grade, measure, sentences_of, words_of
from tests.cases import for_every
from tests.talking import EVERY_LANGUAGE, LANGUAGES, PORTALS

OF_PORTALS = [(name, language) for name, portal in PORTALS.items() for language in portal.languages]


@for_every(way=WAYS, spoken=OF_PORTALS)
def test_every_way_stays_within_its_limits(way: str, spoken: tuple[str, str]) -> None:
    portal, language = spoken
    assert faults(measure(way, language, PORTALS, portal)) == ()


@for_every(way=WAYS, language=LANGUAGES)
def test_every_way_stays_within_its_limits_in_every_language(way: str, language: str) -> None:
    assert faults(measure(way, language, EVERY_LANGUAGE, "international")) == ()


def test_each_limit_can_be_passed() -> None:
    measures = replace(
        measure("link first", "en", PORTALS, "international"),
        taps=3,
        first_words=71,
        words=301,
        bytes=15 * 1024 + 1,
        grade=5.1,
        longest_sentence=13,
        longest_card=91,
    )
    assert len(faults(measures)) == 8


def test_a_way_is_measured_as_it_is_walked() -> None:
    measures = measure("home page first", "en", PORTALS, "international")
    assert measures.taps == 2
    assert measures.first_words == 0
    assert measure("start, link, send", "en", PORTALS, "international").first_words > 0


def test_links_are_not_counted_as_words() -> None:
    assert words_of("See this: \u2066hxxps://forum[.]example/a\u2069 now") == ["See", "this:", "now"]


def test_a_sentence_ends_where_a_reader_pauses() -> None:
    assert sentences_of("One two. Three? Four:\nfive") == ["One two", "Three", "Four", "five"]


def test_long_words_and_sentences_have_a_higher_grade() -> None:
    assert grade("The cat sat. The dog ran.") < grade(
        "Organisational considerations necessitate comprehensive administrative documentation immediately."
    )


def test_the_command_prints_every_way_and_says_that_all_is_well() -> None:
    result = CliRunner().invoke(flow, ["measure"])
    assert result.exit_code == 0
    assert all(way in result.output for way in WAYS)


def test_the_graph_is_printed_for_mermaid() -> None:
    result = CliRunner().invoke(flow, ["graph"])
    assert result.output.startswith("flowchart TD\n")

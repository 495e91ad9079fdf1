"""The search works: it finds every marker that is leaked on purpose, into any sink, in any encoding."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries.encodings import WAYS, ways
from tests.canaries.evidence import files
from tests.canaries.leaks import leaked
from tests.canaries.markers import Kind, Marker, Mint
from tests.canaries.search import Finding, Haystacks, Sink

SINKS = (
    *("data: leak", "written: process.stdout", "written: process.stderr", "intake: HTTP", "Telegram"),
    *("data: reportline.db-wal", "database: fields", "Valkey: keys and values", "Valkey: the way to it"),
    *("database: opened", "intake: opened"),
)
RARE = 6


@pytest.fixture(scope="module")
def markers() -> list[Marker]:
    """Give a marker of each type: a text with all that has to be escaped, a number, degrees, a time."""
    mint = Mint()
    mint.text("a text")
    mint.number("a number")
    mint.place("degrees")
    mint.moment("a time")
    return list(mint.markers.values())


@pytest.fixture(scope="module")
def sinks(markers: list[Marker], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sink]:
    """Leak them."""
    return leaked(markers, tmp_path_factory.mktemp("leaks"))


@pytest.fixture(scope="module")
def found(markers: list[Marker], sinks: dict[str, Sink]) -> dict[str, set[Finding]]:
    """Search them."""
    haystacks = Haystacks(markers)
    return {name: set(haystacks.search(sink)) for name, sink in sinks.items()}


def _written(markers: list[Marker], way: str, least: int) -> Iterator[tuple[str, str]]:
    for marker in markers:
        yield from ((marker.name, way) for name, form in ways(marker) if name == way and len(form) >= least)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SINKS)
def test_a_leak_is_found(
    markers: list[Marker],
    sinks: dict[str, Sink],
    found: dict[str, set[Finding]],
    name: str,
    way: str,
) -> None:
    """Every way of every marker is found in each sink, but for four bytes among keys and seals."""
    wanted = set(_written(markers, way, RARE if sinks[name].random else 1))
    assert wanted
    assert wanted <= {(finding.marker, finding.way) for finding in found[name]}


def test_every_form_of_a_way_is_found(markers: list[Marker], sinks: dict[str, Sink]) -> None:
    """Each alignment, alphabet, byte order and spelling is a needle of its own, and each is found."""
    haystacks = Haystacks(markers)
    for marker in markers:
        for way, form in ways(marker):
            assert any(finding.way == way for finding in haystacks.search(Sink("one", b"<" + form + b">")))
    assert len(haystacks.search(sinks["data: leak"])) == haystacks.needles


def test_a_name_of_a_file_is_searched(markers: list[Marker], tmp_path: Path) -> None:
    """A leak into the name of a file is found though the file is empty."""
    (tmp_path / str(markers[1].value)).touch()
    assert any(Haystacks(markers).search(sink) for sink in files(tmp_path, "data"))


def test_nothing_is_found_where_nothing_is(markers: list[Marker]) -> None:
    """A megabyte of chance and a megabyte of text hold no marker."""
    haystacks = Haystacks(markers)
    assert haystacks.search(Sink("chance", os.urandom(1_000_000), random=True)) == []
    assert haystacks.search(Sink("text", "Nothing, здесь, هنا. ".encode() * 40_000)) == []
    assert haystacks.bytes_searched > 2_000_000


def test_words_are_allowed_to_their_readers_alone() -> None:
    """What a reporter means to tell may be read where they and the intake read, and nowhere else."""
    words = Marker("said", "sixteen-letters!", Kind.WORDS)
    content = b"... sixteen-letters! ..."
    assert Haystacks([words]).search(Sink("opened", content, frozenset({Kind.WORDS}))) == []
    assert Haystacks([words]).search(Sink("clear", content)) != []
    identity = Marker("known", "sixteen-letters!")
    assert Haystacks([identity]).search(Sink("opened", content, frozenset(Kind) - {Kind.IDENTITY})) != []

import struct
import zlib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import typer
import zxingcpp
from typer.testing import CliRunner

from bot.commands.portal import links, portal
from bot.settings import PORTALS
from bot.talks.portals import read_portals
from bot.tools.portal_links import Invitation, page
from bot.tools.templates import direction
from conversations.turns.start_link import follow
from locales.catalogues import KNOWN_LOCALES
from tests.cases import for_every
from tests.talking import new_state

KNOWN = read_portals(PORTALS, frozenset(locale.code for locale in KNOWN_LOCALES))
INVITATIONS = [
    Invitation("reports_bot", name, code) for name, each in KNOWN.items() for code in each.languages
]
LONGEST = Invitation("a" * 29 + "bot", "p" * 32, "es")
SVG = "{http://www.w3.org/2000/svg}"


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the texts between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag that holds nothing."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Take the tag away that ends here."""
        assert self.open.pop() == tag


def _pixels(png: bytes) -> tuple[int, bytes]:
    """Read a PNG of one bit a pixel: its width, and a byte for each pixel."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (1, 0)
    data = zlib.decompress(b"".join(_chunks(png)))
    row_length = (width + 7) // 8
    rows: list[bytes] = [bytes(row_length)]
    for place in range(0, len(data), row_length + 1):
        # A row stands as it is (0), or as what it adds to the row above (2).
        above = {0: bytes(row_length), 2: rows[-1]}[data[place]]
        row = data[place + 1 : place + 1 + row_length]
        rows.append(bytes((one + other) % 256 for one, other in zip(row, above, strict=True)))
    assert len(rows) == height + 1
    bits = "".join(f"{int.from_bytes(row, 'big'):0{row_length * 8}b}"[:width] for row in rows[1:])
    return width, bits.encode().translate(bytes.maketrans(b"01", b"\x00\xff"))


def _chunks(png: bytes) -> list[bytes]:
    place, found = 8, []
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            found.append(png[place + 8 : place + 8 + length])
        place += length + 12
    return found


def _drawn(svg: str, scale: int = 8) -> tuple[int, bytes]:
    """Draw an SVG whose one stroke runs in rows, as a QR code's does."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    width = int(root.attrib["width"]) // 5
    stroke = next(each for each in root.iter() if each.get("stroke"))
    pixels = bytearray(b"\xff" * (width * scale) ** 2)
    x = y = 0.0
    for letter, numbers in _steps(stroke.attrib["d"]):
        if letter == "h":
            for row in range(int(y) * scale, (int(y) + 1) * scale):
                start = row * width * scale + int(x) * scale
                pixels[start : start + int(numbers[0]) * scale] = bytes(int(numbers[0]) * scale)
            x += numbers[0]
        elif letter == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            x, y = numbers[0], numbers[1]
    return width * scale, bytes(pixels)


def _steps(path: str) -> list[tuple[str, list[float]]]:
    parts = "".join(f"\n{c} " if c in "Mmh" else c for c in path).strip().splitlines()
    return [(part[0], [float(number) for number in part[1:].split()]) for part in parts]


def _decoded(width: int, pixels: bytes) -> list[str]:
    image = memoryview(pixels).cast("B", (len(pixels) // width, width))
    return [code.text for code in zxingcpp.read_barcodes(image)]


@for_every(invitation=[*INVITATIONS, LONGEST])
def test_the_codes_hold_exactly_the_link(invitation: Invitation) -> None:
    """Another library reads the link out of both files; four modules of white are around it."""
    width, pixels = _pixels(invitation.png())
    assert width == invitation.png_width
    assert pixels[: 4 * 16 * width].strip(b"\xff") == b""
    assert _decoded(width, pixels) == [invitation.link]
    assert _decoded(*_drawn(invitation.svg(is_file=True))) == [invitation.link]


@for_every(invitation=INVITATIONS)
def test_a_link_begins_in_its_portal_and_language(invitation: Invitation) -> None:
    """The talk reads the payload as it is meant, whatever bot it is opened with, and Telegram takes it."""
    payload = invitation.link.partition("?start=")[2]
    state = follow(new_state(), payload, KNOWN)
    assert (state.portal, state.language) == (invitation.portal, invitation.language)
    assert len(LONGEST.name) <= 64
    assert invitation.link == f"https://t.me/reports_bot?start={invitation.portal}-{invitation.language}"


@for_every(invitation=INVITATIONS)
def test_a_snippet_stands_by_itself(invitation: Invitation) -> None:
    """It loads and runs nothing, tells Telegram nothing of the page, names its language and its picture."""
    snippet = Tags(invitation.snippet())
    assert snippet.open == []
    (name, section), *_ = snippet.tags
    assert (name, section["lang"], section["dir"]) == (
        "section",
        invitation.language,
        direction(invitation.language),
    )
    (link,) = [attributes for tag, attributes in snippet.tags if tag == "a"]
    assert link["href"] == invitation.link
    assert {*(link["rel"] or "").split()} == {"noopener", "noreferrer", "nofollow"}
    assert link["referrerpolicy"] == "no-referrer"
    (picture,) = [attributes for _, attributes in snippet.tags if attributes.get("role") == "img"]
    assert picture["aria-label"]
    assert {tag for tag, _ in snippet.tags} == {"section", "p", "a", "div", "svg", "g", "path"}
    assert not {"src", "style", "class", "id", "xlink:href"} & {
        key for _, each in snippet.tags for key in each
    }
    assert invitation.snippet().count("://") == 1


def test_right_to_left_is_data() -> None:
    """Every language that is written from the right says so."""
    assert {each.code for each in KNOWN_LOCALES if direction(each.code) == "rtl"} == {
        each.code for each in KNOWN_LOCALES if each.right_to_left
    }


def test_a_page_holds_every_snippet() -> None:
    whole = page(INVITATIONS)
    assert all(each.snippet() in whole for each in INVITATIONS)
    assert '<meta charset="utf-8">' in whole
    assert whole.startswith(f'<!doctype html>\n<html lang="{INVITATIONS[0].language}" dir="ltr">')


@pytest.fixture
def _bots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTLINE_BOTS_FILE", str(tmp_path / "bots.toml"))
    monkeypatch.setenv("ONE", "7001:" + "a" * 35)
    monkeypatch.setenv("TWO", "7002:" + "a" * 35)
    bots = [("ar_bot", "ONE", ""), ("ar_too_bot", "TWO", 'languages = ["en"]\n')]
    text = "".join(
        f'[[bots]]\nportal = "ar"\nusername = "{name}"\ntoken_environment = "{variable}"\n{more}\n'
        for name, variable, more in bots
    )
    (tmp_path / "bots.toml").write_text(text, encoding="utf-8")


def _links(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(links)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


@pytest.mark.usefixtures("_bots")
def test_each_bot_of_the_portal_is_printed() -> None:
    """Links and snippets of every bot are printed in the languages that it speaks."""
    status, output = _links("ar")
    links = [line for line in output.splitlines() if line[2:].startswith(": https://")]
    assert status == 0
    assert links == [
        "es: https://t.me/ar_bot?start=ar-es",
        "en: https://t.me/ar_bot?start=ar-en",
        "en: https://t.me/ar_too_bot?start=ar-en",
    ]
    assert output.count("<section") == 3


@pytest.mark.usefixtures("_bots")
def test_files_of_several_bots_lie_apart(tmp_path: Path) -> None:
    assert _links("ar", "--folder", str(tmp_path / "web"))[0] == 0
    files = {str(path.relative_to(tmp_path / "web")) for path in (tmp_path / "web").rglob("*.*")}
    of_one = {"ar-es.svg", "ar-es.png", "ar-en.svg", "ar-en.png", "ar.html"}
    of_two = {"ar-en.svg", "ar-en.png", "ar.html"}
    assert files == {f"ar_bot/{name}" for name in of_one} | {f"ar_too_bot/{name}" for name in of_two}


def test_without_a_file_the_bot_is_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTLINE_BOTS_FILE", str(tmp_path / "none.toml"))
    status, output = _links("ar")
    assert (status, output) == (
        1,
        f"There is no {tmp_path / 'none.toml'}. Name the bot: --username example_ar_bot.\n",
    )


def test_where_the_files_went_is_told_by_a_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, output = _links("ar", "--username", "@my_own_bot", "--folder", "web")
    assert (status, output.partition(":")[0]) == (0, f"Written to {tmp_path / 'web'}")


def test_a_named_bot_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever polls one bot has no bots.toml; the file is then not even looked for."""
    monkeypatch.setenv("REPORTLINE_BOTS_FILE", str(tmp_path / "none.toml"))
    status, output = _links("ar", "--username", "@my_own_bot", "--folder", str(tmp_path / "web"))
    assert (status, "level M, as PNG 592 pixels wide" in output) == (0, True)
    assert {path.name for path in (tmp_path / "web").iterdir()} == {
        *(f"ar-{language}.{kind}" for language in ("es", "en") for kind in ("svg", "png")),
        "ar.html",
    }
    assert _decoded(*_pixels((tmp_path / "web" / "ar-es.png").read_bytes())) == [
        "https://t.me/my_own_bot?start=ar-es"
    ]


def test_without_a_bots_file_the_way_to_name_a_bot_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTLINE_BOTS_FILE", str(tmp_path / "none.toml"))
    status, output = _links("ar")
    assert (status, "Name the bot: --username" in output.replace("\n", " ")) == (1, True), output


def test_a_portals_file_is_checked_by_its_name_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name in the current folder comes first."""
    text = (PORTALS / "ar.toml").read_text(encoding="utf-8").replace('id = "ar"', 'id = "my"')
    portals, here = tmp_path / "portals", tmp_path / "here"
    for folder in (portals, here):
        folder.mkdir()
        (folder / "my.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("REPORTLINE_PORTALS_DIR", str(portals))
    monkeypatch.chdir(here)
    (portals / "my.toml").write_text("nonsense", encoding="utf-8")
    assert _check("my.toml") == (0, "1 portal is fine.\n")
    (here / "my.toml").unlink()
    status, output = _check("my.toml")
    assert status == 1
    assert output.startswith(f"{portals / 'my.toml'}:1: ")


def _check(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(portal, ["check", *arguments])
    return result.exit_code, result.output


@pytest.mark.usefixtures("_bots")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["xx"], f"There are {', '.join(KNOWN)}."),
        (["international"], "No bot in"),
        (["ar", "--username", "bot"], "--username is the bot"),
        (["ar", "--folder", __file__], "Choose another folder."),
    ],
)
def test_what_cannot_be_linked_is_told(arguments: list[str], says: str) -> None:
    status, output = _links(*arguments)
    assert (status, says in output) == (1, True), output

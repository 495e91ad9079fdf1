from pathlib import Path

import pytest

from bot.fleet.bots_file import BotEntry, read_bots, require_unserved, require_username
from bot.settings import PORTALS
from bot.talks.portals import read_portals
from locales.catalogues import KNOWN_LANGUAGES
from reportline.readiness import NotReady

TOKEN = "7001:" + "aB3_-" * 7
OTHER = "7002:" + "aB3_-" * 7
EXAMPLE = Path(__file__).parents[3] / "bots.example.toml"
KNOWN = read_portals(PORTALS, KNOWN_LANGUAGES)
WHOLE = """\
# Two bots.
[[bots]]
portal = "ar"
username = "ar_reports_bot"
token_file = "ar.token"

[[bots]]
portal = "international"
username = "ReportsBot"
token_environment = "WORLD_TOKEN"
languages = ["es"]
paused = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with token files: a good one, one that is open to others, one without a token."""
    for name, text, mode in (("ar", TOKEN, 0o600), ("open", TOKEN, 0o640), ("empty", "", 0o600)):
        path = tmp_path / f"{name}.token"
        path.write_text(f"{text}\n", encoding="ascii")
        path.chmod(mode)
    return tmp_path


def _read(folder: Path, text: str) -> tuple[BotEntry, ...]:
    path = folder / "bots.toml"
    path.write_text(text, encoding="utf-8")
    return read_bots(path, KNOWN, {"WORLD_TOKEN": OTHER, "SHORT": "7002:abc"})


def _faults(folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(NotReady) as raised:
        _read(folder, text)
    assert TOKEN not in f"{raised.value!r} {raised.value.__context__!r}"
    lines = (
        line.removeprefix(f"{folder / 'bots.toml'}:").partition(": ")
        for line in str(raised.value).splitlines()
    )
    return [(int(number), what) for number, _, what in lines]


def test_whole(folder: Path) -> None:
    """A bot speaks the languages of its portal, unless it names some; a token file lies beside bots.toml."""
    assert _read(folder, WHOLE) == (
        BotEntry("ar", "ar_reports_bot", TOKEN, ("es", "en"), paused=False),
        BotEntry("international", "ReportsBot", OTHER, ("es",), paused=True),
    )


def test_a_new_token_keeps_the_bots_id(folder: Path) -> None:
    (first, second) = _read(folder, WHOLE)
    (folder / "ar.token").write_text("7001:" + "Z9" * 18, encoding="ascii")
    (changed, _) = _read(folder, WHOLE)
    assert (first.bot_id, second.bot_id) == ("7001", "7002")
    assert changed.bot_id == first.bot_id
    assert changed != first


def test_printed(folder: Path) -> None:
    """A bot that is printed shows no token."""
    assert TOKEN not in repr(_read(folder, WHOLE))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('portal = "ar"\n', "", 2, "portal is missing"),
        ('portal = "ar"', 'portal = "xx"', 3, f"write one of {', '.join(KNOWN)}"),
        ('portal = "ar"', "portal = 3", 3, 'write portal = "ar"'),
        ('"ar_reports_bot"', '"@ar_reports_bot"', 4, "without @"),
        ('"ar_reports_bot"', '"ar_reports"', 4, '"bot" at the end'),
        ('"ar_reports_bot"', '"abot"', 4, "5 to 32"),
        ('"ar_reports_bot"', f'"{"a" * 30}bot"', 4, "5 to 32"),
        ('"ar_reports_bot"', '"áéí_bot"', 4, "A-Z"),
        ('"ar_reports_bot"', '"reportsBOT"', 7, "this name or this token stands above"),
        ('token_file = "ar.token"\n', "", 2, "a bot has one token"),
        (
            'token_file = "ar.token"',
            'token_file = "ar.token"\ntoken_environment = "WORLD_TOKEN"',
            2,
            "one token",
        ),
        ('token_file = "ar.token"', f'token_file = "{TOKEN}"', 5, "never stands in this file"),
        ('token_file = "ar.token"', 'token_file = ""', 5, "path of a file"),
        ('token_file = "ar.token"', f'token = "{TOKEN}"\ntoken_file = "ar.token"', 5, "no key of this name"),
        ('token_file = "ar.token"', f'token_file = "ar.token"\n"{TOKEN}" = 1', 6, "no key of this name"),
        ('token_file = "ar.token"', 'token_file = "gone.token"', 5, "gone.token is missing"),
        ('token_file = "ar.token"', 'token_file = "open.token"', 5, "chmod 600"),
        ('token_file = "ar.token"', 'token_file = "empty.token"', 5, "no token"),
        (
            'token_file = "ar.token"',
            'token_environment = "WORLD_TOKEN"',
            7,
            "this name or this token stands above",
        ),
        ('"WORLD_TOKEN"', f'"{TOKEN}"', 10, "no variable's name"),
        ('"WORLD_TOKEN"', '"GONE"', 10, "the environment has no GONE"),
        ('"WORLD_TOKEN"', '"SHORT"', 10, "no token"),
        ('languages = ["es"]', 'languages = ["es", "es"]', 11, "twice"),
        ('languages = ["es"]', 'languages = ["de"]', 11, "write some of en, fr, es"),
        ('languages = ["es"]', "languages = []", 11, "languages = ["),
        ("paused = true", 'paused = "yes"', 12, "true or false"),
        ("paused = true", "stopped = true", 12, "no key of this name"),
        ("# Two bots.", "fleet = 1", 1, "no key of this name"),
        ("# Two bots.", f"{TOKEN}", 1, "cannot be read"),
    ],
)
def test_each_fault(folder: Path, old: str, new: str, line: int, says: str) -> None:
    """Each fault names its line and what to write instead, and shows no token."""
    assert WHOLE.count(old) == 1
    ((found, what),) = _faults(folder, WHOLE.replace(old, new))
    assert (found, says in what) == (line, True), what


def test_every_fault_is_told_at_once(folder: Path) -> None:
    """All faults are told, in the order of the lines, whichever bot and key they belong to."""
    text = WHOLE.replace("paused = true", "paused = 1")
    text += '[[bots]]\nlanguages = ["xx"]\nusername = "x"\nportal = "ar"\n'
    assert [line for line, _ in _faults(folder, text)] == [12, 13, 14, 15]


@pytest.mark.parametrize("text", ["", "# none yet", "bots = []", "bots = 3", '[bots]\nportal = "ar"'])
def test_a_file_without_bots(folder: Path, text: str) -> None:
    ((_, what),) = _faults(folder, text)
    assert "[[bots]] with portal" in what


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is missing, no file, or no UTF-8, is told with what to do."""
    (tmp_path / "latin.toml").write_bytes(b'username = "Espa\xf1a"')
    for name, says in (("gone.toml", "missing"), (".", "cannot be read"), ("latin.toml", "Save it as UTF-8")):
        with pytest.raises(NotReady, match=says):
            read_bots(tmp_path / name, KNOWN, {})


def test_a_name_is_given_back() -> None:
    assert require_username("a1bot") == "a1bot"


def test_the_example_is_whole(folder: Path) -> None:
    """The example that operators copy can be read."""
    (folder / "ar.token").rename(folder / "example_ar_bot.token")
    path = folder / "bots.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    bots = read_bots(path, KNOWN, {"EXAMPLE_WORLD_BOT_TOKEN": OTHER})
    assert [(bot.portal, bot.languages) for bot in bots] == [
        ("ar", ("es", "en")),
        ("international", ("en", "es")),
    ]


def test_a_file_that_no_parser_bears_is_told(folder: Path) -> None:
    """A number of ten thousand digits, or brackets without end, are faults like any other."""
    for text in (f"portal = {'9' * 10_000}", "portal = " + "[" * 100_000):
        with pytest.raises(NotReady, match=r"bots\.toml"):
            _read(folder, text)


def test_a_bot_of_the_file_is_not_to_be_polled(folder: Path) -> None:
    """To poll it would take its webhook away; any other bot may be polled, and any where there is no file."""
    require_unserved(folder / "bots.toml", KNOWN, TOKEN)
    (folder / "bots.toml").write_text(WHOLE[: WHOLE.index("[[bots]]", 20)], encoding="utf-8")
    require_unserved(folder / "bots.toml", KNOWN, OTHER)
    with pytest.raises(NotReady, match="names this bot"):
        require_unserved(folder / "bots.toml", KNOWN, TOKEN)

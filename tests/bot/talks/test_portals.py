import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import PORTALS
from bot.talks.portals import PortalsNow, PortalsUnreadable, check, read_portals
from conversations.portals.model import Purpose
from locales.catalogues import KNOWN_LANGUAGES
from tests.talking import MOMENT

SEVENTEEN = frozenset(
    ("ar", "en", "es", "fr", "hi", "id", "kk", "ln", "mn", "ms", "ne", "ps", "pt", "sw", "uk", "ur", "wo")
)
LEAST = 'id = "xx"\nname = "Nowhere"\nlanguages = ["en"]\n'


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_ours() -> None:
    """The portals of this repository are whole."""
    assert check(sorted(PORTALS.glob("*.toml")), KNOWN_LANGUAGES) == []
    portals = read_portals(PORTALS, KNOWN_LANGUAGES)
    assert portals["ar"].languages == ("es", "en")
    assert set(portals["international"].languages) >= SEVENTEEN


def test_every_language_has_a_portal_of_its_own() -> None:
    """For the readers of each language there is at least one national portal."""
    national = [portal for portal in read_portals(PORTALS, KNOWN_LANGUAGES).values() if portal.region]
    assert {language for portal in national for language in portal.languages} >= SEVENTEEN


def test_what_is_named_has_its_source() -> None:
    """Every national portal says in its file where it is named."""
    for path in PORTALS.glob("*.toml"):
        assert path.stem in {"ar", "international"} or "# https://" in path.read_text(encoding="utf-8")


def test_each_contact_that_was_read_is_there_for_its_purposes() -> None:
    """The table was written when the pages were read: a number that changes is changed here too."""
    written = json.loads(Path(__file__).with_name("contacts.json").read_text(encoding="utf-8"))
    for name, portal in read_portals(PORTALS, KNOWN_LANGUAGES).items():
        found: dict[str, list[str]] = {}
        for contact in portal.contacts:
            found.setdefault(f"{contact.name}: {contact.reach.text}", []).append(contact.purpose.value)
        assert {reached: sorted(purposes) for reached, purposes in found.items()} == written[name], name


def test_helplines_stand_where_the_victims_are() -> None:
    """Whoever is threatened, hurt or in despair finds the children's helpline, and Take It Down below."""
    for portal in read_portals(PORTALS, KNOWN_LANGUAGES).values():
        of = {purpose: [c.name for c in portal.contacts if c.purpose is purpose] for purpose in Purpose}
        assert set(of[Purpose.SUPPORT]) <= set(of[Purpose.OWN_IMAGES]) & set(of[Purpose.THREATS])
        assert of[Purpose.SUPPORT] == of[Purpose.DESPAIR]
        assert set(of[Purpose.SUPPORT]) <= set(of[Purpose.HURT])
        assert of[Purpose.OWN_IMAGES][-1] == of[Purpose.THREATS][-1] == "Take It Down"


@pytest.mark.parametrize(("portal", "language", "other"), [("sn", "wo", "fr"), ("cd", "ln", "fr")])
def test_french_is_beside_wolof_and_lingala(portal: str, language: str, other: str) -> None:
    """Whoever reads French more easily has it on the first card."""
    assert {language, other} <= set(read_portals(PORTALS, KNOWN_LANGUAGES)[portal].languages)


def test_a_portal_without_a_country_has_the_contacts_of_every_country_to_choose_from() -> None:
    portals = read_portals(PORTALS, KNOWN_LANGUAGES)
    chosen = dict(portals["international"].countries)
    assert {each.region for contacts in chosen.values() for each in contacts} == set(chosen) > {"AR", "UA"}
    assert portals["ar"].countries == ()


def test_portals_are_as_they_are_at_the_moment_at_which_they_are_asked_for() -> None:
    moments = iter([MOMENT, MOMENT + timedelta(hours=1)])
    portals = PortalsNow(read_portals(PORTALS, KNOWN_LANGUAGES), lambda: next(moments))
    assert [portals["ar"].moment, portals["ar"].moment] == [MOMENT, MOMENT + timedelta(hours=1)]
    assert set(portals) == {path.stem for path in PORTALS.glob("*.toml")}


def test_while_no_links_are_taken_every_portal_is_paused() -> None:
    takes = [True]
    read = read_portals(PORTALS, KNOWN_LANGUAGES)
    portals = PortalsNow(read, lambda: MOMENT, lambda: takes[0])
    assert not any(portal.paused for portal in portals.values())
    takes[0] = False
    assert all(portal.paused for portal in portals.values())


def test_international() -> None:
    """A telephone number in it would be wrong in most countries, so no contact shows three digits."""
    international = read_portals(PORTALS, KNOWN_LANGUAGES)["international"]
    assert {contact.purpose for contact in international.contacts} == {
        Purpose.OWN_IMAGES,
        Purpose.THREATS,
        Purpose.OWN_BEHAVIOUR,
    }
    assert not any(character.isdigit() for each in international.contacts for character in each.reach.text)


def test_wrong_portal(tmp_path: Path) -> None:
    """A wrong portal is named with file and line, and none is read."""
    _write(tmp_path, "xx.toml", LEAST)
    wrong = _write(tmp_path, "yy.toml", LEAST + "paused = 1\n")
    with pytest.raises(PortalsUnreadable) as raised:
        read_portals(tmp_path, KNOWN_LANGUAGES)
    first, second = str(raised.value).splitlines()
    assert first.startswith(f"{wrong}:1: the id is not the file's name")
    assert second.startswith(f"{wrong}:4: paused is not as it should be")


def test_short_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files below the working folder are named from there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "portals").mkdir()
    _write(tmp_path / "portals", "xx.toml", LEAST + "\npaused = 1")
    with pytest.raises(PortalsUnreadable, match=r"^portals/xx\.toml:5: "):
        read_portals(tmp_path / "portals", KNOWN_LANGUAGES)


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without portals is refused."""
    with pytest.raises(PortalsUnreadable, match="no portal is here"):
        read_portals(tmp_path, KNOWN_LANGUAGES)


def test_unreadable_files(tmp_path: Path) -> None:
    """A file that is missing, or no UTF-8, is told like any other fault."""
    latin = tmp_path / "xx.toml"
    latin.write_bytes(b'id = "xx"\nname = "Espa\xf1a"\n')
    missing = tmp_path / "gone.toml"
    assert check([latin, missing], KNOWN_LANGUAGES) == [
        f"{latin}:2: the text is not UTF-8; save the file as UTF-8",
        f"{missing}:1: the file cannot be read: No such file or directory",
    ]


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark does no harm."""
    path = tmp_path / "xx.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.encode())
    assert list(read_portals(tmp_path, KNOWN_LANGUAGES)) == ["xx"]


@pytest.mark.parametrize("days", [0, 2])
def test_future(tmp_path: Path, days: int) -> None:
    """Today is a good day of verification; the day after tomorrow has begun nowhere, so it is none."""
    day = (datetime.now(UTC) + timedelta(days=days)).date()
    page = f'[web_page]\ntext = "x.example"\nsource = "https://x.example/"\nverified = {day}\n'
    assert len(check([_write(tmp_path, "xx.toml", LEAST + page)], KNOWN_LANGUAGES)) == (days > 0)

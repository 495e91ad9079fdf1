from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.portals.file import Fault, PortalFaults, portal_from
from conversations.portals.model import Contact, Portal, Purpose, Reading, RulesForm, Sourced

TODAY = date(2026, 11, 24)
LANGUAGES = frozenset({"en", "es"})
WHOLE = """\
# A portal that uses every key.
id = "xx"
name = "Nowhere"
region = "XX"
languages = ["es", "en"]
rules_form = "cards"
paused = true
# How many links one report takes.
maximum_addresses = 5

[web_page]
text = "portal.example"
source = "https://portal.example/"
verified = 2026-11-24

[[contacts]]
purposes = ["danger", "known_child"]
name = "The Helpers"
reach = "00 00 (day and night)"
source = "https://helpers.example/number"
verified = 2025-01-31

[[contacts]]
purposes = ["support"]
name = "The Listeners"
reach = "listeners.example"
source = "https://listeners.example/"
verified = 2026-02-28

[legal_notes.en]
text = "You may report."
source = "https://law.example/1"
verified = 2026-03-01
"""

DETAILED = """\
id = "xx"
name = "Nowhere"
region = "XX"
languages = ["en"]
timezone = "Asia/Karachi"
on_duty = "The head of the hotline"
duty_to_report = "Ask a lawyer."

[[contacts]]
purposes = ["support"]
name = "The Listeners"
reach = "116 111"
hours = "09:00-17:00"
area = "Punjab"
free = true
source = "https://listeners.example/"
verified = 2026-02-28
dated = "2025-11"
official = true
also_read = { source = "http://listeners.example/number", dated = 2024-05-31 }
tried = 2026-11-23
"""


def _portal(text: str, name: str = "xx") -> Portal:
    return portal_from(text, name, LANGUAGES, TODAY)


def _faults(text: str, name: str = "xx") -> list[tuple[int, str]]:
    try:
        _portal(text, name)
    except PortalFaults as raised:
        return [(fault.line, fault.what) for fault in raised.faults]
    return []


def _only_fault(old: str, new: str, whole: str = WHOLE) -> tuple[int, str]:
    """Change the whole portal once, and give the one fault that this makes."""
    assert whole.count(old) >= 1
    (fault,) = _faults(whole.replace(old, new, 1))
    return fault


def test_whole() -> None:
    """A whole file becomes a portal, with one contact for each purpose."""
    helpers = Sourced("00 00 (day and night)", "https://helpers.example/number", date(2025, 1, 31))
    read = (Reading("https://helpers.example/number"),)
    listeners = Sourced("listeners.example", "https://listeners.example/", date(2026, 2, 28))
    assert _portal(WHOLE) == Portal(
        portal_id="xx",
        name="Nowhere",
        region="XX",
        languages=("es", "en"),
        rules_form=RulesForm.CARDS,
        paused=True,
        web_page=Sourced("portal.example", "https://portal.example/", TODAY),
        legal_notes=(("en", Sourced("You may report.", "https://law.example/1", date(2026, 3, 1))),),
        contacts=(
            Contact(Purpose.DANGER, "The Helpers", helpers, "XX", readings=read),
            Contact(Purpose.KNOWN_CHILD, "The Helpers", helpers, "XX", readings=read),
            Contact(
                Purpose.SUPPORT,
                "The Listeners",
                listeners,
                "XX",
                readings=(Reading("https://listeners.example/"),),
            ),
        ),
        maximum_addresses=5,
    )


def test_least() -> None:
    """An id, a name and a language are enough; all else has its default."""
    least = _portal('id = "xx"\nname = "Nowhere"\nlanguages = ["en"]')
    assert (least.region, least.web_page, least.contacts, least.legal_notes) == (None, None, (), ())
    assert (least.rules_form, least.paused) == (RulesForm.SHORT, False)
    assert least.maximum_addresses == 20


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('id = "xx"', 'id = "yy"', 2, "write id = 'xx'"),
        ('id = "xx"\n', "", 1, "id is missing; write id ="),
        ('name = "Nowhere"', 'name = ""', 3, "empty"),
        ('name = "Nowhere"', 'name = " Nowhere"', 3, "spaces around it"),
        ('name = "Nowhere"', f'name = "{"x" * 301}"', 3, "at most 300"),
        ('name = "Nowhere"', 'name = "No\\u0007where"', 3, "U+0007"),
        ('name = "Nowhere"', 'name = "No\\u202Ewhere"', 3, "U+202E"),
        ('name = "Nowhere"', 'name = "No\u200fwhere"', 3, "U+200F"),
        ('name = "Nowhere"', 'name = "No\\nwhere"', 3, "U+000A"),
        ('name = "Nowhere"', "name = 7", 3, 'write name = "'),
        ('region = "XX"', 'region = "Nowhere"', 4, "two capitals"),
        ('region = "XX"', 'region = "RZ"', 4, "no country has the code 'RZ'; write region = \"AR\""),
        ('languages = ["es", "en"]', "languages = []", 5, "languages = ["),
        ('languages = ["es", "en"]', 'languages = ["es", "xx"]', 5, "'xx' is no language that we have"),
        ('languages = ["es", "en"]', 'languages = ["es", "es"]', 5, "twice"),
        ('languages = ["es", "en"]', 'languages = "es"', 5, "languages = ["),
        ('rules_form = "cards"', 'rules_form = "long"', 6, '"short" or "cards"'),
        ("paused = true", 'paused = "yes"', 7, "true or false"),
        ("maximum_addresses = 5", "maximum_addresses = 0", 9, "1 to 20"),
        ("maximum_addresses = 5", "maximum_addresses = 21", 9, "1 to 20"),
        ("maximum_addresses = 5", "maximum_adresses = 5", 9, "'maximum_adresses' is no key"),
        ('text = "portal.example"\n', "", 11, "text is missing"),
        ('source = "https://portal.example/"', 'source = "http://portal.example/"', 13, "no https page"),
        ('source = "https://portal.example/"', 'source = "https://[/"', 13, "no https page"),
        ('source = "https://portal.example/"', 'source = "https://a@portal.example/"', 13, "no https page"),
        ('source = "https://portal.example/"', 'source = "https://portal/"', 13, "no https page"),
        ("verified = 2026-11-24", "verified = 2026-11-25", 14, "in the future"),
        ("verified = 2026-11-24", 'verified = "2026-11-24"', 14, "no quotes"),
        ("verified = 2026-11-24", "verified = 2026-11-24T10:00:00", 14, "year-month-day"),
        ('source = "https://helpers.example/number"\n', "", 16, "source is missing"),
        ("verified = 2025-01-31\n", "", 16, "without it nothing is shown"),
        ("verified = 2026-02-28\n", "", 23, "verified is missing"),
        ('purposes = ["support"]', "purposes = []", 24, "out of danger"),
        ('purposes = ["support"]', 'purposes = ["comfort"]', 24, "out of danger"),
        ('purposes = ["support"]', 'purposes = ["support", "support"]', 24, "twice"),
        ('name = "The Listeners"', 'nom = "x"\nname = "The Listeners"', 25, "purposes, name, reach, source"),
        ("[legal_notes.en]", "[legal_notes.xx]", 30, "'xx' is no language that we have"),
        ("[legal_notes.en]", "[web_pages.en]", 30, "'web_pages' is no key"),
    ],
)
def test_each_fault(old: str, new: str, line: int, says: str) -> None:
    """Each fault names its line, and what to write instead."""
    found, what = _only_fault(old, new)
    assert (found, says in what) == (line, True), what


def test_what_real_numbers_need() -> None:
    """Hours, area, price, both sources and day of the trial go with a contact, the duties with the portal."""
    portal = _portal(DETAILED)
    assert (portal.on_duty, portal.duty_to_report) == ("The head of the hotline", "Ask a lawyer.")
    assert portal.contacts == (
        Contact(
            Purpose.SUPPORT,
            "The Listeners",
            Sourced("116 111", "https://listeners.example/", date(2026, 2, 28)),
            region="XX",
            hours="09:00-17:00",
            timezone="Asia/Karachi",
            area="Punjab",
            free=True,
            readings=(
                Reading("https://listeners.example/", date(2025, 11, 1), official=True),
                Reading("http://listeners.example/number", date(2024, 5, 31)),
            ),
            tried=date(2026, 11, 23),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('timezone = "Asia/Karachi"', 'timezone = "Asia/Nowhere"', 5, "'Asia/Nowhere' is no time zone"),
        ('timezone = "Asia/Karachi"', 'timezone = "../etc"', 5, "is no time zone"),
        ('timezone = "Asia/Karachi"\n', "", 12, 'write timezone = "Asia/Karachi"'),
        ('hours = "09:00-17:00"', 'hours = "9-17"', 13, '"24/7" or "09:00-17:00"'),
        ('hours = "09:00-17:00"', 'hours = "09:00-09:00"', 13, '"24/7" or "09:00-17:00"'),
        ('hours = "09:00-17:00"', 'hours = "09:00-24:00"', 13, '"24/7" or "09:00-17:00"'),
        ("free = true", 'free = "yes"', 15, "true or false"),
        ('dated = "2025-11"', 'dated = "November"', 18, '"2026-11" or "2026"'),
        ('dated = "2025-11"', 'dated = "2026-12"', 18, "that the page itself bears"),
        ('source = "http://l', 'source = "ftp://l', 20, "second source is no web page"),
        (
            'source = "http://listeners.example/number"',
            'source = "https://listeners.example/"',
            9,
            "second page",
        ),
        ("dated = 2024-05-31 }", "verified = 2024-05-31 }", 20, "write one of source, dated, official"),
        ("also_read = {", 'also_read = "x" # {', 20, "also_read is not as it should be"),
        ("tried = 2026-11-23", "tried = 2026-11-25", 21, "somebody last called or opened it"),
    ],
)
def test_each_fault_of_what_real_numbers_need(old: str, new: str, line: int, says: str) -> None:
    found, what = _only_fault(old, new, DETAILED)
    assert (found, says in what) == (line, True), what


def test_a_contact_that_is_always_open_needs_no_time_zone() -> None:
    always = DETAILED.replace("09:00-17:00", "24/7").replace('timezone = "Asia/Karachi"\n', "")
    assert _portal(always).contacts[0].hours == "24/7"


def test_a_year_alone_counts_from_its_first_day() -> None:
    (contact,) = _portal(DETAILED.replace('"2025-11"', '"2025"')).contacts
    assert contact.readings[0].dated == date(2025, 1, 1)


def test_note_without_language() -> None:
    """A legal note that names no language is told how to name one."""
    found = _faults(WHOLE.replace("[legal_notes.en]", "[legal_notes]"))
    assert {line for line, _ in found} == {31, 32, 33}
    assert any("write [legal_notes.es] with" in what for _, what in found)


def test_all_at_once() -> None:
    """Every fault of a file is told at once, in the order of its lines."""
    text = WHOLE.replace("2026-11-24", "2027-01-01").replace('"cards"', '"card"').replace("= 5", "= 50")
    assert [line for line, _ in _faults(text)] == [6, 9, 14]


def test_danger_needs_a_region() -> None:
    """Help in danger is never international."""
    line, what = _only_fault('region = "XX"\n', "")
    assert (line, "differs by country" in what) == (16, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id = "xx"\nname = Nowhere\n', 2),
        ('id = "xx"\nid = "xx"\n', 2),
        ('id = "xx"\nlanguages = [\n  "es",\n', 2),
        ('id = "xx"\n\nname = "Nowhere\nlanguages = ["es"]', 3),
        ("[contacts\n", 1),
    ],
)
def test_no_toml(text: str, line: int) -> None:
    """What is no TOML at all is told by line too."""
    ((found, what),) = _faults(text)
    assert (found, "cannot be read" in what) == (line, True)


def test_long_values() -> None:
    """Windows line ends, and values over several lines, keep their lines."""
    text = 'id = "xx"\r\nlanguages = [\r\n  "en",\r\n]\r\nname = """\r\ntwo\r\nlines"""\r\npaused = 1\r\n'
    assert [line for line, _ in _faults(text)] == [5, 8]


def test_exception_text() -> None:
    """The faults can be read in the exception's text too."""
    assert str(PortalFaults((Fault(3, "a"), Fault(9, "b")))) == "line 3: a\nline 9: b"


@given(st.lists(st.sampled_from([*WHOLE.splitlines(), "[contacts]", "= 1", "[[web_page]]"]), max_size=12))
def test_shuffled_rows(rows: list[str]) -> None:
    """Rows in any order bring a portal, or faults on lines that exist."""
    text = "\n".join(rows)
    assert all(1 <= line <= max(len(rows), 1) for line, _ in _faults(text))


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Any text is refused in order, and nothing else is raised."""
    with pytest.raises(PortalFaults):
        _portal(text)

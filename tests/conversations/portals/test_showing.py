"""What a contact is shown for, and when, is decided by its sources, by who tried it, and by the hour."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from conversations.portals.model import ALWAYS, Contact, Purpose, Reading, Sourced, at
from conversations.portals.showing import has_number, is_open, may_be_shown, says_untried, shown
from tests.talking import PORTALS

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
REACH = Sourced("116 111", "https://helpers.example/", date(2026, 11, 24))
OFFICIAL = Reading("https://helpers.example/", date(2024, 1, 1), official=True)
SECOND = Reading("https://paper.example/", date(2023, 11, 30))


def _contact(purpose: Purpose = Purpose.DANGER, **known: object) -> Contact:
    return Contact(purpose, "Helpers", REACH, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "is_shown"),
    [
        ({"tried": date(2025, 11, 30)}, True),
        ({"tried": date(2025, 11, 29)}, False),
        ({"readings": (OFFICIAL, SECOND)}, True),
        ({"readings": (OFFICIAL,)}, False),
        ({"readings": (replace(OFFICIAL, official=False), SECOND)}, False),
        ({"readings": (OFFICIAL, replace(SECOND, dated=date(2023, 11, 29)))}, False),
        ({"readings": (OFFICIAL, replace(SECOND, dated=None))}, False),
        ({}, False),
    ],
)
def test_danger_and_despair_show_what_was_tried_or_is_sourced_anew(
    known: dict[str, object],
    *,
    is_shown: bool,
) -> None:
    for purpose in (Purpose.DANGER, Purpose.DESPAIR):
        assert may_be_shown(_contact(purpose, **known), NOW) is is_shown
    assert may_be_shown(_contact(Purpose.HURT, **known), NOW)


def test_a_year_before_a_leap_day_has_a_day() -> None:
    assert may_be_shown(_contact(tried=date(2027, 2, 28)), datetime(2028, 2, 29, tzinfo=UTC))


def test_without_a_day_nothing_is_shown_on_danger() -> None:
    assert not may_be_shown(_contact(tried=date(2026, 11, 30)), None)


def test_whoever_reads_an_untried_contact_is_told_so_except_in_danger() -> None:
    assert says_untried(_contact(Purpose.THREATS))
    assert not says_untried(_contact(Purpose.THREATS, tried=date(2026, 1, 1)))
    assert not says_untried(_contact(Purpose.DESPAIR))


@pytest.mark.parametrize(
    ("hours", "opens"),
    [
        (ALWAYS, True),
        ("09:00-17:00", True),
        ("09:00-16:59", False),
        ("17:00-09:00", False),
        ("16:00-02:00", True),
    ],
)
def test_a_contact_is_open_in_its_own_time(hours: str, *, opens: bool) -> None:
    """At noon in London it is one minute to five in the afternoon in Karachi."""
    moment = datetime(2026, 11, 30, 11, 59, tzinfo=UTC)
    assert is_open(_contact(hours=hours, timezone="Asia/Karachi"), moment) is opens


@pytest.mark.parametrize(
    ("reach", "is_called"),
    [
        ("116 111", True),
        ("+243 900", True),
        ("WhatsApp 11 3133-1000", True),
        ("www.2511.ma", False),
        ("takeitdown.ncmec.org", False),
    ],
)
def test_a_web_page_is_not_called(reach: str, *, is_called: bool) -> None:
    assert has_number(replace(_contact(), reach=replace(REACH, text=reach))) is is_called


def test_the_contacts_of_a_chosen_country_stand_above_the_worldwide_ones() -> None:
    own, world = _contact(Purpose.THREATS, region="XX"), replace(_contact(Purpose.THREATS), name="World")
    portal = at(replace(PORTALS["international"], contacts=(world,), countries=(("XX", (own,)),)), NOW)
    assert shown(portal, Purpose.THREATS) == (world,)
    assert shown(portal, Purpose.THREATS, "XX") == (own, world)

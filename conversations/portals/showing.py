"""Which contacts of a portal are shown at its moment, and what is said of them."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from conversations.portals.model import ALWAYS, Contact, Portal, Purpose

# Whoever needs these has no second try: a contact is shown when it was tried, or is sourced anew.
_NO_SECOND_TRY = frozenset({Purpose.DANGER, Purpose.DESPAIR})
_YEARS_TRIED = 1
_YEARS_SOURCED = 3
_SOURCES = 2
_NUMBER = re.compile(r"(?:^|[\s,])\+?\d{2}")


def shown(portal: Portal, purpose: Purpose, country: str = "") -> tuple[Contact, ...]:
    """Give the contacts for a purpose: those of the chosen country first, then the portal's own."""
    chosen = dict(portal.countries).get(country, ())
    return tuple(
        contact
        for contact in (*chosen, *portal.contacts)
        if contact.purpose is purpose and may_be_shown(contact, portal.moment)
    )


def may_be_shown(contact: Contact, moment: datetime | None) -> bool:
    """Tell whether a contact is sure enough for its purpose: for danger and despair it must be fresh."""
    if contact.purpose not in _NO_SECOND_TRY:
        return True
    return moment is not None and (was_tried(contact, moment) or _is_sourced_anew(contact, moment.date()))


def was_tried(contact: Contact, moment: datetime) -> bool:
    """Tell whether somebody called or opened a contact in the year before a moment."""
    return contact.tried is not None and contact.tried >= _years_before(moment.date(), _YEARS_TRIED)


def says_untried(contact: Contact) -> bool:
    """Tell whether the reporter is told that nobody of ours has tried this contact."""
    return contact.tried is None and contact.purpose not in _NO_SECOND_TRY


def is_open(contact: Contact, moment: datetime) -> bool:
    """Tell whether a contact with hours is open at a moment, in its own time; hours may pass midnight."""
    if contact.hours == ALWAYS:
        return True
    opens, closes = (time.fromisoformat(hour) for hour in contact.hours.split("-"))
    now = moment.astimezone(ZoneInfo(contact.timezone)).time()
    return opens <= now < closes if opens < closes else now >= opens or now < closes


def has_number(contact: Contact) -> bool:
    """Tell whether a contact is called: a web page alone leaves nothing in the phone's list of calls."""
    return bool(_NUMBER.search(contact.reach.text))


def _is_sourced_anew(contact: Contact, day: date) -> bool:
    since = _years_before(day, _YEARS_SOURCED)
    fresh = [reading for reading in contact.readings if reading.dated and reading.dated >= since]
    return len(fresh) >= _SOURCES and any(reading.official for reading in fresh)


def _years_before(day: date, years: int) -> date:
    leaps = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leaps else day.day)

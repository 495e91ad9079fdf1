"""The values in a portal's file: each is checked by itself, and a wrong one says what to write instead."""

import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from conversations.portals.model import ALWAYS, Purpose
from conversations.wire.report import MAXIMUM_ADDRESSES, ShortName

_LONGEST_TEXT = 300
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(f"{_HOUR}-{_HOUR}")
_YEAR_OR_MONTH = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
# ISO 3166 leaves these to their users: Kosovo goes by XK, and a country that somebody makes up by XX.
_OWN_CODE = re.compile("X[A-Z]")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})

INSTEAD = {
    "id": 'id = "ar" where the file is ar.toml (a-z, 0-9, - and _, a letter first, at most 32)',
    "name": 'name = "Argentina"',
    "region": 'region = "AR" (two capitals, ISO 3166), or leave it out for an international portal',
    "timezone": 'timezone = "Asia/Karachi" (IANA), where a contact has hours',
    "on_duty": 'on_duty = "..." with who acts for a child at risk; no reporter sees it',
    "duty_to_report": 'duty_to_report = "..." with what the law asks of the analysts; no reporter sees it',
    "languages": 'languages = ["es", "en"], the one that is offered first in front',
    "rules_form": 'rules_form = "short" or "cards"',
    "paused": "paused = true or false, without quotes",
    "maximum_addresses": f"maximum_addresses = 1 to {MAXIMUM_ADDRESSES}, without quotes",
    "web_page": "[web_page] with text, source and verified under it",
    "contacts": "[[contacts]] with purposes, name, reach, source and verified under it",
    "legal_notes": "[legal_notes.es] with text, source and verified under it",
    "purposes": "purposes = [...] out of " + ", ".join(Purpose),
    "reach": 'reach = "..." with the number or the web page as a reporter is to read it',
    "hours": 'hours = "24/7" or "09:00-17:00", in the time zone of the portal',
    "area": 'area = "..." with the part of the country that is served, or leave it out',
    "free": "free = true or false, without quotes",
    "dated": 'dated = 2026-11-24, "2026-11" or "2026", the date that the page itself bears, or leave it out',
    "official": "official = true or false, without quotes",
    "also_read": 'also_read = { source = "https://...", dated = 2026-11-24, official = true }, a second page',
    "tried": "tried = 2026-11-24 (year-month-day, no quotes), when somebody last called or opened it",
    "text": 'text = "..." as a reporter is to read it',
    "source": 'source = "https://...", the page where this was read; without it nothing is shown',
    "verified": "verified = 2026-11-24 (year-month-day, no quotes), the day on which somebody last read "
    "this at its source; without it nothing is shown",
}


_DAYS: Mapping[str | None, str] = {
    "verified": "on which it was last read at its source",
    "dated": "that the page itself bears",
    "tried": "on which somebody last called or opened it",
}


@dataclass(frozen=True, slots=True)
class Context:
    """The data that the checks of a value need."""

    file_name: str
    region: Any
    timezone: Any
    known_languages: AbstractSet[str]
    today: date


_Info = ValidationInfo[Context]


def _plain(text: str) -> str:
    if not text.strip() or text != text.strip():
        raise ValueError("the text is empty, or has spaces around it; write it without them")
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"the text is longer than a card bears; write at most {_LONGEST_TEXT} characters")
    hidden = {c for c in text if c in _BIDIRECTIONAL or unicodedata.category(c) in _INVISIBLE_CATEGORIES}
    if hidden:
        codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in hidden))
        raise ValueError(f"the text holds what nobody sees ({codes}); type it anew, on one line")
    return text


def _source(address: str) -> str:
    if not _is_page(address, "https"):
        raise ValueError(f"the source is no https page; write {INSTEAD['source']}")
    return address


def _second_source(address: str) -> str:
    """Take a page without https too: some helplines have no other."""
    if not _is_page(address, "https?"):
        raise ValueError('the second source is no web page; write source = "https://..." (or http)')
    return address


def _is_page(address: str, scheme: str) -> bool:
    return bool(re.fullmatch(scheme + r"://[^\s/?#@\\]+\.[^\s/?#@\\]+([/?#]\S*)?", address))


def _not_in_the_future(day: date, info: _Info) -> date:
    if day > info.context.today:
        raise ValueError(f"{info.field_name} lies in the future; write the day {_DAYS[info.field_name]}")
    return day


def _first_day(written: Any) -> Any:
    """Give the first day of a year or a month that is written alone; anything else as it is."""
    alone = _YEAR_OR_MONTH.fullmatch(written) if isinstance(written, str) else None
    return date(int(alone[1]), int(alone[2] or 1), 1) if alone else written


@cache
def _countries() -> frozenset[str]:
    listed = (files("tzdata.zoneinfo") / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in listed.splitlines() if not line.startswith("#"))


def _region(code: str) -> str:
    if code not in _countries() and not _OWN_CODE.fullmatch(code):
        raise ValueError(f"no country has the code {code!r}; write {INSTEAD['region']}")
    return code


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write {INSTEAD['timezone']}") from None
    return name


def _hours(hours: str, info: _Info) -> str:
    if hours == ALWAYS:
        return hours
    opens, _, closes = hours.partition("-")
    if not _HOURS.fullmatch(hours) or opens == closes:
        raise ValueError(f"hours are not as they should be; write {INSTEAD['hours']}")
    if not info.context.timezone:
        raise ValueError(f"hours need the country's own time; write {INSTEAD['timezone']} beside region")
    return hours


def _known_language(language: str, info: _Info) -> str:
    known = sorted(info.context.known_languages)
    if language not in known:
        raise ValueError(f"{language!r} is no language that we have; write one of {', '.join(known)}")
    return language


def _each_once(values: list[str]) -> list[str]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands here twice; write each once")
    return values


def _as_the_file(portal_id: str, info: _Info) -> str:
    if portal_id != info.context.file_name:
        raise ValueError(f"the id is not the file's name; write id = {info.context.file_name!r}")
    return portal_id


def _national_if_danger(purpose: Purpose, info: _Info) -> Purpose:
    if purpose is Purpose.DANGER and info.context.region is None:
        raise ValueError("help in danger differs by country; give it in a portal with a region, or nowhere")
    return purpose


Text = Annotated[str, AfterValidator(_plain)]
Language = Annotated[str, AfterValidator(_known_language)]
Source = Annotated[Text, AfterValidator(_source)]
SecondSource = Annotated[Text, AfterValidator(_second_source)]
Day = Annotated[date, AfterValidator(_not_in_the_future)]
PageDay = Annotated[date, BeforeValidator(_first_day), AfterValidator(_not_in_the_future)]
_Purpose = Annotated[Purpose, Field(strict=False), AfterValidator(_national_if_danger)]
Languages = Annotated[list[Language], Field(min_length=1), AfterValidator(_each_once)]
Purposes = Annotated[list[_Purpose], Field(min_length=1), AfterValidator(_each_once)]
Hours = Annotated[str, AfterValidator(_hours)]
Region = Annotated[str, Field(pattern="^[A-Z]{2}$"), AfterValidator(_region)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
PortalId = Annotated[ShortName, AfterValidator(_as_the_file)]

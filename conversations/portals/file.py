"""Reads a portal's TOML file: whole, or not at all, with every fault and its line in plain words."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from conversations.portals.model import ALWAYS, Contact, Portal, Purpose, Reading, RulesForm, Sourced
from conversations.portals.toml_lines import TomlPath, first_unread_line, lines_of, nearest_line
from conversations.wire.report import MAXIMUM_ADDRESSES, ShortName

_LONGEST_TEXT = 300
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(f"{_HOUR}-{_HOUR}")
_YEAR_OR_MONTH = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})

_INSTEAD = {
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
class Fault:
    """A fault on a line of a portal's file (the first line is 1), and what to write instead."""

    line: int
    what: str


class PortalFaults(ValueError):  # noqa: N818 - named for what it carries, like our other exceptions
    """A portal's file is wrong; `faults` says where and how, in the order of its lines."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(f"line {fault.line}: {fault.what}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class _Context:
    """The data that the checks of a value need."""

    file_name: str
    region: Any
    timezone: Any
    known_languages: AbstractSet[str]
    today: date


_Info = ValidationInfo[_Context]


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
        raise ValueError(f"the source is no https page; write {_INSTEAD['source']}")
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


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write {_INSTEAD['timezone']}") from None
    return name


def _hours(hours: str, info: _Info) -> str:
    if hours == ALWAYS:
        return hours
    opens, _, closes = hours.partition("-")
    if not _HOURS.fullmatch(hours) or opens == closes:
        raise ValueError(f"hours are not as they should be; write {_INSTEAD['hours']}")
    if not info.context.timezone:
        raise ValueError(f"hours need the country's own time; write {_INSTEAD['timezone']} beside region")
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


_Text = Annotated[str, AfterValidator(_plain)]
_Language = Annotated[str, AfterValidator(_known_language)]
_Source = Annotated[_Text, AfterValidator(_source)]
_SecondSource = Annotated[_Text, AfterValidator(_second_source)]
_Day = Annotated[date, AfterValidator(_not_in_the_future)]
_PageDay = Annotated[date, BeforeValidator(_first_day), AfterValidator(_not_in_the_future)]
_Purpose = Annotated[Purpose, Field(strict=False), AfterValidator(_national_if_danger)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class _SourcedTable(_Table):
    text: _Text
    source: _Source
    verified: _Day


class _AlsoReadTable(_Table):
    source: _SecondSource
    dated: _PageDay | None = None
    official: bool = False


class _ContactTable(_Table):
    purposes: Annotated[list[_Purpose], Field(min_length=1), AfterValidator(_each_once)]
    name: _Text
    reach: _Text
    source: _Source
    verified: _Day
    hours: Annotated[str, AfterValidator(_hours)] = ""
    area: _Text | None = None
    free: bool = False
    dated: _PageDay | None = None
    official: bool = False
    also_read: _AlsoReadTable | None = None
    tried: _Day | None = None

    @model_validator(mode="after")
    def _read_twice(self) -> Self:
        if self.also_read and self.also_read.source == self.source:
            raise ValueError("also_read names the same page again; write a second page, or leave it out")
        return self


class _PortalTable(_Table):
    id: Annotated[ShortName, AfterValidator(_as_the_file)]
    name: _Text
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    timezone: Annotated[str, AfterValidator(_time_zone)] = ""
    on_duty: _Text | None = None
    duty_to_report: _Text | None = None
    languages: Annotated[list[_Language], Field(min_length=1), AfterValidator(_each_once)]
    rules_form: Annotated[RulesForm, Field(strict=False)] = RulesForm.SHORT
    paused: bool = False
    maximum_addresses: Annotated[int, Field(ge=1, le=MAXIMUM_ADDRESSES)] = MAXIMUM_ADDRESSES
    web_page: _SourcedTable | None = None
    contacts: list[_ContactTable] = []
    legal_notes: dict[_Language, _SourcedTable] = {}


def portal_from(text: str, name: str, known_languages: AbstractSet[str], today: date) -> Portal:
    """Read a portal from the text of its file `name`.toml.

    `known_languages` are the languages that are whole, `today` the last day that a verification may carry.
    Raises PortalFaults with every fault of the file.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PortalFaults((_not_toml(text, str(error)),)) from None
    context = _Context(name, read.get("region"), read.get("timezone"), known_languages, today)
    try:
        return _portal(_PortalTable.model_validate(read, context=context))
    except ValidationError as error:
        lines = lines_of(text)
        faults = (Fault(nearest_line(lines, each["loc"]), _words(each)) for each in error.errors())
        raise PortalFaults(tuple(sorted(faults, key=lambda fault: fault.line))) from None


def _portal(table: _PortalTable) -> Portal:
    return Portal(
        portal_id=table.id,
        name=table.name,
        region=table.region,
        languages=tuple(table.languages),
        rules_form=table.rules_form,
        paused=table.paused,
        web_page=_sourced(table.web_page) if table.web_page else None,
        legal_notes=tuple((language, _sourced(note)) for language, note in table.legal_notes.items()),
        contacts=tuple(_contacts(table)),
        maximum_addresses=table.maximum_addresses,
        on_duty=table.on_duty or "",
        duty_to_report=table.duty_to_report or "",
    )


def _sourced(table: _SourcedTable) -> Sourced:
    return Sourced(table.text, table.source, table.verified)


def _contacts(portal: _PortalTable) -> Iterator[Contact]:
    for table in portal.contacts:
        for purpose in table.purposes:
            yield Contact(
                purpose,
                table.name,
                Sourced(table.reach, table.source, table.verified),
                region=portal.region,
                hours=table.hours,
                timezone=portal.timezone,
                area=table.area or "",
                free=table.free,
                readings=_readings(table),
                tried=table.tried,
            )


def _readings(table: _ContactTable) -> tuple[Reading, ...]:
    pages = (table, table.also_read) if table.also_read else (table,)
    return tuple(Reading(page.source, page.dated, page.official) for page in pages)


def _words(error: ErrorDetails) -> str:
    path = tuple(step for step in error["loc"] if step != "[key]")
    key = _last_key(path[:1] if error["type"] == "model_type" and path[-1] != "also_read" else path)
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "extra_forbidden":
        return f"{key!r} is no key that belongs here; write one of {', '.join(_keys_beside(path))}"
    wrong = "is missing" if error["type"] == "missing" else "is not as it should be"
    return f"{key} {wrong}; write {_INSTEAD[key]}"


def _last_key(path: TomlPath) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


def _keys_beside(path: TomlPath) -> Mapping[str, Any]:
    if len(path) == 1:
        return _PortalTable.model_fields
    if "also_read" in path[:-1]:
        return _AlsoReadTable.model_fields
    return _ContactTable.model_fields if path[0] == "contacts" else _SourcedTable.model_fields


def _not_toml(text: str, reason: str) -> Fault:
    found = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", reason)
    line = int(found[2]) if found and found[2] else first_unread_line(text)
    said = found[1] if found else reason
    return Fault(line, f'the line cannot be read ({said}); write key = value, with texts in "quotes"')

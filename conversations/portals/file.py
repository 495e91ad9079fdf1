"""Reads a portal's TOML file: whole, or not at all, with every fault and its line in plain words."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from conversations.portals.model import Contact, Portal, Reading, RulesForm, Sourced
from conversations.portals.toml_lines import TomlPath, first_unread_line, lines_of, nearest_line
from conversations.portals.values import (
    INSTEAD,
    Context,
    Day,
    Hours,
    Language,
    Languages,
    PageDay,
    PortalId,
    Purposes,
    Region,
    SecondSource,
    Source,
    Text,
    TimeZone,
)
from conversations.wire.report import MAXIMUM_ADDRESSES


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


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class _SourcedTable(_Table):
    text: Text
    source: Source
    verified: Day


class _AlsoReadTable(_Table):
    source: SecondSource
    dated: PageDay | None = None
    official: bool = False


class _ContactTable(_Table):
    purposes: Purposes
    name: Text
    reach: Text
    source: Source
    verified: Day
    hours: Hours = ""
    area: Text | None = None
    free: bool = False
    dated: PageDay | None = None
    official: bool = False
    also_read: _AlsoReadTable | None = None
    tried: Day | None = None

    @model_validator(mode="after")
    def _read_twice(self) -> Self:
        if self.also_read and self.also_read.source == self.source:
            raise ValueError("also_read names the same page again; write a second page, or leave it out")
        return self


class _PortalTable(_Table):
    id: PortalId
    name: Text
    region: Region | None = None
    timezone: TimeZone = ""
    on_duty: Text | None = None
    duty_to_report: Text | None = None
    languages: Languages
    rules_form: Annotated[RulesForm, Field(strict=False)] = RulesForm.SHORT
    paused: bool = False
    maximum_addresses: Annotated[int, Field(ge=1, le=MAXIMUM_ADDRESSES)] = MAXIMUM_ADDRESSES
    web_page: _SourcedTable | None = None
    contacts: list[_ContactTable] = []
    legal_notes: dict[Language, _SourcedTable] = {}


def portal_from(text: str, name: str, known_languages: AbstractSet[str], today: date) -> Portal:
    """Read a portal from the text of its file `name`.toml.

    `known_languages` are the languages that are whole, `today` the last day that a verification may carry.
    Raises PortalFaults with every fault of the file.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PortalFaults((_not_toml(text, str(error)),)) from None
    context = Context(name, read.get("region"), read.get("timezone"), known_languages, today)
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
    return f"{key} {wrong}; write {INSTEAD[key]}"


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

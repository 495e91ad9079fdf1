"""Reads a portal's TOML file: whole, or not at all, with every fault and its line in plain words."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from conversations.portals.model import Contact, Portal, Purpose, RulesForm, Sourced
from conversations.portals.toml_lines import TomlPath, first_unread_line, lines_of, nearest_line
from conversations.wire.report import MAXIMUM_ADDRESSES, ShortName

_LONGEST_TEXT = 300
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})

_INSTEAD = {
    "id": 'id = "ar" where the file is ar.toml (a-z, 0-9, - and _, a letter first, at most 32)',
    "name": 'name = "Argentina"',
    "region": 'region = "AR" (two capitals, ISO 3166), or leave it out for an international portal',
    "languages": 'languages = ["es", "en"], the one that is offered first in front',
    "rules_form": 'rules_form = "short" or "cards"',
    "paused": "paused = true or false, without quotes",
    "maximum_addresses": f"maximum_addresses = 1 to {MAXIMUM_ADDRESSES}, without quotes",
    "web_page": "[web_page] with text, source and verified under it",
    "contacts": "[[contacts]] with purposes, name, reach, source and verified under it",
    "legal_notes": "[legal_notes.es] with text, source and verified under it",
    "purposes": "purposes = [...] out of " + ", ".join(Purpose),
    "reach": 'reach = "..." with the number or the web page as a reporter is to read it',
    "text": 'text = "..." as a reporter is to read it',
    "source": 'source = "https://...", the page where this was read; without it nothing is shown',
    "verified": "verified = 2026-11-24 (year-month-day, no quotes), the day on which somebody last read "
    "this at its source; without it nothing is shown",
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
    if not re.fullmatch(r"https://[^\s/?#@\\]+\.[^\s/?#@\\]+([/?#]\S*)?", address):
        raise ValueError(f"the source is no https page; write {_INSTEAD['source']}")
    return address


def _not_in_the_future(day: date, info: _Info) -> date:
    if day > info.context.today:
        raise ValueError("verified lies in the future; write the day on which it was last read at its source")
    return day


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
_Day = Annotated[date, AfterValidator(_not_in_the_future)]
_Purpose = Annotated[Purpose, Field(strict=False), AfterValidator(_national_if_danger)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class _SourcedTable(_Table):
    text: _Text
    source: _Source
    verified: _Day


class _ContactTable(_Table):
    purposes: Annotated[list[_Purpose], Field(min_length=1), AfterValidator(_each_once)]
    name: _Text
    reach: _Text
    source: _Source
    verified: _Day


class _PortalTable(_Table):
    id: Annotated[ShortName, AfterValidator(_as_the_file)]
    name: _Text
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
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
    context = _Context(name, read.get("region"), known_languages, today)
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
        contacts=tuple(_contacts(table.contacts)),
        maximum_addresses=table.maximum_addresses,
    )


def _sourced(table: _SourcedTable) -> Sourced:
    return Sourced(table.text, table.source, table.verified)


def _contacts(tables: list[_ContactTable]) -> Iterator[Contact]:
    for table in tables:
        for purpose in table.purposes:
            yield Contact(purpose, table.name, Sourced(table.reach, table.source, table.verified))


def _words(error: ErrorDetails) -> str:
    path = tuple(step for step in error["loc"] if step != "[key]")
    key = _last_key(path[:1] if error["type"] == "model_type" else path)
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
    return _ContactTable.model_fields if path[0] == "contacts" else _SourcedTable.model_fields


def _not_toml(text: str, reason: str) -> Fault:
    found = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", reason)
    line = int(found[2]) if found and found[2] else first_unread_line(text)
    said = found[1] if found else reason
    return Fault(line, f'the line cannot be read ({said}); write key = value, with texts in "quotes"')

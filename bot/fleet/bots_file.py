"""Reads the bots of a fleet from bots.toml: all of them, or none and every fault; no fault shows a token."""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from bot.settings import read_token, require_token
from conversations.portals.model import Portal
from conversations.portals.toml_lines import TomlPath, first_unread_line, lines_of, nearest_line
from reportline.bounded_files import read_bytes
from reportline.readiness import NotReady

_USERNAME = re.compile(r"(?=.{5,32}$)[A-Za-z0-9_]+[Bb][Oo][Tt]")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_TOKEN = re.compile(r"[0-9]:")

# A fleet reads a wrong file again every few seconds, and finding lines takes long.
_lines_of = lru_cache(maxsize=1)(lines_of)
_first_unread_line = lru_cache(maxsize=1)(first_unread_line)

_INSTEAD = {
    "bots": "[[bots]] with portal, username, and token_file or token_environment under it, "
    "and languages and paused where they are wanted",
    "portal": 'portal = "ar" where the portal\'s file is ar.toml',
    "username": 'username = "..." as BotFather shows it, without @ '
    '(5 to 32 of A-Z, a-z, 0-9 and _, "bot" at the end)',
    "token_file": 'token_file = "..." with the path of a file that holds the token',
    "token_environment": 'token_environment = "..." with the name of a variable that holds the token',
    "languages": 'languages = ["es", "en"], the one that is offered first in front, or leave it out',
    "paused": "paused = true or false, without quotes",
}


@dataclass(frozen=True, slots=True)
class BotEntry:
    """One bot of a fleet: its @name without @, its languages in its own order, and whether it is paused."""

    portal: str
    username: str
    token: str = field(repr=False)
    languages: tuple[str, ...]
    paused: bool

    @property
    def bot_id(self) -> str:
        """The digits before the token's colon: they name the bot everywhere, and outlive its token."""
        return self.token.partition(":")[0]


@dataclass(frozen=True, slots=True)
class _Context:
    folder: Path
    portals: Mapping[str, Portal]
    environment: Mapping[str, str] = field(repr=False)


_Info = ValidationInfo[_Context]
_Fault = tuple[TomlPath, str]


def _known_portal(portal: str, info: _Info) -> str:
    if portal not in info.context.portals:
        raise ValueError(f"there is no such portal; write one of {', '.join(sorted(info.context.portals))}")
    return portal


def require_username(username: str) -> str:
    """Give a bot's @name back, without @; raises NotReady if it cannot be one."""
    if not _USERNAME.fullmatch(username):
        raise NotReady(f"username is no bot's name; write {_INSTEAD['username']}")
    return username


def _username(name: str) -> str:
    return _as_a_fault(lambda: require_username(name))


def _spoken(languages: list[str], info: _Info) -> list[str]:
    if len(set(languages)) < len(languages):
        raise ValueError("a language stands here twice; write each once")
    portal = info.context.portals.get(info.data.get("portal", ""))
    if portal and not set(languages) <= set(portal.languages):
        raise ValueError(
            f"the portal does not speak all of these; write some of {', '.join(portal.languages)}"
        )
    return languages


def _token_of_file(name: str, info: _Info) -> str:
    if not name or _LIKE_A_TOKEN.search(name):
        raise ValueError("the token itself never stands in this file; write " + _INSTEAD["token_file"])
    return _as_a_fault(lambda: read_token(info.context.folder / name))


def _token_of_environment(name: str, info: _Info) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError("this is no variable's name; write " + _INSTEAD["token_environment"])
    if name not in info.context.environment:
        raise ValueError(f"the environment has no {name}; set it to the token, as BotFather gave it")
    return _as_a_fault(lambda: require_token(info.context.environment[name]))


def _as_a_fault(read: Callable[[], str]) -> str:
    try:
        return read()
    except NotReady as fault:
        raise ValueError(str(fault)) from None


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class _FileTable(_Table):
    bots: Annotated[list[dict[str, Any]], Field(min_length=1)]


class _BotTable(_Table):
    portal: Annotated[str, AfterValidator(_known_portal)]
    username: Annotated[str, AfterValidator(_username)]
    token_file: Annotated[str, AfterValidator(_token_of_file)] = Field(default="", repr=False)
    token_environment: Annotated[str, AfterValidator(_token_of_environment)] = Field(default="", repr=False)
    languages: Annotated[list[str], Field(min_length=1), AfterValidator(_spoken)] | None = None
    paused: bool = False


def read_bots(
    path: Path, portals: Mapping[str, Portal], environment: Mapping[str, str]
) -> tuple[BotEntry, ...]:
    """Read every bot of a file, in its order; a token file is looked for from the folder of `path`.

    Raises NotReady, with a line such as `bots.toml:7: what is wrong, and what to write` for each fault.
    """
    text = _text(path)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        line = _first_unread_line(text)
        what = 'the line cannot be read; write key = value, with texts in "quotes"'
        raise NotReady(f"{path}:{line}: {what}") from None
    except (ValueError, RecursionError):
        raise NotReady(f"{path} cannot be read. Write it as docs/fleet.md tells.") from None
    bots, faults = _read_all(read, _Context(path.parent, portals, environment))
    if faults:
        lines = _lines_of(text)
        told = sorted((nearest_line(lines, place), what) for place, what in faults)
        raise NotReady("\n".join(f"{path}:{line}: {what}" for line, what in told))
    return tuple(bots.values())


def require_unserved(path: Path, portals: Mapping[str, Portal], token: str) -> None:
    """Raise NotReady if a file of bots is there and names the bot of this token, or cannot be read.

    Polling a bot would remove its webhook, and its portal's descriptions.
    """
    served = read_bots(path, portals, os.environ) if path.is_file() else ()
    if token.partition(":")[0] in {bot.bot_id for bot in served}:
        raise NotReady(
            f"{path} names this bot, so a fleet serves it. "
            "Take it out there, or unset REPORTLINE_TELEGRAM_TOKEN_FILE."
        )


def _text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise NotReady(f"The file {path} is missing. Write it, as docs/fleet.md tells.") from None
    except OSError as fault:
        raise NotReady(f"The file {path} cannot be read: {fault.strerror}. See whose it is.") from None
    except UnicodeDecodeError:
        raise NotReady(f"The file {path} is not UTF-8. Save it as UTF-8.") from None


def _read_all(read: Mapping[str, Any], context: _Context) -> tuple[dict[int, BotEntry], list[_Fault]]:
    try:
        tables = _FileTable.model_validate(read).bots
    except ValidationError as error:
        return {}, [(each["loc"], _words(each)) for each in error.errors()]
    bots: dict[int, BotEntry] = {}
    faults: list[_Fault] = []
    for index, table in enumerate(tables):
        found = _read_one(table, context)
        if isinstance(found, BotEntry):
            bots[index] = found
        else:
            faults += [(("bots", index, *place), what) for place, what in found]
    return bots, [*faults, *_twice(bots)]


def _read_one(written: Mapping[str, Any], context: _Context) -> BotEntry | list[_Fault]:
    faults: list[_Fault] = []
    if len({"token_file", "token_environment"} & written.keys()) != 1:
        faults = [((), f"a bot has one token; write either {_INSTEAD['token_file']}, or token_environment")]
    try:
        table = _BotTable.model_validate(written, context=context)
    except ValidationError as error:
        return [*faults, *((each["loc"], _words(each)) for each in error.errors())]
    return faults or BotEntry(
        portal=table.portal,
        username=table.username,
        token=table.token_file or table.token_environment,
        languages=tuple(table.languages or context.portals[table.portal].languages),
        paused=table.paused,
    )


def _twice(bots: Mapping[int, BotEntry]) -> Iterator[_Fault]:
    seen: set[str] = set()
    for index, bot in bots.items():
        names = {bot.bot_id, bot.username.lower()}
        if names & seen:
            yield ("bots", index), "a bot of this name or this token stands above already; write each once"
        seen |= names


def _words(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    # Its name is not repeated: somebody may have taken a token for a key.
    if error["type"] == "extra_forbidden":
        return f"no key of this name belongs here; write {_INSTEAD['bots']}"
    key = str(error["loc"][0])
    wrong = "is missing" if error["type"] == "missing" else "is not as it should be"
    return f"{key} {wrong}; write {_INSTEAD[key]}"

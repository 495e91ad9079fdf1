"""The names, descriptions and commands that a bot has set, by language, as an app shows them."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.bot_api_chats import BotApiError

Method = Callable[[dict[str, Any]], Any]
_TEXTS = {"Description": "description", "ShortDescription": "short_description", "Name": "name"}
_LONGEST = {"description": 512, "short_description": 120, "name": 64}


class Presented:
    """What was set; `told` holds it by method and language, whatever scope the commands have."""

    def __init__(self, name: str) -> None:
        self.told: dict[str, dict[str, Any]] = {}
        self._name = name
        self._commands: dict[tuple[str, str], list[dict[str, str]]] = {}

    def methods(self) -> dict[str, Method]:
        """Give the methods that set and tell, by their names in small letters."""
        found: dict[str, Method] = {
            "setmycommands": self._set_commands,
            "getmycommands": lambda given: self._commands.get(_place(given), []),
            "deletemycommands": self._delete_commands,
        }
        for method, what in _TEXTS.items():
            found[f"setmy{method.lower()}"] = self._setter(f"setMy{method}", what)
            found[f"getmy{method.lower()}"] = self._getter(f"setMy{method}", what)
        return found

    def _set_commands(self, given: dict[str, Any]) -> bool:
        place, commands = _place(given), given.get("commands", [])
        _check_commands(commands)
        self._commands[place] = commands
        self.told.setdefault("setMyCommands", {})[place[1]] = commands
        return True

    def _delete_commands(self, given: dict[str, Any]) -> bool:
        self._commands.pop(_place(given), None)
        self.told.get("setMyCommands", {}).pop(_language(given), None)
        return True

    def _setter(self, method: str, what: str) -> Method:
        def tell(given: dict[str, Any]) -> bool:
            language, value = _language(given), given.get(what, "")
            if len(value) > _LONGEST[what]:
                raise BotApiError(400, f"Bad Request: {what.replace('_', ' ')} is too long")
            self.told.setdefault(method, {})[language] = value
            return True

        return tell

    def _getter(self, method: str, what: str) -> Method:
        def ask(given: dict[str, Any]) -> dict[str, str]:
            told = self.told.get(method, {})
            # A bot has a name in every language; of descriptions, those that were set.
            named = (told.get("") or self._name) if what == "name" else ""
            return {what: told.get(_language(given)) or named}

        return ask


def _place(given: dict[str, Any]) -> tuple[str, str]:
    scope = given.get("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), _language(given)


def _language(given: dict[str, Any]) -> str:
    language: str = given.get("language_code", "")
    if not re.fullmatch("([a-z]{2})?", language):
        raise BotApiError(400, "Bad Request: invalid language code specified")
    return language


def _check_commands(commands: list[dict[str, str]]) -> None:
    if len(commands) > 100:
        raise BotApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
            raise BotApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise BotApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")

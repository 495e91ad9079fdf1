"""What a Bot API server knows and checks, without HTTP: updates that wait, chats, and what a bot has set."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

_JSON_PARAMETERS = {
    "allowed_updates",
    "commands",
    "entities",
    "link_preview_options",
    "message_ids",
    "reply_markup",
    "scope",
}
_SENT_AT = 1767225600
_PRESENTED = {
    "setMyCommands": "commands",
    "setMyDescription": "description",
    "setMyShortDescription": "short_description",
    "setMyName": "name",
}
_LONGEST = {"description": 512, "short_description": 120, "name": 64}


class BotApiError(Exception):
    """An answer with `ok` false, as the Bot API words it."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters or {}


@dataclass
class Failure:
    """A failure that a test orders for the next `times` calls of a method, or of one chat."""

    method: str = "*"
    status: int = 500
    description: str = ""
    retry_after: int = 0
    times: int = 1
    chat: int | None = None
    drop: bool = False
    lose: bool = False

    def strike(self) -> None:
        """Raise what was ordered."""
        wait = {"retry_after": self.retry_after} if self.retry_after else {}
        words = self.description or ("Too Many Requests: retry later" if wait else "Internal Server Error")
        raise BotApiError(self.status, words, wait)


@dataclass
class Chat:
    """One chat: its messages by number, which were deleted, and how often the bot has shown something."""

    number: int
    kind: str = "private"
    closed: str = ""
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)
    ended_taps: list[str] = field(default_factory=list)
    last: int = 0
    shown: int = 0

    def next_number(self) -> int:
        """Give the number of the chat's next message."""
        self.last += 1
        return self.last

    def message(self, number: Any, trouble: str) -> dict[str, Any]:
        """Give the message of a number, or fail as the Bot API does."""
        if int(number) not in self.messages:
            raise BotApiError(400, f"Bad Request: {trouble}")
        return self.messages[int(number)]


class BotApi:
    """The state of one bot; methods are called by their names, in any case, with JSON or form values."""

    def __init__(self, token: str) -> None:
        self.updates: list[dict[str, Any]] = []
        self.journal: list[dict[str, Any]] = []
        self.failures: list[Failure] = []
        self.presented: dict[str, dict[str, Any]] = {}
        self._token = token
        self._me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Reports",
            "username": "reports_bot",
        }
        self._chats: dict[int, Chat] = {}
        self._open_taps: dict[str, Chat] = {}
        self._next_update = 700000001
        self._allowed: list[str] = []
        self._poller = 0
        self._changed = asyncio.Condition()
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getme": lambda _: self._me,
            "deletewebhook": lambda _: True,
            "sendmessage": self._send_message,
            "editmessagetext": self._edit_message,
            "deletemessage": self._delete_message,
            "deletemessages": self._delete_messages,
            "answercallbackquery": self._answer_tap,
            "leavechat": self._leave,
            **{name.lower(): self._presenter(name, what) for name, what in _PRESENTED.items()},
        }

    async def call(self, token: str, method: str, values: dict[str, Any]) -> Any:
        """Do what a bot asks; raises BotApiError."""
        if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
            raise BotApiError(404, "Not Found")
        if token != self._token:
            raise BotApiError(401, "Unauthorized")
        given = {name: _parsed(name, value) for name, value in values.items()}
        if method.lower() == "getupdates":
            return await self._get_updates(given)
        if method.lower() not in self._methods:
            raise BotApiError(404, "Not Found: method not found")
        result = self._methods[method.lower()](given)
        await self._tell()
        return result

    def chat(self, number: int) -> Chat:
        """Give a chat, which is opened where there is none."""
        return self._chats.setdefault(number, Chat(number))

    def next_failure(self, method: str, values: dict[str, Any]) -> Failure | None:
        """Give the failure that a test has ordered for this call, and count it."""
        for failure in self.failures:
            mine = failure.chat is None or str(failure.chat) == str(values.get("chat_id"))
            if failure.method.lower() in {"*", method.lower()} and mine and failure.times > 0:
                failure.times -= 1
                return failure
        return None

    async def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Let something happen; gives the numbers of the update and of its message, if it has one."""
        update.setdefault("update_id", self._next_update)
        self._next_update = update["update_id"] + 1
        message = update.get("message") or update.get("edited_message")
        if message:
            self._keep(message)
        if isinstance(member := update.get("my_chat_member"), dict):
            self.chat(member["chat"]["id"]).kind = member["chat"]["type"]
        if "callback_query" in update:
            query = update["callback_query"]
            self._open_taps[query["id"]] = self.chat(query["from"]["id"])
        if not self._allowed or set(update) & {*self._allowed}:
            self.updates.append(update)
        await self._tell()
        return {"update_id": update["update_id"], "message_id": (message or {}).get("message_id")}

    async def look(self, number: int, after: int, seconds: float) -> dict[str, Any]:
        """Give what is in a chat once the bot has shown more than `after` cards, or when time is up."""
        chat = self.chat(number)
        async with self._changed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait_for(lambda: chat.shown > after), seconds)
        seen = {name: getattr(chat, name) for name in ("shown", "deleted", "ended_taps", "closed")}
        return {**seen, "messages": list(chat.messages.values())}

    def _keep(self, message: dict[str, Any]) -> None:
        chat = self.chat(message["chat"]["id"])
        chat.kind = message["chat"]["type"]
        message.setdefault("message_id", chat.last + 1)
        chat.last = max(chat.last, message["message_id"])
        chat.messages[message["message_id"]] = message

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        self._poller += 1
        mine = self._poller
        self._allowed = given.get("allowed_updates", self._allowed)
        await self._tell()
        self.updates = [
            update for update in self.updates if update["update_id"] >= int(given.get("offset", 0))
        ]
        async with self._changed:
            moved = self._changed.wait_for(lambda: self.updates or self._poller != mine)
            with suppress(TimeoutError):
                await asyncio.wait_for(moved, float(given.get("timeout", 0)) or 0.001)
        if self._poller != mine:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise BotApiError(409, f"Conflict: {words}")
        return self.updates[: int(given.get("limit", 100))]

    def _open_chat(self, given: dict[str, Any]) -> Chat:
        chat = self._chats.get(int(given.get("chat_id", 0)))
        if chat is None:
            raise BotApiError(400, "Bad Request: chat not found")
        if chat.closed:
            raise BotApiError(403, f"Forbidden: {chat.closed}")
        return chat

    def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(given)
        content = _content(given)
        number = chat.next_number()
        where = {"id": chat.number, "type": chat.kind}
        sent = {"message_id": number, "from": self._me, "chat": where, "date": _SENT_AT, **content}
        chat.messages[number] = sent
        chat.shown += 1
        return sent

    def _edit_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(given)
        old = chat.message(given.get("message_id", 0), "message to edit not found")
        if old.get("from") != self._me:
            raise BotApiError(400, "Bad Request: message can't be edited")
        content = _content(given)
        if content == {name: old[name] for name in ("text", "reply_markup") if name in old}:
            words = "specified new message content and reply markup are exactly the same as a current content"
            raise BotApiError(
                400, f"Bad Request: message is not modified: {words} and reply markup of the message"
            )
        kept = {name: value for name, value in old.items() if name != "reply_markup"}
        chat.messages[old["message_id"]] = {**kept, **content, "edit_date": _SENT_AT}
        chat.shown += 1
        return chat.messages[old["message_id"]]

    def _delete_message(self, given: dict[str, Any]) -> bool:
        chat = self._open_chat(given)
        chat.message(given.get("message_id", 0), "message to delete not found")
        self._delete(chat, int(given["message_id"]))
        return True

    def _delete_messages(self, given: dict[str, Any]) -> bool:
        chat = self._open_chat(given)
        if not 1 <= len(given["message_ids"]) <= 100:
            raise BotApiError(400, "Bad Request: message identifiers are not specified")
        for number in chat.messages.keys() & set(given["message_ids"]):
            self._delete(chat, number)
        return True

    def _delete(self, chat: Chat, number: int) -> None:
        del chat.messages[number]
        chat.deleted.append(number)

    def _answer_tap(self, given: dict[str, Any]) -> bool:
        chat = self._open_taps.pop(given.get("callback_query_id", ""), None)
        if chat is None:
            words = "query is too old and response timeout expired or query ID is invalid"
            raise BotApiError(400, f"Bad Request: {words}")
        chat.ended_taps.append(given["callback_query_id"])
        return True

    def _leave(self, given: dict[str, Any]) -> bool:
        chat = self._open_chat(given)
        if chat.kind == "private":
            raise BotApiError(400, "Bad Request: chat member status can't be changed in private chats")
        chat.closed = f"bot is not a member of the {chat.kind} chat"
        return True

    def _presenter(self, method: str, what: str) -> Callable[[dict[str, Any]], bool]:
        def present(given: dict[str, Any]) -> bool:
            language = given.get("language_code", "")
            if not re.fullmatch("([a-z]{2})?", language):
                raise BotApiError(400, "Bad Request: invalid language code specified")
            _check_presented(what, given.get(what, ""))
            self.presented.setdefault(method, {})[language] = given.get(what, "")
            return True

        return present


def _check_presented(what: str, value: Any) -> None:
    if what != "commands":
        if len(value) > _LONGEST[what]:
            raise BotApiError(400, f"Bad Request: {what.replace('_', ' ')} is too long")
        return
    if len(value) > 100:
        raise BotApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in value:
        if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
            raise BotApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise BotApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


def _content(given: dict[str, Any]) -> dict[str, Any]:
    text = given.get("text", "").strip()
    if not text:
        raise BotApiError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise BotApiError(400, "Bad Request: message is too long")
    markup = given.get("reply_markup")
    for button in (button for row in (markup or {}).get("inline_keyboard", ()) for button in row):
        if not button["text"].strip():
            raise BotApiError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise BotApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"text": text, **({"reply_markup": markup} if markup else {})}


def _parsed(name: str, value: Any) -> Any:
    return json.loads(value) if name in _JSON_PARAMETERS and isinstance(value, str) else value

"""The chats of a Bot API server, the checks of a message, and the refusals of calls."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any


class BotApiError(Exception):
    """An answer with `ok` false, as the Bot API words it."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters or {}


@dataclass
class Failure:
    """A failure that a test orders for the next `times` calls of a method, or of one chat.

    It comes after `slow` seconds; with the status 200 nothing fails. `raw` is answered as it is, such as a
    proxy's page or a result of an odd shape; `migrated` is the number of the supergroup.
    """

    method: str = "*"
    status: int = 500
    description: str = ""
    retry_after: int = 0
    times: int = 1
    chat: int | None = None
    drop: bool = False
    lose: bool = False
    slow: float = 0
    raw: str = ""
    migrated: int = 0

    def strike(self) -> None:
        """Raise what was ordered."""
        if self.status == 200:
            return
        wait = {"retry_after": self.retry_after} if self.retry_after else {}
        wait |= {"migrate_to_chat_id": self.migrated} if self.migrated else {}
        words = self.description or ("Too Many Requests: retry later" if wait else "Internal Server Error")
        raise BotApiError(self.status, words, wait)


class Bell:
    """Wakes those who wait for one thing, and nobody else."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Let everybody who waits look again."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def wait_for(self, so: Callable[[], object], seconds: float) -> None:
        """Wait until something is so, or until time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not so():
                    waiting = asyncio.get_running_loop().create_future()
                    self._waiting.add(waiting)
                    await waiting


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
    bell: Bell = field(default_factory=Bell, repr=False)

    def next_number(self) -> int:
        """Give the number of the chat's next message."""
        self.last += 1
        return self.last

    def message(self, number: Any, trouble: str) -> dict[str, Any]:
        """Give the message of a number, or fail as the Bot API does."""
        if int(number) not in self.messages:
            raise BotApiError(400, f"Bad Request: {trouble}")
        return self.messages[int(number)]

    def keep(self, message: dict[str, Any]) -> None:
        """Take in a reporter's message, under the number it has or the next one."""
        self.kind = message["chat"]["type"]
        message.setdefault("message_id", self.last + 1)
        self.last = max(self.last, message["message_id"])
        self.messages[message["message_id"]] = message

    def show(self, message: dict[str, Any]) -> None:
        """Put a message of the bot's into the chat, in place of the one with its number if there is one."""
        self.messages[message["message_id"]] = message
        self.shown += 1
        self.bell.ring()

    def delete(self, number: int) -> None:
        """Take a message away."""
        del self.messages[number]
        self.deleted.append(number)


def content_of(given: dict[str, Any]) -> dict[str, Any]:
    """Give text and buttons as a message holds them, or fail as the Bot API does."""
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

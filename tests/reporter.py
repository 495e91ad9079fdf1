"""A reporter in front of the Bot API server of the tests: writes, taps, and reads what the chat holds."""

import ssl
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

# The server is on loopback without TLS; reading the certificates of the world would take most of a test.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SENT_AT = 1767225600


@dataclass(frozen=True)
class Button:
    """A button as the reporter sees it, with the data that comes back when it is tapped."""

    label: str
    data: str

    @property
    def choice(self) -> str:
        """The choice in data of the shape talk.turn.choice."""
        return self.data.split(".", 2)[-1]


@dataclass(frozen=True)
class Seen:
    """One of the bot's messages in the chat."""

    number: int
    text: str
    rows: tuple[tuple[Button, ...], ...] = field(default=())

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons, row by row."""
        return [button.label for row in self.rows for button in row]


class BotApiControl:
    """The control side of a running Bot API server at `url`; close it, or use it with `async with`.

    `bot` is the id of one bot of several.
    """

    def __init__(self, url: str, bot: str = "") -> None:
        path = f"control/bots/{bot}/" if bot else "control/"
        self._client = httpx.AsyncClient(base_url=f"{url}/{path}", trust_env=False, verify=PLAIN, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str, **asked: float) -> dict[str, Any]:
        """Ask one thing of the control side."""
        answer: dict[str, Any] = (await self._client.get(path, params=asked)).raise_for_status().json()
        return answer

    async def post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """Tell the control side one thing."""
        answer: dict[str, Any] = (await self._client.post(path, json=content)).raise_for_status().json()
        return answer

    async def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Let an update wait for the bot; gives the numbers that it got."""
        return await self.post("updates", update)

    async def fail(self, method: str, **order: Any) -> None:
        """Order a failure of a method: status, retry_after, times, chat, drop or lose."""
        await self.post("failures", {"method": method, **order})

    async def calls(self, *methods: str) -> list[dict[str, Any]]:
        """Give the calls so far, of the named methods or of all that change something."""
        calls = (await self.get("journal"))["calls"]
        return [call for call in calls if call["method"] in methods or (not methods and _is_act(call))]


class Reporter:
    """One reporter with a private chat; every identity field that Telegram sends is filled with a canary."""

    def __init__(self, control: BotApiControl, chat: int = 5000000001, language: str = "es") -> None:
        self.chat, self.language = chat, language
        self._control = control
        self._taps = 0
        self._mark = 0

    async def start(self, payload: str = "") -> int:
        """Open the bot by a start link; gives the message's number."""
        return await self.say(f"/start {payload}".strip())

    async def say(self, text: str, **more: Any) -> int:
        """Write a message, or a command; gives the message's number."""
        command = text.partition(" ")[0] if text.startswith("/") else ""
        entities = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
        return await self.send(**{"text": text, **({"entities": entities} if entities else {}), **more})

    async def send(self, **content: Any) -> int:
        """Send a message of any kind, by the Bot API's own field names; gives the message's number."""
        return await self._push({"message": self._message(**content)})

    async def edit(self, message: int, text: str) -> None:
        """Change a message that was sent before."""
        edited = self._message(message_id=message, edit_date=SENT_AT, text=text)
        await self._push({"edited_message": edited})

    async def tap(self, wanted: str) -> str:
        """Tap the newest button with this label, or part of it, or this choice; gives the tap's id."""
        for seen in reversed(await self.messages()):
            for button in (button for row in seen.rows for button in row):
                if wanted in {button.data, button.choice} or wanted in button.label:
                    return await self.tap_data(button.data, seen.number)
        labels = [seen.labels for seen in await self.messages()]
        raise AssertionError(f"no button {wanted!r} among {labels}")

    async def tap_data(self, data: str, message: int) -> str:
        """Tap a button by its data, also one that is no longer shown; gives the tap's id."""
        self._taps += 1
        tap = f"tap-{self.chat}-{self._taps}"
        card = {"message_id": message, "chat": self._person("private"), "date": SENT_AT, "text": "card"}
        query = {"id": tap, "from": self._sender(), "message": card, "chat_instance": "-42", "data": data}
        await self._push({"callback_query": query})
        return tap

    async def block(self) -> None:
        """Block the bot."""
        await self._control.post(f"chats/{self.chat}", {"blocked": True})
        await self._push({"my_chat_member": self._membership("member", "kicked")})

    async def unblock(self) -> None:
        """Take the block back."""
        await self._control.post(f"chats/{self.chat}", {"blocked": False})
        await self._push({"my_chat_member": self._membership("kicked", "member")})

    async def sees(self, text: str | None = None, seconds: float = 10) -> Seen:
        """Wait until the bot's newest message holds `text`, or until it shows anything since the last act."""
        after = self._mark if text is None else -1
        chat = await self._look(after, seconds)
        while text is not None and text not in (seen := _newest(chat)).text:
            before = chat["shown"]
            chat = await self._look(before, seconds)
            if chat["shown"] == before:
                raise AssertionError(f"{text!r} was not shown; the newest message is {seen.text!r}")
        if chat["shown"] <= after:
            raise AssertionError(f"nothing was shown; the newest message is {_newest(chat).text!r}")
        return _newest(chat)

    async def messages(self) -> list[Seen]:
        """Give the bot's messages that are in the chat now."""
        return _seen(await self._look(-1, 0))

    async def own_messages(self) -> list[int]:
        """Give the numbers of the reporter's own messages that are in the chat now."""
        chat = await self._look(-1, 0)
        return [message["message_id"] for message in chat["messages"] if not message["from"]["is_bot"]]

    async def _push(self, update: dict[str, Any]) -> int:
        self._mark = (await self._look(-1, 0))["shown"]
        pushed = await self._control.push(update)
        return int(pushed["message_id"] or 0)

    async def _look(self, after: int, seconds: float) -> dict[str, Any]:
        return await self._control.get(f"chats/{self.chat}", after=after, timeout=seconds)

    def _message(self, **content: Any) -> dict[str, Any]:
        return {"from": self._sender(), "chat": self._person("private"), "date": SENT_AT, **content}

    def _sender(self) -> dict[str, Any]:
        names = {"is_bot": False, "language_code": self.language, "is_premium": True}
        return {key: value for key, value in {**self._person("private"), **names}.items() if key != "type"}

    def _person(self, kind: str) -> dict[str, Any]:
        names = {"first_name": "Canary-given", "last_name": "Canary-family", "username": "canary_handle"}
        return {"id": self.chat, "type": kind, **names}

    def _membership(self, before: str, after: str) -> dict[str, Any]:
        bot = {"id": 123456, "is_bot": True, "first_name": "Reports", "username": "reports_bot"}
        states = {"old_chat_member": {"user": bot, "status": before}}
        states["new_chat_member"] = {"user": bot, "status": after}
        return {"chat": self._person("private"), "from": self._sender(), "date": SENT_AT, **states}


def _is_act(call: dict[str, Any]) -> bool:
    return call["method"] not in {"getUpdates", "getWebhookInfo"}


def _seen(chat: dict[str, Any]) -> list[Seen]:
    bots = (message for message in chat["messages"] if message["from"]["is_bot"])
    return [Seen(message["message_id"], message["text"], _rows(message)) for message in bots]


def _rows(message: dict[str, Any]) -> tuple[tuple[Button, ...], ...]:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", ())
    return tuple(tuple(Button(button["text"], button["callback_data"]) for button in row) for row in keyboard)


def _newest(chat: dict[str, Any]) -> Seen:
    return (_seen(chat) or [Seen(0, "")])[-1]

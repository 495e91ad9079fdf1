"""Reporters whose every message is full of markers; they write to the tests' Bot API server."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from telegram import CallbackQuery, Chat, Message, User

from bot.channels.telegram.raw_updates import read_update
from bot.channels.telegram.updates import Outcome, event_from
from bot.exchange import Arrival
from tests.bot_api import BotApi
from tests.canaries.bot_api_updates import Planter, as_json, fields_of, needed, update_of
from tests.canaries.script import Act

BOT = "123456"
SECONDS = 60
_WORDS = {"text", "entities", "caption", "caption_entities"}
_NOT_TEXT = ("contact", "location", "photo", "voice")


def written_by_persons(planter: Planter) -> set[str]:
    """Return the fields that a message from a person to the bot may have."""
    return {name for name in fields_of(Message).keys() - _WORDS if _is_answered(planter, name)}


def outcome_of(update: dict[str, Any]) -> Outcome:
    """Give what the bot reads in an update; raises UnreadableUpdateError."""
    return event_from(read_update(json.dumps(update).encode()), BOT)


def _is_answered(planter: Planter, name: str) -> bool:
    message = planter.some(Message, {*needed(Message), "from_user", "text", name})
    return isinstance(outcome_of(update_of("message", message)), Arrival)


class UpdateTemplates:
    """Updates in which every field that a person may fill is filled, shared by a scenario's reporters."""

    def __init__(self, planter: Planter) -> None:
        self.person = as_json(planter.whole(User))
        self.private = as_json(planter.whole(Chat))
        self.tap = as_json(planter.whole(CallbackQuery))
        self.envelope = as_json(planter.some(Message, written_by_persons(planter)))
        # Whose message is edited in place has none of these.
        self.envelope.pop("message_id")
        self.tap.pop("inline_message_id")


class PlantedReporter:
    """A reporter with a private chat; all numbers of it have 52 bits."""

    def __init__(self, api: BotApi, planter: Planter, templates: UpdateTemplates, name: str) -> None:
        self.name = name
        self.chat = planter.mint.number(f"chat of {name}")
        self._api, self._planter, self._templates = api, planter, templates
        self.done: set[str] = set()
        self._taps = 0
        self._person = {**templates.person, "id": self.chat}
        self._private = {**templates.private, "id": self.chat}
        api.chat(self.chat).last = planter.mint.number(f"first message of {name}") - 1

    async def hold(self, acts: Iterable[Act]) -> None:
        """Hold a talk; where it ends, and at the beginning of the next, send what is no text too."""
        for act in acts:
            await self.do(act)
        await self._send_all_kinds()
        await self.do(Act(say="/start", reaches="first"))
        await self._send_all_kinds()

    async def _send_all_kinds(self) -> None:
        for kind in _NOT_TEXT:
            await self._answered(self.send(kind), f"{kind} from {self.name}")

    async def do(self, act: Act) -> str:
        """Do one thing and wait for what the bot says; raises AssertionError when it says nothing."""
        shown = await self._answered(self.tap(act.tap) if act.tap else self.say(act.say), str(act))
        self.done |= {act.name, act.reaches}
        return shown

    def say(self, text: str) -> dict[str, Any]:
        """Give the update of a text message."""
        return self._message(text=text)

    def send(self, kind: str) -> dict[str, Any]:
        """Give the update of a message that is something else; its caption is as full as the rest."""
        planted = as_json(self._planter.some(Message, {*needed(Message), kind, "caption"}))
        return self._message(**{name: planted[name] for name in (kind, "caption")})

    def tap(self, choice: str) -> dict[str, Any]:
        """Give the update of a tap on the newest card's button of this choice."""
        card = self.newest()
        rows = card.get("reply_markup", {}).get("inline_keyboard", ())
        data = {
            button["callback_data"].split(".", 2)[-1]: button["callback_data"]
            for row in rows
            for button in row
        }
        assert choice in data, f"{choice} is not among {sorted(data)} under {card['text']!r}"
        self._taps += 1
        identity = self._planter.mint.text(f"tap {self._taps} of {self.name}.id")
        message = {**self._templates.tap["message"], "message_id": card["message_id"], "chat": self._private}
        tapped = {"id": identity, "data": data[choice], "from": self._person, "message": message}
        return {"callback_query": {**self._templates.tap, **tapped}}

    def newest(self) -> dict[str, Any]:
        """Give the newest message of the bot."""
        messages = self._api.chat(self.chat).messages.values()
        return [message for message in messages if message["from"].get("is_bot")][-1]

    async def push(self, update: dict[str, Any]) -> None:
        """Let an update wait for the bot, under numbers that are markers too."""
        update.pop("update_id", None)
        is_first = "first update" not in self._planter.mint.markers
        first = self._planter.mint.number("first update")
        if is_first:
            update["update_id"] = first
        given = await self._api.push(update)
        self._planter.mint.note(f"update {given['update_id'] - first}", given["update_id"])

    def note_messages(self) -> None:
        """Make markers of the numbers of all messages of the chat, the bot's own included."""
        first = self._planter.mint.number(f"first message of {self.name}")
        for number in range(first + 1, self._api.chat(self.chat).last + 1):
            self._planter.mint.note(f"message {number - first} of {self.name}", number)

    async def _answered(self, update: dict[str, Any], told: str) -> str:
        before = self._api.chat(self.chat).shown
        await self.push(update)
        seen = await self._api.look(self.chat, before, SECONDS)
        assert seen["shown"] > before, f"{self.name}: nothing was shown after {told}"
        return str(self.newest()["text"])

    def _message(self, **content: Any) -> dict[str, Any]:
        own = {"from": self._person, "chat": self._private}
        return {"message": {**self._templates.envelope, **own, **content}}


def addressed(update: dict[str, Any], chat: int) -> dict[str, Any]:
    """Give an update with this number for its chat and its person, in each place for them."""
    copy: dict[str, Any] = json.loads(json.dumps(update))
    for content in (content for content in copy.values() if isinstance(content, dict)):
        for holder, name in ((content, "chat"), (content, "from"), (content.get("message"), "chat")):
            if isinstance(holder, dict) and isinstance(holder.get(name), dict):
                holder[name]["id"] = chat
    return copy


def in_groups(planted: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give updates as they come from groups and channels."""
    for update in planted:
        for kind in ("group", "supergroup", "channel"):
            yield json.loads(json.dumps(update).replace('"private"', json.dumps(kind)))


def damaged(update: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give an update with one thing after another, on its first levels, of the wrong type or missing."""
    for top, content in update.items():
        if isinstance(content, dict):
            yield {**update, top: [content]}
            yield {**update, top: json.dumps(content)}
            for name, value in content.items():
                yield {**update, top: {**content, name: [value]}}
                yield {**update, top: {**content, name: str(value)}}
                yield {**update, top: {other: kept for other, kept in content.items() if other != name}}

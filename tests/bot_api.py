"""A Bot API server's state of one bot, without HTTP: waiting updates, chats, the bot's settings."""

import asyncio
import json
import re
import time
from collections import Counter
from typing import Any

from tests.bot_api_chats import Bell, BotApiError, Chat, Failure
from tests.bot_api_messages import Messages
from tests.bot_api_presented import Presented
from tests.webhook_delivery import Delivery, Handling, Webhook, World

__all__ = ["BotApi", "BotApiError", "Chat", "Failure", "Handling"]
Answer = tuple[int, dict[str, Any] | str]
_JSON_PARAMETERS = {
    "allowed_updates",
    "commands",
    "entities",
    "link_preview_options",
    "message_ids",
    "reply_markup",
    "scope",
}
_USUAL = Handling()
FURTHEST_AHEAD = 10
SECONDS_BETWEEN_SAME_OFFSETS = 0.5


class BotApi:
    """The state of one bot; methods are called by their names, in any case, with JSON or form values.

    `updates` wait to be polled; those that wait for a webhook are in `delivery`. Without `journaling` calls
    are counted, by method and by status, and not written down.
    """

    def __init__(self, token: str, world: World | None = None, username: str = "reports_bot") -> None:
        self.token = token
        self.updates: list[dict[str, Any]] = []
        self.journal: list[dict[str, Any]] = []
        self.journaling = True
        self.has_topics = False
        self.counted: Counter[str | int] = Counter()
        self.failures: list[Failure] = []
        self.delivery: Delivery | None = None
        self._world = world or World()
        self._me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Reports",
            "username": username,
        }
        self._presented = Presented("Reports")
        self._messages = Messages(self._me)
        self._next_update = 700000001
        self._allowed: list[str] = []
        self._poller = 0
        self._asked = (0, 0.0)
        self._news = Bell()
        self._methods = {
            "getme": lambda _: {**self._me, "has_topics_enabled": self.has_topics},
            "getwebhookinfo": lambda _: self._webhook_info(),
            **self._messages.methods(),
            **self._presented.methods(),
        }

    @property
    def presented(self) -> dict[str, dict[str, Any]]:
        """How the bot has itself presented, by method and language."""
        return self._presented.told

    @property
    def waiting(self) -> int:
        """How many updates are not confirmed yet."""
        return len(self.updates) + (self.delivery.count() if self.delivery else 0)

    async def answer(
        self, token: str, method: str, values: dict[str, Any], *, in_body: bool = False
    ) -> Answer | None:
        """Do what a bot asks, or fail as a test has ordered; None cuts the connection. It is written down."""
        failure = self._next_failure(method, values)
        drop = failure is not None and failure.drop
        if failure is not None and failure.slow:
            await asyncio.sleep(failure.slow)
        try:
            if failure is not None and not failure.lose:
                failure.strike()
            answer: Answer = (200, {"ok": True, "result": await self.call(token, method, values)})
        except BotApiError as error:
            answer = refusal(error)
        if failure is not None and failure.raw:
            answer = failure.status, failure.raw
        status = 0 if drop else answer[0]
        self.counted.update([method, status])
        if self.journaling:
            noted = {"method": method, "parameters": values, "status": status}
            self.journal.append({**noted, **({"in_body": True} if in_body else {})})
        return None if failure is not None and (drop or failure.lose) else answer

    async def call(self, token: str, method: str, values: dict[str, Any]) -> Any:
        """Do what a bot asks; raises BotApiError."""
        if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
            raise BotApiError(404, "Not Found")
        if token != self.token:
            raise BotApiError(401, "Unauthorized")
        given = {name: _parsed(name, value) for name, value in values.items()}
        match method.lower():
            case "getupdates":
                return await self._get_updates(given)
            case "setwebhook" | "deletewebhook" as setting:
                return await self._set_webhook(given if setting == "setwebhook" else given | {"url": ""})
            case name if name in self._methods:
                result = self._methods[name](given)
                self._news.ring()
                return result
        raise BotApiError(404, "Not Found: method not found")

    def number_anew(self, number: int) -> None:
        """Begin again at a number, as Telegram does after a week without updates."""
        self._next_update = number

    async def revoke(self, token: str) -> None:
        """Give the bot a new token: the old one is refused from now on, and its webhook is gone with it.

        Telegram's server keeps webhooks by token, and the updates that wait by bot.
        """
        await self._leave_webhook()
        self.token = token

    async def pause(self) -> None:
        """Stop bringing updates to the webhook, as a server does that is stopped."""
        if self.delivery:
            await self.delivery.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self.delivery:
            self.delivery.resume()

    def chat(self, number: int) -> Chat:
        """Give a chat, which is opened where there is none."""
        return self._messages.chat(number)

    async def push(self, update: dict[str, Any], handling: Handling = _USUAL) -> dict[str, Any]:
        """Let something happen; gives the numbers of the update and of its message, if it has one."""
        update.setdefault("update_id", self._next_update)
        self._next_update = update["update_id"] + 1
        message = update.get("message") or update.get("edited_message")
        if message:
            self.chat(message["chat"]["id"]).keep(message)
        if isinstance(member := update.get("my_chat_member"), dict):
            self.chat(member["chat"]["id"]).kind = member["chat"]["type"]
        if "callback_query" in update:
            query = update["callback_query"]
            self._messages.open_tap(query["id"], query["from"]["id"])
        if not self._allowed or set(update) & {*self._allowed}:
            self._put(update, handling)
        self._news.ring()
        return {"update_id": update["update_id"], "message_id": (message or {}).get("message_id")}

    async def look(self, number: int, after: int, seconds: float) -> dict[str, Any]:
        """Give what is in a chat once the bot has shown more than `after` cards, or when time is up."""
        chat = self.chat(number)
        await chat.bell.wait_for(lambda: chat.shown > after, seconds)
        seen = {name: getattr(chat, name) for name in ("shown", "deleted", "ended_taps", "closed")}
        return {**seen, "messages": list(chat.messages.values())}

    def _next_failure(self, method: str, values: dict[str, Any]) -> Failure | None:
        for failure in self.failures:
            mine = failure.chat is None or str(failure.chat) == str(values.get("chat_id"))
            if failure.method.lower() in {"*", method.lower()} and mine and failure.times > 0:
                failure.times -= 1
                return failure
        return None

    def _put(self, update: dict[str, Any], handling: Handling) -> None:
        if self.delivery:
            self.delivery.put(update, handling)
        else:
            self.updates.append(update)

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.delivery:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete"
            raise BotApiError(409, f"Conflict: {words} the webhook first")
        self._poller += 1
        mine = self._poller
        self._allowed = given.get("allowed_updates", self._allowed)
        self._news.ring()
        limit = self._confirm(int(given.get("offset", 0)), int(given.get("limit", 100)))
        seconds = float(given.get("timeout", 0)) or 0.001
        await self._news.wait_for(lambda: self.updates or self._poller != mine, seconds)
        if self._poller != mine:
            other = "setWebhook" if self.delivery else "other getUpdates"
            words = "; make sure that only one bot instance is running" if not self.delivery else ""
            raise BotApiError(409, f"Conflict: terminated by {other} request{words}")
        return self.updates[:limit]

    def _confirm(self, offset: int, limit: int) -> int:
        """Forget the updates before an offset, as Telegram's server does; gives how many may be told.

        An offset far beyond the newest update confirms nothing. The same offset twice in half a second gets
        one update. (tdlib/telegram-bot-api, Client::do_get_updates; tdlib/td, TQueue::get.)
        """
        tail = max(self._next_update, *(update["update_id"] + 1 for update in self.updates), 0)
        if offset < 0:
            offset += tail
        before, self._asked = self._asked, (offset, time.monotonic())
        if offset <= tail + FURTHEST_AHEAD:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        repeated = offset == before[0] and self._asked[1] - before[1] < SECONDS_BETWEEN_SAME_OFFSETS
        return 1 if repeated else limit

    async def _set_webhook(self, given: dict[str, Any]) -> bool:
        webhook = Webhook.of(given) if given.get("url") else None
        while self.delivery:  # another setWebhook may have come between
            await self._leave_webhook()
        if str(given.get("drop_pending_updates", "")).lower() == "true":
            self.updates.clear()
        if webhook:
            self._allowed = given.get("allowed_updates", self._allowed)
            self._poller += 1
            self.delivery = Delivery(webhook, self._world, self._carry_out)
            waiting, self.updates = self.updates, []
            for update in waiting:
                self.delivery.put(update, _USUAL)
            self._news.ring()
        return True

    async def _leave_webhook(self) -> None:
        if self.delivery:
            delivery, self.delivery = self.delivery, None
            self.updates = sorted([*delivery.waiting, *self.updates], key=lambda one: one["update_id"])
            await delivery.pause()

    async def _carry_out(self, method: str, values: dict[str, Any]) -> None:
        await self.answer(self.token, method, values, in_body=True)

    def _webhook_info(self) -> dict[str, Any]:
        info = {"url": "", "has_custom_certificate": False, "pending_update_count": self.waiting}
        if self.delivery:
            webhook = self.delivery.webhook
            info |= {"url": webhook.url, "max_connections": webhook.max_connections}
            if self.delivery.last_error:
                date, message = self.delivery.last_error
                info |= {"last_error_date": date, "last_error_message": message}
        return info | ({"allowed_updates": self._allowed} if self._allowed else {})


def refusal(error: BotApiError) -> Answer:
    """Give a refusal as it is answered."""
    content = {"ok": False, "error_code": error.status, "description": error.description}
    return error.status, content | ({"parameters": error.parameters} if error.parameters else {})


def _parsed(name: str, value: Any) -> Any:
    return json.loads(value) if name in _JSON_PARAMETERS and isinstance(value, str) else value

"""Holds one reporter's whole talk: a link, Send, the thanks, sometimes an answer, Clear; takes any time.

A reporter does what the newest card asks for, waits some seconds for the next card, and then does it again.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.bot_api import BotApi, Handling
from tests.chaos.people import Identity
from tests.chaos.scale import Scale

RECEIVED, KEPT = "We have received it", "kept safely"
TALK_GONE = "old talk"
UNDER_WAY = "One moment"
MOST_ACTS = 60


@dataclass
class Told:
    """What one reporter did and saw.

    `attempts` are the drafts that Send was tapped for: each is a talk's name, and how often the link was
    written until then. `anew` tells before which cards the link had to be written again.
    """

    who: Identity
    bot: str
    attempts: set[tuple[str, int]] = field(default_factory=set)
    thanked: set[tuple[str, int]] = field(default_factory=set)
    anew: list[str] = field(default_factory=list)
    thanks: str = ""
    answered: bool = False
    cleared: str = ""
    stuck: str = "when time was up"
    seconds: float = 0
    until_thanked: float = 0
    waits: list[float] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Card:
    """The newest card with buttons, by choice their data; `is_last` when nothing of the bot's is below it."""

    number: int = 0
    text: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    is_last: bool = False


class Talk:
    """Holds the talk of one reporter with one bot."""

    def __init__(self, api: BotApi, who: Identity, scale: Scale, random: Random) -> None:
        self.told = Told(who, api.token.partition(":")[0])
        self._api, self._who, self._scale, self._random = api, who, scale, random
        self._chat = api.chat(who.chat)
        self._chat.last = who.first_message
        self._card = Card()
        self._goals = ["send", *(["answer"] if random.random() < scale.answered else []), "clear"]
        self._written = 0
        self._last_tapped: tuple[str, int] | None = None
        self._wish = ""
        self._began_sending = 0.0

    async def hold(self) -> Told:
        """Go on until everything is done; gives what was seen, `stuck` when it came to no end."""
        began = time.monotonic()
        patience = self._scale.patience[0]
        for _ in range(MOST_ACTS):
            before, at = self._chat.shown, time.monotonic()
            await self._act()
            await self._chat.bell.wait_for(lambda: self._chat.shown > before, patience)  # noqa: B023
            if self._chat.shown > before:
                self.told.waits.append(time.monotonic() - at)
                patience = self._scale.patience[0]
            else:
                self.told.acts["in vain"] += 1
                patience = min(self._scale.patience[1], 1.5 * patience)
            await self._look(patience)
            if not self._goals:
                self.told.seconds, self.told.stuck = time.monotonic() - began, ""
                return self.told
            await asyncio.sleep(self._random.expovariate(1 / self._scale.thinking))
        self.told.stuck = f"after {MOST_ACTS} acts {self.where()}"
        return self.told

    def where(self) -> str:
        """Say how far it is, in words that name nobody."""
        return f"at {self._goals[0]}, by {self._wish}, before {self._card.text[:60]!r}"

    async def _act(self) -> None:
        self._wish = self._next()
        if self._wish == "write":
            await self._write()
        elif self._wish == "/forget":
            await self._say("/forget")
        else:
            await self._tap(self._wish)

    def _next(self) -> str:
        buttons = self._card.buttons
        match self._goals[0]:
            case "send":
                return "send" if "send" in buttons and self._who.path in self._card.text else "write"
            case "answer":
                return "search" if "search" in buttons else "details"
        return "forget" if "forget" in buttons else "/forget"

    async def _write(self) -> None:
        if self._written and self._card.text:
            self.told.anew.append(_kind(self._card))
        self._written += 1
        await self._say(self._who.link)

    async def _say(self, text: str) -> None:
        self.told.acts["written"] += 1
        await self._push(self._who.message(text))

    async def _tap(self, choice: str) -> None:
        data = self._card.buttons[choice]
        self.told.acts["tapped"] += 1
        if choice == "send":
            self._last_tapped = (data.partition(".")[0], self._written)
            self.told.attempts.add(self._last_tapped)
            self._began_sending = self._began_sending or time.monotonic()
        if self._random.random() < self._scale.doubled:
            self.told.acts["doubled"] += 1
            for _ in range(2):
                await self._api.push(self._tapped(data), Handling(at_once=True))
        else:
            await self._push(self._tapped(data))

    def _tapped(self, data: str) -> dict[str, Any]:
        identity = f"{self._who.names['username']}_{sum(self.told.acts.values())}_{self._random.random()}"
        return self._who.tap(identity, data, self._card.number)

    async def _push(self, update: dict[str, Any]) -> None:
        again = int(self._random.random() < self._scale.redelivered)
        self.told.acts["redelivered"] += again
        if self._random.random() < self._scale.reordered:
            self.told.acts["reordered"] += 1
            await self._api.push(update, Handling(again=again, overtaken=True))
            await self._api.push(self._who.message("thank you"))
        else:
            await self._api.push(update, Handling(again=again))

    async def _look(self, patience: float) -> None:
        """See the newest card; while something else stands below it, wait for what comes."""
        self._card = self._newest()
        if not self._card.is_last or UNDER_WAY in self._card.text:
            shown = self._chat.shown
            await self._chat.bell.wait_for(lambda: self._chat.shown > shown, patience)
            self._card = self._newest()
        while self._goals and self._is_done():
            self._goals.pop(0)

    def _is_done(self) -> bool:
        text, buttons = self._card.text, self._card.buttons
        match self._goals[0]:
            case "send":
                return self._is_thanked(text)
            case "answer":
                self.told.answered |= self._wish == "search" and "open" in buttons
                return self.told.answered or not {"search", "details"} & buttons.keys()
        if self._wish in {"forget", "/forget"} and ("start_again" in buttons or TALK_GONE in text):
            self.told.cleared = "cleared" if "start_again" in buttons else "was cleared before"
        return bool(self.told.cleared)

    def _is_thanked(self, text: str) -> bool:
        thanks = next((words for words in (RECEIVED, KEPT) if words in text), "")
        if not thanks or self._last_tapped is None:
            return False
        self.told.thanks = thanks
        self.told.thanked.add(self._last_tapped)
        self.told.until_thanked = time.monotonic() - self._began_sending
        return True

    def _newest(self) -> Card:
        is_last = True
        for message in reversed(self._chat.messages.values()):
            if message["from"]["is_bot"]:
                rows = message.get("reply_markup", {}).get("inline_keyboard")
                if rows:
                    data = (button["callback_data"] for row in rows for button in row)
                    buttons = {one.split(".", 2)[-1]: one for one in data}
                    return Card(message["message_id"], message["text"], buttons, is_last)
                is_last = False
        return Card()


def _kind(card: Card) -> str:
    """Say in few words, the same for everybody, before which card the link was written again."""
    if TALK_GONE in card.text:
        return "the talk was gone"
    if UNDER_WAY in card.text:
        return "the answer to Send did not come"
    return f"a card that began {card.text[:40]!r}"

"""A reporter who goes on until both reports are acknowledged, while bots are killed and restarted."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from tests.bot_api_server import BotApiServer
from tests.kill_points import Bot, Bots, Order, Point
from tests.reporter import BotApiControl, Reporter, Seen

SITE = "https://forum.example/"
RECEIVED = ("We have received it", "kept safely")
# A bot that was killed may be told both of the tap that it had answered and of the next one.
TALK_GONE = ("old talk", "button is too old")
MOST_ACTS = 30
SECONDS = 20


@dataclass
class Told:
    """The steps that a reporter still has to do, and the taps on Send by link: all of them, and those taken.

    A tap is taken when the bot says thanks, or when it was killed after it had confirmed the update to
    Telegram. `answered` says the same of the one answer, which belongs to the first link.
    """

    links: tuple[str, str]
    to_do: list[str]
    sends: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    answered: bool = False

    @classmethod
    def of(cls, name: str, *to_do: str) -> Self:
        """Begin with two links made from the name; the steps are "first", "answer" and "second", or fewer."""
        return cls((f"{SITE}{name}/first", f"{SITE}{name}/second"), [*to_do])


class InProcessControl(BotApiControl):
    """The control interface of a server in this process, used without HTTP."""

    def __init__(self, server: BotApiServer) -> None:
        super().__init__(server.url)
        self._api = server.api

    async def get(self, path: str, **asked: float) -> dict[str, Any]:
        """Ask the control interface for one thing."""
        kind, _, chat = path.partition("/")
        if kind == "chats":
            return await self._api.look(int(chat), int(asked["after"]), asked["timeout"])
        return await super().get(path, **asked)

    async def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Queue an update for the bot; returns it with its numbers."""
        return await self._api.push(update)


class PersistentReporter:
    """A reporter who does the next step that the newest card offers."""

    def __init__(self, reporter: Reporter, told: Told) -> None:
        self.told = told
        self._reporter = reporter
        self._card = Seen(0, "")
        self._did = ""

    @property
    def _link(self) -> str:
        return self.told.links[self.told.to_do[0] == "second"]

    async def act(self) -> None:
        """Do the next step on this card."""
        self._did = self._next()
        button = _buttons(self._card).get(self._did)
        if button is None:
            await self._reporter.say(self._link)
        else:
            self.told.sends[self._link] += self._did == "send"
            await self._reporter.tap_data(button, self._card.number)

    async def look(self) -> None:
        """Read the bot's answer, and remove the step if it is done."""
        self._card = (await self._reporter.messages())[-1]
        thanked = self._did == "send" and any(words in self._card.text for words in RECEIVED)
        answered = self._did == "search" and "search" not in _buttons(self._card)
        gone = any(words in self._card.text for words in TALK_GONE)
        forgotten = self.told.to_do[0] == "answer" and gone
        if (thanked or answered) and not forgotten:
            self.take()
        if thanked or answered or forgotten:
            self.told.to_do.pop(0)

    def take(self) -> None:
        """Note that the bot has taken the last step."""
        self.told.taken[self._link] += self._did == "send"
        self.told.answered |= self._did == "search"

    def _next(self) -> str:
        wishes: tuple[str, ...] = ("search", "details") if self.told.to_do[0] == "answer" else ("send",)
        if wishes == ("send",) and f"/{self._link.removeprefix(SITE)}" not in self._card.text:
            return "say"
        return next((wish for wish in wishes if wish in _buttons(self._card)), "say")


def _buttons(card: Seen) -> dict[str, str]:
    return {button.choice: button.data for row in card.rows for button in row}


class Talk:
    """A reporter's talk, while the bots that hold it are killed at the points `deaths`, one after another.

    `deaths` holds the points that no bot has reached yet. The bot that is started after the last of them is
    not traced, or writes all points that it passes to the file `order.points`.
    """

    def __init__(
        self,
        bots: Bots,
        order: Order,
        deaths: Sequence[Point],
        telegram: BotApiServer,
        control: BotApiControl,
    ) -> None:
        self.deaths = list(deaths)
        self._bots, self._order = bots, order
        self._telegram, self._control = telegram, control
        self._reporter = Reporter(control, language="en")
        self._chat = telegram.api.chat(self._reporter.chat)
        self._unbroken = True
        self._bot: Bot

    async def start(self) -> None:
        """Start the first bot."""
        self._bot = await self._next_bot()

    async def hold(self, told: Told) -> None:
        """Do steps until none is left; raises AssertionError if that takes too long."""
        person = PersistentReporter(self._reporter, told)
        for _ in range(MOST_ACTS):
            shown = self._chat.shown
            await person.act()
            if await self._is_answered(shown):
                await person.look()
            else:
                person.take()
            if not told.to_do:
                return
        raise AssertionError("the talk came to no end")

    async def end(self) -> None:
        """Let the bot deliver all reports, and stop it; raises AssertionError if anything is left."""
        await self._settled()
        while (status := await self._bot.stop()) == -signal.SIGKILL:
            await self._revive()
            await self._settled()
        assert status == 0, f"the bot ended with {status}"
        left = [path.suffix for path in self._outbox.rglob("*") if path.is_file()]
        assert not left, f"left in the outbox: {left}"

    async def abandon(self) -> None:
        """Kill the bot."""
        await self._bot.stop(signal.SIGKILL)

    @property
    def _outbox(self) -> Path:
        return Path(self._order.data) / "bot" / "outbox"

    async def _next_bot(self) -> Bot:
        return await self._bots.start(replace(self._order, dies_at=self.deaths[0] if self.deaths else None))

    async def _revive(self) -> None:
        """Start the next bot once this one is dead and its last request has been read."""
        assert self._bot.ended.result() == -signal.SIGKILL, f"the bot ended with {self._bot.ended.result()}"
        self._unbroken = False
        self.deaths.pop(0)
        await self._control.get("state")
        self._bot = await self._next_bot()

    async def _is_answered(self, shown: int) -> bool:
        """Wait for more than `shown` cards; False if none will come because the update was confirmed."""
        while True:
            look = asyncio.create_task(self._telegram.api.look(self._chat.number, shown, SECONDS))
            await asyncio.wait({look, self._bot.ended}, return_when=asyncio.FIRST_COMPLETED)
            look.cancel()
            if self._chat.shown > shown:
                await self._tidied()
                return True
            assert self._bot.ended.done(), "no answer came"
            await self._revive()
            if self._chat.shown == shown and not self._telegram.api.updates:
                return False

    async def _tidied(self) -> None:
        """Wait until the turn is over, so that it passes the same points in each talk."""
        while self._unbroken and len(self._chat.messages) > 1 and not self._bot.ended.done():
            await asyncio.sleep(0.001)

    async def _settled(self) -> None:
        async with asyncio.timeout(SECONDS):
            while not self._is_settled():
                if self._bot.ended.done():
                    await self._revive()
                await asyncio.sleep(0.002)

    def _is_settled(self) -> bool:
        """Return whether every update is confirmed and every report delivered."""
        return self._outbox.is_dir() and not [*self._outbox.glob("*.json"), *self._telegram.api.updates]


class DelayedForwarder:
    """Forwards connections to the intake; it does not answer until it is opened."""

    def __init__(self, intake_url: str) -> None:
        self._intake_port = int(intake_url.rpartition(":")[2])
        # Bound at once, so that no other process takes the port meanwhile.
        self._beginning = socket.socket()
        self._beginning.bind(("127.0.0.1", 0))
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The URL at which it listens."""
        return f"http://127.0.0.1:{self._beginning.getsockname()[1]}"

    async def open(self) -> None:
        """Start to forward."""
        self._server = await asyncio.start_server(self._let_through, sock=self._beginning)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        if self._server is not None:
            self._server.close()
        self._beginning.close()

    async def _let_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader_beyond, writer_beyond = await asyncio.open_connection("127.0.0.1", self._intake_port)
        for way in (_carry(reader, writer_beyond), _carry(reader_beyond, writer)):
            task = asyncio.create_task(way)
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(ConnectionError):
            while content := await reader.read(65536):
                writer.write(content)
    finally:
        writer.close()

"""The talk in a terminal: the same turns as in a messaging app, for trying out, training and practice."""

import asyncio
import io
import secrets
import sys
import threading
from collections.abc import AsyncIterator

from rich.console import Console
from rich.text import Text

from bot.channels.typed_lines import event_of
from bot.exchange import Answer, Arrival, Card, Host, TalkHandle
from conversations.events import Chose, Event, Opened
from conversations.hearing.plain_words import number

_WIDTH = 76
# Asks terminals of the VTE family to take each paragraph's direction from its letters, as others do unasked.
_DIRECTION_BY_PARAGRAPH = "\x1b[?2501h"
_CONTROLS = (*range(32), *range(0x7F, 0xA0))
_DIRECTIONS = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSEEN = {code: None for code in (*_CONTROLS, *_DIRECTIONS) if code != ord("\n")}


def event_from(line: str, card: Card) -> Event:
    """Read a typed line: a button's number, in digits of any script, is a tap on it.

    Where text is the answer, a tap is typed as #number.
    """
    typed = line.strip()
    is_tap = typed.startswith("#") or not card.asks_for_text
    tapped = number(typed.removeprefix("#")) if is_tap else None
    buttons = [button for row in card.rows for button in row]
    if tapped is not None and 0 < tapped <= len(buttons):
        talk, turn, choice = buttons[tapped - 1].data.split(".", 2)
        return Chose(choice, talk, int(turn))
    return event_of(typed)


class Screen:
    """The terminal's screen: numbered messages, each of which can be removed again."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._messages: dict[int, Card | str] = {}
        self._last = 0

    def typed(self, line: str) -> int:
        """Note what the reporter typed; gives the message's number."""
        return self._add(line)

    def answered(self, answer: Answer) -> int:
        """Show an answer and remove the messages that it erases; gives the number of the card's message."""
        for erased in answer.erase:
            self._messages.pop(erased, None)
        shown = self._add(answer.card) if answer.live is None else answer.live
        self._messages[shown] = answer.card
        self._draw()
        return shown

    def _add(self, message: Card | str) -> int:
        self._last += 1
        self._messages[self._last] = message
        return self._last

    def _draw(self) -> None:
        # Where the output is no terminal, nothing can be taken back: only the newest card is written.
        self._console.clear()
        if self._console.is_terminal:
            self._console.file.write(_DIRECTION_BY_PARAGRAPH)
        shown = self._messages.values() if self._console.is_terminal else [*self._messages.values()][-1:]
        for message in shown:
            if isinstance(message, Card):
                self._draw_card(message)
            else:
                self._console.print(Text(f"> {message}".translate(_UNSEEN), style="dim"))
        how = "#number" if self._asks_for_text() else "number"
        self._console.print(f"{how}, text, /help, Ctrl-D > ", style="dim", end="")

    def _asks_for_text(self) -> bool:
        cards = [message for message in self._messages.values() if isinstance(message, Card)]
        return bool(cards) and cards[-1].asks_for_text

    def _draw_card(self, card: Card) -> None:
        # A terminal that knows direction puts such a line on the right by itself; spaces would push it off.
        width = min(_WIDTH, self._console.width)
        self._console.print(Text(card.text.translate(_UNSEEN)), width=width, highlight=False)
        self._console.print()
        count = 0
        for row in card.rows:
            line = Text()
            for button in row:
                count += 1
                line.append(f" {'#' if card.asks_for_text else ''}{count} ", style="reverse")
                line.append(f" {button.label.translate(_UNSEEN)}   ")
            self._console.print(line, width=width)
        self._console.print()


async def hold_talk(host: Host, console: Console, start: str = "", language: str | None = None) -> None:
    """Hold one talk until the input ends; `start` is a start link's payload."""
    # A name of its own for each talk, so that no talk of before goes on where the store remembers it.
    handle = TalkHandle("terminal", "local", secrets.token_hex(16))
    screen = Screen(console)
    card = await _turn(host, screen, Arrival(handle, 0, Opened(start), language=language))
    update = 0
    async for line in _lines():
        if not line.strip():
            continue
        update += 1
        event = event_from(line, card)
        message = None if isinstance(event, Chose) else screen.typed(line.strip())
        card = await _turn(host, screen, Arrival(handle, update, event, message, language))


async def _turn(host: Host, screen: Screen, arrival: Arrival) -> Card:
    answer = await host.handle(arrival)
    await host.shown(arrival.talk, screen.answered(answer))
    await host.deleted(arrival.talk, answer.erase)
    return answer.card


async def _lines() -> AsyncIterator[str]:
    """Give the lines typed; a daemon thread waits for them, so that Ctrl-C ends at once."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        line = " "
        while line:
            line = sys.stdin.readline()
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line

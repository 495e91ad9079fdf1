"""Draws the README's picture: a talk as the terminal shows it, from the real engine and the real words."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from bot.channels.terminal import Screen, event_from
from bot.exchange import Answer
from bot.settings import PORTALS
from bot.talks.portals import read_portals
from bot.talks.render import render
from bot.talks.stored import draw
from conversations.events import Received
from conversations.flow.cards import card
from conversations.portals.model import Portal
from conversations.state import State
from conversations.turns.engine import advance
from conversations.turns.start_link import begin

TYPED = ("hi, i found this by accident https://forum.example/thread/4711?page=2&fbclid=IwAR0x", "1")
# The fonts would be fetched from elsewhere by whoever looks at the picture.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
PICTURES = Path(__file__).parent


def main() -> None:
    """Draw one picture for each line that the reporter types."""
    portals = read_portals(PORTALS, frozenset({"en", "es"}))
    state = begin("terminal", portals["international"], "en", draw())
    for number, line in enumerate(TYPED, start=1):
        shown = _answer(state, portals).card
        state = advance(state, event_from(line, shown), portals, draw()).state
        if state.step == "sending":
            state = advance(state, Received(), portals, draw()).state
        console = Console(record=True, force_terminal=True, width=78, file=io.StringIO())
        Screen(console).answered(_answer(state, portals))
        console.save_svg(str(PICTURES / f"talk-{number}.svg"), title="Reportline", code_format=FORMAT)


def _answer(state: State, portals: Mapping[str, Portal]) -> Answer:
    say = card(state, portals[state.portal])
    return Answer(render(say, state.language, state.talk, state.turn))


if __name__ == "__main__":
    main()

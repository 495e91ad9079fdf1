"""From a shared message to its canonical addresses, beside w3lib, which is given the addresses."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from w3lib.url import canonicalize_url

from benchmarks.measuring import Effort, Pair, Row, in_turn
from conversations.address import defang
from conversations.address.finding import find

MESSAGES: Final = Path(__file__).parents[2] / "tests/conversations/address/shared_messages.json"
Message = Mapping[str, Any]


def ours(message: Message) -> None:
    """Find the addresses in a message, with their canonical spelling, and make each safe to show."""
    for address in find(message["text"], handles=message.get("handles", False)).addresses:
        defang(address.given)


def theirs(message: Message) -> None:
    """Give the canonical spelling of the addresses that a message holds, which are known already."""
    for given in message["given"]:
        canonicalize_url(given)


async def _round(once: Callable[[Message], None], messages: Sequence[Message], passes: int) -> float:
    begun = time.process_time()
    for _ in range(passes):
        for message in messages:
            once(message)
    return passes * len(messages) / (time.process_time() - begun)


async def measure(effort: Effort) -> Sequence[Row]:
    """Measure both over the same messages."""
    messages: list[Message] = json.loads(MESSAGES.read_text(encoding="utf-8"))
    sides = [partial(_round, once, messages, effort.size) for once in (ours, theirs)]
    rates = await in_turn(sides, effort.rounds)
    return [Row("a message to its canonical addresses", "w3lib.url.canonicalize_url", *rates)]


ABOUT: Final = """\
Ours finds the addresses in each message of `tests/conversations/address/shared_messages.json`, tells what
they are, and gives their canonical spelling and the one that is safe to show. The peer is given the
addresses, and gives their canonical spelling.
"""
PAIR = Pair(
    name="addresses",
    title="A message to its canonical addresses",
    about=ABOUT,
    unit="messages a CPU second",
    packages=("w3lib",),
    effort=Effort(rounds=9, size=4),
    quick=Effort(rounds=3, size=1),
    measure=measure,
)

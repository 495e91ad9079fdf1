"""What is kept ready between turns holds our own words alone: no cache holds what a reporter said."""

import functools
import gc
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import bot
import conversations
import locales
from bot.talks.render import put_into_words
from conversations.events import Received, Said
from conversations.talk import Phrase
from tests.talking import Replay, begun

OURS = tuple(f"{package.__name__}." for package in (bot, conversations, locales))
MARKER = "marker4711"


def _caches() -> list[Any]:
    """Give every function of ours that keeps its answers."""
    modules = [module for name, module in sys.modules.items() if name.startswith(OURS)]
    values = {id(value): value for module in modules for value in vars(module).values()}
    return [value for value in values.values() if hasattr(value, "cache_info")]


def _texts(*held: object) -> Iterator[str]:
    """Give every text in the arguments and answers that caches hold."""
    seen: set[int] = set()
    waiting = list(held)
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            yield one
        elif isinstance(one, bytes):
            yield one.decode("latin-1")
        else:
            waiting += gc.get_referents(one)


def _whole_talk() -> Replay:
    replay = begun(f"look at https://{MARKER}.example/{MARKER}?a={MARKER}", f"words {MARKER} beside")
    replay.tap("send_both")
    replay.step(Received())
    for choice in ("receipt", "hide", "details", *("skip",) * 5):
        replay.tap(choice)
        replay.read()
    replay.step(Said(f"below the picture, {MARKER}, @{MARKER}"))
    replay.read()
    return replay


def test_nothing_that_was_said_stays_in_a_cache() -> None:
    replay = _whole_talk()
    caches = _caches()
    assert {"_template", "_label", "_button", "_placeholders"} <= {one.__name__ for one in caches}
    held = {one.__qualname__: [text for text in _texts(one) if MARKER in text] for one in caches}
    assert {name: texts for name, texts in held.items() if texts} == {}
    assert not any(replay.state.draft.receipt in text for text in _texts(*caches))


def test_what_a_cache_holds_is_found() -> None:
    """Otherwise finding nothing would say nothing."""

    @functools.lru_cache
    def keeps(phrase: Phrase) -> str:
        return put_into_words(phrase, "en")

    keeps(Phrase("review.links", (("links", f"hxxps://{MARKER}[.]example"),)))
    assert sum(MARKER in text for text in _texts(keeps)) == 2

"""Limits the length of each message, so that every channel can show it.

Telegram counts UTF-16 units (core.telegram.org/bots/api: a message 4096, a description 512, a short
description 120, a command's description 256, a name 64), WhatsApp characters (developers.facebook.com, Cloud
API: a list's row 24, its description 72, a body 1024). No channel counts bytes; our
limit on bytes keeps a talk cheap.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a message may have: characters, UTF-16 units, and bytes in UTF-8."""

    characters: int
    units: int
    octets: int


def _of(length: int) -> Limit:
    return Limit(length, length, 3 * length)


_BUTTON = _of(24)
# WhatsApp's and Messenger's buttons under a message.
SHORT_LABEL = 20
_COMMAND = _of(72)
_MESSAGE = Limit(1024, 1024, 2048)
_NAMED = {
    "presentation.name": _of(64),
    "presentation.description": _of(512),
    "presentation.short": _of(120),
}


def limit_of(name: str) -> Limit:
    """Give the limit of the message of this name."""
    if name.startswith("button."):
        return _BUTTON
    if name.startswith("command."):
        return _COMMAND
    return _NAMED.get(name, _MESSAGE)


def length_faults(name: str, text: str) -> Iterator[str]:
    """Say by how much a message is too long for some channel; a long label has a shorter one below it."""
    if not name.startswith("button."):
        yield from _length_faults(limit_of(name), text)
        return
    label, _, short = text.partition("\n")
    faults = tuple(_length_faults(limit_of(name), label))
    yield from faults or _label_faults(label, short)


def _length_faults(limit: Limit, text: str) -> Iterator[str]:
    counted = (
        ("characters", len(text), limit.characters),
        ("UTF-16 units", len(text.encode("utf-16-le")) // 2, limit.units),
        ("bytes", len(text.encode()), limit.octets),
    )
    for unit, length, most in counted:
        if length > most:
            yield f"{length} {unit}; write at most {most}"
            return


def _label_faults(label: str, short: str) -> Iterator[str]:
    if len(label) > SHORT_LABEL and not 0 < len(short) <= SHORT_LABEL:
        yield f"{len(label)} characters; write on a second line a label of at most {SHORT_LABEL}"
    if len(label) <= SHORT_LABEL and short:
        yield f"a second label, where the first has at most {SHORT_LABEL} characters; take it away"

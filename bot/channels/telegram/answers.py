"""Reads what the Bot API answers to a call, and writes a call's parameters.

Of a card that is shown only its number becomes an object: the rest of Telegram's answer names the reporter.
"""

import json
from typing import Any, Final, TypedDict

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder, Encoder


class Answer(Struct, frozen=True):
    """What the Bot API answers: whether it did what it was asked for, and the bytes of the result."""

    ok: bool
    result: Raw


class _Shown(TypedDict, total=False):
    message_id: Any


_SHOWS: Final = frozenset({"sendMessage", "editMessageText"})
_answer = Decoder(Answer).decode
_shown = Decoder(_Shown | bool).decode
_anything = Decoder().decode
_encode = Encoder().encode


def answer_in(content: bytes) -> Answer | None:
    """Read an answer that says that all is well; None for any other, which the library reads."""
    try:
        answer = _answer(content)
    except (DecodeError, RecursionError):
        return None
    return answer if answer.ok else None


def result_in(result: Raw, method: str) -> Any:
    """Give the result of a call as plain JSON, or as much of it as is needed; raises ValueError."""
    try:
        return _shown(result) if method in _SHOWS else _anything(result)
    except (DecodeError, RecursionError):
        return json.loads(bytes(result))


def as_json(value: Any) -> bytes:
    """Write a value; what msgspec refuses to write (half a surrogate pair), Python writes."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()

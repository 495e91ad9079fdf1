"""Reads the bytes of updates; only the fields that a talk needs become objects, so no person's name does.

msgspec reads them: an update keeps the bytes of its parts, and a part is read when it is asked for. Every
field may hold anything (`Any`), since who asks for it checks its type. What Python's JSON takes and msgspec
refuses (half a surrogate pair, an infinite number), and what msgspec passes over and Python's refuses, goes
the other way round: Python reads it, and writes it again for msgspec. `FAST = False` sends all there.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import UNSET, DecodeError, Raw, Struct
from msgspec.json import Decoder

FAST: Final = True
# Python refuses a longer number; msgspec does not look at one that is passed over.
_MOST_DIGITS: Final = sys.get_int_max_str_digits()
_TOO_LONG: Final = re.compile(rb"[0-9]{%d}" % (_MOST_DIGITS + 1))
NOT_THERE: Final = Raw()


class NoJsonError(ValueError):
    """Bytes are no JSON; the error repeats nothing of them."""


class MisshapenError(TypeError):
    """A part of an update is not of the kind that the Bot API says; the error repeats nothing of it."""


class Update(Struct, frozen=True):
    """An update: its number, and the parts that tell its kind; a part that is not there has no bytes."""

    update_id: Any = None
    message: Raw = NOT_THERE
    edited_message: Raw = NOT_THERE
    callback_query: Raw = NOT_THERE
    my_chat_member: Raw = NOT_THERE


class Chat(Struct, frozen=True):
    """A chat; `username` is that of a channel."""

    id: Any = None
    type: Any = UNSET
    username: Any = None


class Person(Struct, frozen=True):
    """Of a person only what follows."""

    id: Any = None
    is_bot: Any = False
    language_code: Any = None


class Card(Struct, frozen=True):
    """The message of ours whose button was tapped."""

    chat: Raw = NOT_THERE
    message_id: Any = None
    text: Any = ""


class TapNumber(Struct, frozen=True):
    """What names a tap to whoever ends it."""

    id: Any = UNSET


class Tap(Struct, frozen=True, rename={"sender": "from"}):
    """A tap on a button."""

    sender: Raw = NOT_THERE
    message: Card = Card()
    data: Any = ""
    inline_message_id: Any = UNSET


class Member(Struct, frozen=True):
    """What the bot is in a chat now."""

    status: Any = UNSET


class Membership(Struct, frozen=True, rename={"sender": "from"}):
    """A change of what the bot is in a chat."""

    chat: Chat
    new_chat_member: Member
    sender: Raw = NOT_THERE


class Entity(Struct, frozen=True):
    """A part of a text that is more than its words."""

    type: Any = None
    url: Any = UNSET


class Origin(Struct, frozen=True):
    """Where a forwarded message is from."""

    type: Any = None
    chat: Raw = NOT_THERE
    message_id: Any = None


# A message tells what it is by the names of its fields, so it keeps all names, and the bytes of the values.
Fields = Mapping[str, Raw]
# An empty thing of another kind holds no entity either.
Entities = list[Entity] | dict[str, Raw] | str


def _reader(kind: Any) -> Callable[[Raw], Any]:
    decode = Decoder(kind, float_hook=float).decode

    def read(part: Raw) -> Any:
        try:
            return decode(part)
        except (DecodeError, RecursionError):
            raise MisshapenError from None

    return read


read_chat: Callable[[Raw], Chat] = _reader(Chat)
read_person: Callable[[Raw], Person] = _reader(Person)
read_tap: Callable[[Raw], Tap] = _reader(Tap)
read_tap_number: Callable[[Raw], TapNumber] = _reader(TapNumber)
read_membership: Callable[[Raw], Membership] = _reader(Membership)
read_message: Callable[[Raw], Fields] = _reader(dict[str, Raw])
read_entities: Callable[[Raw], Entities] = _reader(Entities)
read_origin: Callable[[Raw], Origin] = _reader(Origin)
read_anything: Callable[[Raw], Any] = _reader(Any)
_read_batch: Callable[[Raw], list[Raw]] = _reader(list[Raw])
_read_update = Decoder(Update, float_hook=float).decode


def read_update(content: bytes | Raw) -> Update:
    """Read an update; JSON of another shape gives one without a number; raises NoJsonError."""
    try:
        if FAST and _is_plain(content):
            return _read_update(content)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return _read_update(rewritten(bytes(content).decode(), _refuse))
    except DecodeError:
        return Update()
    except (ValueError, RecursionError):
        raise NoJsonError from None


def updates_in(result: Raw) -> list[Update]:
    """Read each update of a batch by itself: one that is spoilt spoils no other; raises MisshapenError."""
    return [_read_alone(part) for part in _read_batch(result)]


def _read_alone(part: Raw) -> Update:
    try:
        return read_update(part)
    except NoJsonError:
        return Update()


def rewritten(text: str, constant: Callable[[str], Any]) -> bytes:
    """Write JSON again as msgspec reads it; `constant` gives what NaN and Infinity become, or raises.

    Half a surrogate pair becomes a question mark. Raises ValueError or RecursionError.
    """
    read = json.loads(text, parse_constant=constant, parse_float=_finite)
    return json.dumps(read, ensure_ascii=False).encode(errors="replace")


def _is_plain(content: bytes | Raw) -> bool:
    """Tell whether msgspec sees everything for which Python refuses it."""
    told = bytes(content)
    if not told.isascii():
        told.decode()
    return len(told) <= _MOST_DIGITS or not _TOO_LONG.search(told)


def _finite(number: str) -> float:
    return max(-sys.float_info.max, min(float(number), sys.float_info.max))


def _refuse(constant: str) -> Any:
    # Python's JSON knows NaN and Infinity, the standard's does not.
    raise ValueError(constant)

"""An open talk as it is stored: the state, and the messages that its channel may edit and delete."""

import secrets
from collections.abc import Container, Iterable

from msgspec import MsgspecError
from msgspec.msgpack import Decoder, Encoder
from msgspec.structs import replace

from bot.exchange import Arrival
from conversations.events import Chose
from conversations.state import NOISE_BYTES, Fresh, State
from conversations.talk import Remembered, Submit
from conversations.turns.turn import Turn

# The first byte of a stored talk. A field that is added at the end of a type is no new version.
_VERSION = b"\x01"
UPDATES_KNOWN = 32
MESSAGES_KNOWN = 200
NUMBERS_OF_LOST = 50


class Talk(Remembered, frozen=True):
    """An open talk as it is stored: the state, and the messages that its channel may edit and delete.

    `live` is the message that shows the card, `messages` all others that may be deleted, `updates` the last
    updates handled, by which a redelivery is known, `erased` what is to be deleted and not known to be gone.
    `owes` is a submission that was saved but not acted on.
    """

    state: State
    live: int | None = None
    messages: tuple[int, ...] = ()
    updates: tuple[int, ...] = ()
    erased: tuple[int, ...] = ()
    owes: bool = False


_ENCODER = Encoder()
_DECODER = Decoder(Talk)


def draw() -> Fresh:
    """Draw what the random names of a talk and its report are made of."""
    return Fresh(secrets.token_bytes(NOISE_BYTES))


def dump(talk: Talk) -> bytes:
    """Write a talk as bytes, to be sealed."""
    return _VERSION + _ENCODER.encode(talk)


def load(content: bytes) -> Talk:
    """Read what `dump` wrote; raises ValueError when it is something else, or of another version."""
    if not content.startswith(_VERSION):
        raise ValueError("another version of this software stored the talk")
    try:
        return _DECODER.decode(memoryview(content)[len(_VERSION) :])
    except MsgspecError:
        raise ValueError("no talk is in it") from None


def advanced(talk: Talk, turn: Turn, arrival: Arrival, erased: tuple[int, ...]) -> Talk:
    """Give the talk after a turn, with the messages that the channel may edit and delete."""
    messages = (*talk.messages, *(() if arrival.message is None else (arrival.message,)))
    return Talk(
        state=turn.state,
        live=live(talk, arrival),
        messages=tuple(message for message in messages if message not in erased)[-MESSAGES_KNOWN:],
        updates=(*talk.updates, arrival.update)[-UPDATES_KNOWN:],
        erased=erased[-MESSAGES_KNOWN:],
        owes=Submit() in turn.effects,
    )


def emptied(talk: Talk) -> Talk:
    """Give a talk that was just cleared: it keeps what is to be deleted, and nothing that was said.

    These numbers and the known updates are kept for half an hour, so that a failed deletion can be repeated
    and an update that comes again is known. The next talk is no practice.
    """
    return replace(talk, state=replace(talk.state, practice=False), messages=())


def live(talk: Talk, arrival: Arrival) -> int | None:
    """Give the message to edit: the newest card after a tap, none after a message (the card is sent anew).

    The tapped card may be newer than the known one, whose number was lost on the way, or older: a chat's
    numbers only grow. A card of a forgotten talk stays as it is: it may be all that is left of a link.
    """
    if not isinstance(arrival.event, Chose) or is_of_another_talk(talk, arrival):
        return None
    return max((number for number in (talk.live, arrival.card) if number is not None), default=None)


def is_of_another_talk(talk: Talk, arrival: Arrival) -> bool:
    """Tell whether a button of a talk that is forgotten was tapped."""
    return isinstance(arrival.event, Chose) and arrival.event.talk != talk.state.talk


def with_card(talk: Talk, message: int) -> Talk:
    """Give the talk once a message shows its card, unless a newer one does already."""
    newest = max(message, talk.live or 0)
    older = tuple(number for number in (message, talk.live) if number not in {newest, None})
    others = tuple(number for number in talk.messages if number not in older)
    return replace(talk, live=newest, messages=(*others, *older)[-MESSAGES_KNOWN:])


def with_lost(talk: Talk, card: int) -> Talk:
    """Give the talk with all numbers in which a card may stand that was sent before this one.

    They are those between the newest known message and this one. A bot's private chats share one sequence of
    numbers, but a chat's deletion passes over those of other chats (tdlib/td, delete_messages).
    """
    newest = max((*talk.messages, *talk.erased, talk.live or 0))
    between = range(max(newest + 1, card - NUMBERS_OF_LOST), card)
    return replace(talk, messages=(*between, *talk.messages)[-MESSAGES_KNOWN:])


def without(talk: Talk, messages: Container[int]) -> Talk:
    """Give the talk once messages are known to be deleted."""
    return replace(
        talk,
        messages=tuple(number for number in talk.messages if number not in messages),
        erased=tuple(number for number in talk.erased if number not in messages),
    )


def outdated(talk: Talk, arrival: Arrival, *, removes: bool) -> tuple[int, ...]:
    """Give the messages that an answer deletes: cards that are shown no more, the captured message.

    Those before them that are not known to be gone, since a process may have died in between.
    """
    own = arrival.message if removes else None
    tapped = None if is_of_another_talk(talk, arrival) else arrival.card
    return _others((*talk.erased, talk.live, tapped, own), live(talk, arrival))


def all_messages(talk: Talk, arrival: Arrival) -> tuple[int, ...]:
    """Give every message to delete when the talk is forgotten."""
    known = (*talk.erased, *talk.messages, talk.live, arrival.card, arrival.message)
    return _others(known, live(talk, arrival))


def _others(messages: Iterable[int | None], card: int | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(message for message in messages if message is not None and message != card))

"""An open talk as it is stored: the state, and what its channel needs to edit and to delete."""

import secrets
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from bot.exchange import Arrival
from conversations.events import Chose
from conversations.moving import Turn
from conversations.report import RECEIPT_BYTES, write_receipt
from conversations.state import Fresh, State
from conversations.talk import Submit

UPDATES_KNOWN = 32
MESSAGES_KNOWN = 200


@dataclass(frozen=True, slots=True)
class Talk:
    """An open talk as it is stored: the state, and what its channel needs to edit and delete.

    `live` is the message that shows the card, `messages` all others that may be deleted, `updates` the last
    updates handled, by which a redelivery is known, `erased` what the last answer deletes.
    `owes` is a submission that was saved but not acted on.
    """

    state: State
    live: int | None = field(default=None, repr=False)
    messages: tuple[int, ...] = field(default=(), repr=False)
    updates: tuple[int, ...] = field(default=(), repr=False)
    erased: tuple[int, ...] = field(default=(), repr=False)
    owes: bool = False


_TALK = TypeAdapter(Talk)


def draw() -> Fresh:
    """Draw the random names of a talk and its report, none of which tells another."""
    return Fresh(
        talk=secrets.token_hex(4),
        draft_id=secrets.token_hex(16),
        receipt=write_receipt(secrets.token_bytes(RECEIPT_BYTES)),
    )


def dump(talk: Talk) -> bytes:
    """Write a talk as JSON, to be sealed."""
    return _TALK.dump_json(talk)


def load(content: bytes) -> Talk:
    """Read what `dump` wrote; raises ValueError when it is something else."""
    return _TALK.validate_json(content)


def advanced(talk: Talk, turn: Turn, arrival: Arrival, erased: tuple[int, ...]) -> Talk:
    """Give the talk after a turn, with what the channel will need."""
    messages = (*talk.messages, *(() if arrival.message is None else (arrival.message,)))
    return Talk(
        state=turn.state,
        live=live(talk, arrival),
        messages=tuple(message for message in messages if message not in erased)[-MESSAGES_KNOWN:],
        updates=(*talk.updates, arrival.update)[-UPDATES_KNOWN:],
        erased=erased,
        owes=Submit() in turn.effects,
    )


def live(talk: Talk, arrival: Arrival) -> int | None:
    """Edit the card in place after a tap; after a message, show it anew below."""
    return talk.live if isinstance(arrival.event, Chose) else None


def outdated(talk: Talk, arrival: Arrival, *, removes: bool) -> tuple[int, ...]:
    """Give the messages that an answer takes away: the card that is shown anew, the captured message."""
    card = talk.live if live(talk, arrival) is None else None
    own = arrival.message if removes else None
    return tuple(message for message in (card, own) if message is not None)


def all_messages(talk: Talk, arrival: Arrival) -> tuple[int, ...]:
    """Give every message of the talk that is to be taken away when it is forgotten."""
    shown = live(talk, arrival)
    every = (*talk.messages, talk.live, arrival.message)
    return tuple(dict.fromkeys(message for message in every if message is not None and message != shown))

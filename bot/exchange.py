"""The types that a channel and the runner exchange: arrivals without identity, answers without secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from conversations.events import Event


@dataclass(frozen=True, slots=True)
class TalkHandle:
    """The chat of a talk; it is in memory while an update is handled, and is never written."""

    channel: str
    bot: str = field(repr=False)
    chat: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that a reporter did.

    `update` is the platform's number of the update, by which a redelivery is known; `message` the number of
    the reporter's own message or None; `language` the platform's hint, used for a new talk and never kept;
    `card` the number of the message whose button was tapped, where the platform tells it.
    """

    talk: TalkHandle
    update: int = field(repr=False)
    event: Event
    message: int | None = field(default=None, repr=False)
    language: str | None = field(default=None, repr=False)
    card: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CardButton:
    """A button as a channel shows it; `data` comes back when it is tapped (ASCII, at most 64 bytes)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Card:
    """One message, in words: plain text, and rows of buttons; `right_to_left` for the languages that are.

    `asks_for_text` tells a channel without buttons that a typed number is an answer, not a tap.
    """

    text: str = field(repr=False)
    rows: tuple[tuple[CardButton, ...], ...] = field(default=(), repr=False)
    right_to_left: bool = False
    asks_for_text: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The actions of a channel after one arrival, in this order: show `card`, then delete `erase`.

    `live` is the number of the message that shows the talk's card now, to be edited, or None to send a new
    one. After sending, the channel tells the runner the new message's number (`Runner.shown`), and after
    deleting, which messages are gone (`Runner.deleted`): until then each answer erases them again.
    """

    card: Card
    live: int | None = field(default=None, repr=False)
    erase: tuple[int, ...] = field(default=(), repr=False)


class Host(Protocol):
    """The runner as a channel uses it; once `handle` returns, nothing of the turn can be lost."""

    async def handle(self, arrival: Arrival) -> Answer:
        """Advance the talk by one arrival; the turn is saved, and a submitted report durable, on return."""
        ...

    async def shown(self, talk: TalkHandle, message: int, *, again: bool = False) -> None:
        """Remember the number of the message that shows the talk's card, to edit and to delete it later.

        `again` when it was sent before without an answer, so that it may stand twice.
        """
        ...

    async def deleted(self, talk: TalkHandle, messages: Sequence[int]) -> None:
        """Forget the numbers of messages that are deleted, or that nobody can delete."""
        ...

    async def gone(self, talk: TalkHandle) -> None:
        """Forget the talk: the reporter has left (blocked the bot), so nothing can be shown to them."""
        ...

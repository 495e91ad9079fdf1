"""The results of a turn: words to say, buttons to show, and effects for the host to act on."""

from dataclasses import dataclass, field

from msgspec import Struct

Values = tuple[tuple[str, str], ...]


class Remembered(Struct, frozen=True, array_like=True):
    """What a talk remembers between two turns; its repr tells nothing that a reporter said.

    A struct of msgspec is changed fifty times as fast as a dataclass, and stored nine times. What is stored
    is an array: a new field goes to the end, with a default. Else `bot.talks.stored` takes a new version.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class Phrase(Remembered, frozen=True):
    """A sentence by its name in `words`, with the values for its placeholders.

    `lines` follow below it in the same paragraph; the sentences of a line stand one after another.
    """

    words: str
    values: Values = ()
    lines: "tuple[tuple[Phrase, ...], ...]" = ()

    def __repr__(self) -> str:
        return f"Phrase({self.words!r})"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to tap: `choice` is its id within the flow (at most 24 ASCII characters), `label` its words.

    `label` is a Phrase, or plain text for what is never translated (a language's own name).
    """

    choice: str
    label: Phrase | str


@dataclass(frozen=True, slots=True)
class Say:
    """One card: its phrases, a paragraph each, and rows of buttons under them.

    With `asks_for_text` everything that is typed is the answer, a number too.
    """

    phrases: tuple[Phrase, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    asks_for_text: bool = False


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand in the report as the state now has it (a new report, a revision or a withdrawal)."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Ask the intake for the status of this receipt."""

    receipt: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveMessage:
    """Delete the reporter's own message from the chat, where the channel can."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase the talk's state, and delete every message of the talk that the channel may still delete."""


Effect = Submit | AskStatus | RemoveMessage | Forget

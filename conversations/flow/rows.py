"""Rows of choices that many steps share."""

from conversations.flow.conditions import is_sent, may_take_partial
from conversations.flow.steps import BACK, Act, Choice


def column(*choices: Choice) -> tuple[tuple[Choice, ...], ...]:
    """Give each choice a row of its own."""
    return tuple((choice,) for choice in choices)


def keeping(field: str, to: str, *values: str) -> tuple[tuple[Choice, ...], ...]:
    """Give a row for each value of a report's field; a choice is named like its value."""
    return column(*(Choice(value, to, keeps=(field, value)) for value in values))


def skip(to: str) -> tuple[Choice, ...]:
    """Give the row that skips an optional question, or all of them."""
    return (Choice("skip", to), Choice("finish", "end"))


EVERYWHERE = (
    (Choice("danger", "danger"),),
    (Choice("language", "language"), Choice("forget", "cleared", does=Act.FORGET)),
)
BACK_ROW = (Choice("back", BACK),)
OF_A_SENT_REPORT = (
    Choice("receipt", "receipt", when=is_sent),
    Choice("withdraw", "withdraw", when=is_sent),
)
TAKE_PARTIAL = (Choice("take_partial", "review", does=Act.TAKE_PARTIAL, when=may_take_partial),)

"""Rows of choices that many steps share."""

from conversations.flow.conditions import is_sent, is_unsent, may_begin_with_a_link, may_take_partial
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
    (Choice("danger", "danger", keeps=("circumstances", "danger_now")),),
    (Choice("language", "language"), Choice("forget", "cleared", does=Act.FORGET)),
)
OWN_IMAGES = Choice("own_images", "own_images", keeps=("circumstances", "own_pictures"))
THREATS = Choice("threats", "threats", keeps=("circumstances", "threatened"))
KNOWN_CHILD = Choice("known_child", "known_child", keeps=("circumstances", "knows_child"))
BACK_ROW = (Choice("back", BACK),)
TO_A_LINK = (
    Choice("to_link", "review", when=is_unsent),
    Choice("has_link", "link", when=may_begin_with_a_link),
)
OF_A_SENT_REPORT = (
    Choice("receipt", "receipt", when=is_sent),
    Choice("withdraw", "withdraw", when=is_sent),
)
TAKE_PARTIAL = (Choice("take_partial", "review", does=Act.TAKE_PARTIAL, when=may_take_partial),)

"""The errors that end a command in a sentence."""


class NotDone(Exception):  # noqa: N818 - it names what happened, as the other errors of the project do
    """The command could not do what was asked; the message says why, in a sentence for a person."""

    status = 1


class WronglyCalled(NotDone):
    """An option has a value that it does not take."""

    status = 2


class Refused(NotDone):
    """The intake refuses it; `name` is the problem's name in the contract."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(said)
        self.name = name

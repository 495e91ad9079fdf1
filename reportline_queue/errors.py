"""The one error that ends a command in a sentence."""


class NotDone(Exception):  # noqa: N818 - it names what happened, as the other errors of the project do
    """The command could not do what was asked; the message says why, in a sentence for a person."""

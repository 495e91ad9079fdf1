"""The one error that ends a command in a sentence."""


class NotDone(Exception):  # noqa: N818 - it names what happened, as the other errors of the project do
    """What was asked for could not be done; the message says it in a sentence for a person."""

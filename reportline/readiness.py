"""The error that stops a start, until an operator puts something right."""


class NotReady(Exception):  # noqa: N818 - it names what is the case, not an error
    """A promise cannot be kept as things are; the message says what to do about it."""

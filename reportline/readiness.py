"""What is raised when something must be put right before anything starts."""


class NotReady(Exception):  # noqa: N818 - it names what is the case, not an error
    """A promise cannot be kept as things are; the message says what to do about it."""

"""The error that stops a start, until an operator puts something right; the system's errors in words."""


class NotReady(Exception):  # noqa: N818 - it names what is the case, not an error
    """A promise cannot be kept as things are; the message says what to do about it."""


def told_by_system(fault: OSError) -> str:
    """Say what the system says, and of which file."""
    if fault.filename is None:
        return f"The system says: {fault.strerror}. See whose the files are, and the disk."
    return f"The system says of {fault.filename}: {fault.strerror}. See whose that is, and the disk."

"""The errors that the intake's own code raises; `http/errors.py` turns them into answers."""

from enum import StrEnum


class Reason(StrEnum):
    """The reason for which a request is refused; `http/errors.py` has a problem of each name."""

    NOT_FOUND = "not-found"
    OWN_GUARD = "own-guard"
    CLAIM_LOST = "claim-lost"
    HANDS_FULL = "hands-full"
    DAY_FULL = "day-full"
    BREAK_DUE = "break-due"
    SUPERSEDED = "superseded"
    NO_HOST = "no-host"
    SEAL_NOT_OPENED = "seal-not-opened"
    UNKNOWN_SHAPE = "unknown-shape"
    OTHER_DRAFT = "other-draft"
    UNKNOWN_CURSOR = "unknown-cursor"


class Refused(Exception):  # noqa: N818 - it names what happened, not an error
    """The request cannot be fulfilled, for this reason; `detail` says what the caller can do about it now.

    `key_id` is the key that a sealed report names and the intake does not have.
    """

    def __init__(self, reason: Reason, detail: str | None = None, key_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.key_id = key_id

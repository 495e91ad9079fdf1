"""The roles of access keys; each route names the roles that may call it."""

from enum import StrEnum


class Role(StrEnum):
    """The role of an access key."""

    CHANNEL = "channel"
    ANALYST = "analyst"
    LEAD = "lead"
    AUDITOR = "auditor"

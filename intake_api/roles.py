"""Whose access key it is; each route names the roles that it answers."""

from enum import StrEnum


class Role(StrEnum):
    """The role of an access key."""

    CHANNEL = "channel"
    ANALYST = "analyst"
    LEAD = "lead"
    AUDITOR = "auditor"

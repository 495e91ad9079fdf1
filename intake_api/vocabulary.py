"""The words in which an analyst decides: ICCAM's, the United Kingdom's severity, and two of our own.

Sources: ICCAM's values as AbuseIO's SCART maps them (seeder6018); severity from the IWF's assessment levels.
`NOT_FOUND` and `NOT_ASSESSABLE` are ours: a decision about an address whose page nobody could see.
"""

from enum import StrEnum

VOCABULARY_VERSION = 1


class Outcome(StrEnum):
    """What the page is: illegal everywhere, illegal here, neither; or it could not be seen."""

    BASELINE = "baseline"
    NATIONAL = "national"
    IGNORE = "ignore"
    NOT_FOUND = "not_found"
    NOT_ASSESSABLE = "not_assessable"


ILLEGAL = frozenset({Outcome.BASELINE, Outcome.NATIONAL})


class Severity(StrEnum):
    """The United Kingdom's grade of the most severe picture; given by trained analysts only."""

    A = "A"
    B = "B"
    C = "C"


class AgeBand(StrEnum):
    """The youngest visible child."""

    INFANT = "infant"
    PRE_PUBESCENT = "pre_pubescent"
    PUBESCENT = "pubescent"


class Action(StrEnum):
    """What was done about it."""

    REPORTED_TO_LEA = "reported_to_lea"
    REPORTED_TO_ISP = "reported_to_isp"
    REMOVED = "removed"
    UNAVAILABLE = "unavailable"
    MOVED = "moved"
    NOT_ILLEGAL = "not_illegal"

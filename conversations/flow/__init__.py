"""The talk as one table, read like a script: before, after, asides; engine, picture and tests all read it."""

from conversations.flow.after import DETAILS, SENT
from conversations.flow.asides import ASIDES
from conversations.flow.before import OPENING, REVIEW, RULES
from conversations.flow.rows import EVERYWHERE
from conversations.steps import Step

__all__ = [
    "ASIDES",
    "ASKED_LEADS_TO",
    "BEFORE_SENDING",
    "EVERYWHERE",
    "FLOW",
    "HANDED_IN",
    "LINK_LEADS_TO",
    "NOT_HANDED_IN",
]

FLOW: dict[str, Step] = {step.name: step for step in (*OPENING, *REVIEW, *RULES, *SENT, *DETAILS, *ASIDES)}
LINK_LEADS_TO = ("whose", "site", "search_page", "rule_1", "review")
ASKED_LEADS_TO = ("site", "search_page", "rule_1", "review", "access", "position", "seen", "end")
HANDED_IN = {"sending": "sent", "withdrawing": "withdrawn"}
NOT_HANDED_IN = {"sending": ("review", "not_sent"), "withdrawing": ("sent", "not_withdrawn")}
BEFORE_SENDING = frozenset(step.name for step in (*OPENING, *REVIEW))

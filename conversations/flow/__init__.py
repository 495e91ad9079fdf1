"""The talk as one table, which the engine, the picture and the tests read.

- `before`: the steps until a report is sent
- `after`: the steps after it: receipt, optional questions, end
- `asides`: the exits, and what can be asked at any time
- `rows`: rows of choices that many steps share
- `steps`: what the table is written in: step, choice, what a step takes
- `conditions`: when a choice is offered
- `paragraphs`: paragraphs that depend on the talk
- `contacts`: paragraphs that name who helps
- `cards`: the card of a state
- `drawing`: the table as a picture
"""

from conversations.flow.after import DETAILS, SENT
from conversations.flow.asides import ASIDES
from conversations.flow.before import OPENING, REVIEW, RULES
from conversations.flow.rows import EVERYWHERE
from conversations.flow.steps import Step

__all__ = [
    "ASIDES",
    "ASKED_LEADS_TO",
    "BEFORE_SENDING",
    "DETAILS",
    "EVERYWHERE",
    "FLOW",
    "HANDED_IN",
    "LINK_LEADS_TO",
    "NOT_HANDED_IN",
    "VICTIMS_EXITS",
]

FLOW: dict[str, Step] = {step.name: step for step in (*OPENING, *REVIEW, *RULES, *SENT, *DETAILS, *ASIDES)}
LINK_LEADS_TO = ("doubt", "whose", "site", "search_page", "rule_1", "review")
ASKED_LEADS_TO = ("site", "search_page", "rule_1", "review", "access", "position", "seen", "end")
HANDED_IN = {"sending": "sent", "withdrawing": "withdrawn"}
NOT_HANDED_IN = {"sending": ("review", "not_sent"), "withdrawing": ("sent", "not_withdrawn")}
# Where whoever writes is not taken for somebody who asks for material.
VICTIMS_EXITS = frozenset(
    {"danger", "hurt", "despair", "worried", "talk", "threats", "own_images", "parent", "known_child"}
)
# Where a report would begin or go on; a paused portal shows its own card instead.
BEFORE_SENDING = frozenset(step.name for step in (*OPENING, *REVIEW)) - {"kind", "who"}

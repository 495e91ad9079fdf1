"""The talk as a flow chart, drawn from the table that the engine runs."""

from conversations.flow import ASKED_LEADS_TO, EVERYWHERE, FLOW, HANDED_IN, LINK_LEADS_TO, NOT_HANDED_IN
from conversations.flow.steps import ASKED, BACK, Choice, Step, Takes

COMMANDS_LEAD_TO = (
    "first",
    "review",
    "link",
    "language",
    "privacy",
    "status",
    "help",
    "withdraw",
    "cleared",
    "stopping",
)
FIRST = "first"


def edges(step: Step) -> tuple[tuple[str, str], ...]:
    """Give where a step leads: (label, next step), in the order of the table, without BACK."""
    choices = [
        (choice.name, to) for row in step.rows for choice in row for to in _leads_to(choice) if to != BACK
    ]
    return tuple(dict.fromkeys((*choices, *_by_text(step), *_by_result(step))))


def everywhere() -> tuple[str, ...]:
    """Give the steps that are one tap or command away at every step."""
    taps = tuple(choice.to for row in EVERYWHERE for choice in row)
    return tuple(dict.fromkeys((*taps, *COMMANDS_LEAD_TO)))


def mermaid() -> str:
    """Draw the whole table as a Mermaid flow chart."""
    lines = ["flowchart TD"]
    lines += [f"    {step.name}{_shape(step)}" for step in FLOW.values()]
    lines += [f"    {step.name} -- {label} --> {to}" for step in FLOW.values() for label, to in edges(step)]
    lines += [f"    everywhere([at every step]) -.-> {to}" for to in everywhere()]
    return "\n".join(lines) + "\n"


def _leads_to(choice: Choice) -> tuple[str, ...]:
    return ASKED_LEADS_TO if choice.to == ASKED else (choice.to,)


def _by_text(step: Step) -> list[tuple[str, str]]:
    match step.takes:
        case Takes.LINK:
            return [("a link", to) for to in LINK_LEADS_TO]
        case Takes.PAGE | Takes.ANSWER:
            return [(step.takes.value, step.then), (f"{step.takes.value} that may name somebody", "whose")]
        case _:
            return []


def _by_result(step: Step) -> list[tuple[str, str]]:
    if step.name not in HANDED_IN:
        return []
    return [("handed in", HANDED_IN[step.name]), ("not handed in", NOT_HANDED_IN[step.name][0])]


def _shape(step: Step) -> str:
    return f"([{step.name}])" if step.aside else f"[{step.name}]"

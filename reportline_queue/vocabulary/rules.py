"""Finds contradictions in a decision before it is sent; the intake checks the same rules."""

from collections.abc import Mapping
from typing import Any, Final

from reportline_queue.vocabulary.terms import newest

MAXIMUM_NOTE: Final = 2000
WITH_REASON: Final = frozenset({"unavailable", "not_illegal"})
_ONLY_ILLEGAL: Final = {"severity": "severity", "youngest_child": "an age", "gender": "a gender"}
Said = Mapping[str, Any]


def contradiction(said: Said) -> str | None:
    """Say what is wrong with a decision, its fields given by name; None if nothing is."""
    return _in_a_field(said["flags"], said["note"]) or _about_outcome(said) or _about_action(said)


def _in_a_field(flags: list[str], note: str | None) -> str | None:
    if len(set(flags)) < len(flags):
        return "a flag is set once"
    # An argument that was no UTF-8 has such characters.
    if note and any("\ud800" <= character <= "\udfff" for character in note):
        return "Input should be a valid string, unable to parse raw data as a unicode string"
    if note and len(note) > MAXIMUM_NOTE:
        return f"String should have at most {MAXIMUM_NOTE} characters"
    return None


def _about_outcome(said: Said) -> str | None:
    illegal = said["outcome"] in newest().illegal
    for field, named in _ONLY_ILLEGAL.items():
        if said[field] is not None and not illegal:
            return f"{named} is for illegal material only"
    if (said["flags"] or said["non_photographic"] is not None) and said["outcome"] in newest().unseen:
        return "flags and non-photographic are for pages that were seen"
    if said["action"] == "not_illegal" and illegal:
        return "the outcome says illegal, the action not"
    return None


def _about_action(said: Said) -> str | None:
    if said["action_reason"] is not None and said["action"] is None:
        return "an action reason needs an action"
    if said["action_reason"] is not None and said["action"] not in WITH_REASON:
        return "an action reason goes with the actions unavailable and not_illegal only"
    if said["payment_method"] is not None and said["commerciality"] != "commercial":
        return "a payment method needs a commercial page"
    return None

"""An example of each of the analysts' operations."""

from collections.abc import Mapping
from typing import Any, Final

from intake_api.hand_in.examples import ADDRESS, HOUR, REPORT
from intake_api.http.contract import Example

ITEM: Final = "fc4916aff53de013dc94a1200a1eef23"
CLAIM: Final = "fcbaa03120782e72"
ASSESSMENT: Final = "9355bb3efadd97af7cb4035911279f53"
ANALYST: Final = "f6af559517d3"
HOST: Final = "gallery.example"
_CORRECTION: Final = "811c233856461be677e58dbf012dfc91"
_LEASE_ENDS: Final = "2026-03-01T14:20:00Z"

SUMMED: Final[Mapping[str, Any]] = {
    "kind": "web",
    "reports": 1,
    "portals": ["ar"],
    "languages": ["es"],
    "first_hour": HOUR,
    "last_hour": HOUR,
    "changed_on": None,
    "changed_words": [],
}
_TAPPED: Final = {"circumstances": ["knows_child"]}
_CLAIMED: Final = {
    **_TAPPED,
    "claim_id": CLAIM,
    "lease_expires": _LEASE_ENDS,
    "item_id": ITEM,
    **SUMMED,
}
_OWN: Final = {**_CLAIMED, "number": 1, "shown": False, "host": None}
_EXPOSURE: Final = {
    "minutes_today": 95,
    "minutes_left": 25,
    "limit": "break",
    "closed": False,
    "opens_at": None,
    "break_minutes": 10,
    "lifted_until": None,
    "time_zone": "Europe/Berlin",
}
_CLAIMS: Final = {"claims": [_OWN], "again_from": None, "exposure": _EXPOSURE}
ADDRESSES: Final[Mapping[str, Any]] = {"address_given": ADDRESS, "address_canonical": ADDRESS}
_TOLD: Final = {name: REPORT[name] for name in ("portal", "channel", "language", "hour", "advice_version")}
_SAID: Final = {name: REPORT[name] for name in ("depiction", "reached", "access")}
_REPORT: Final = {**_TOLD, **_TAPPED, **_SAID, "withdrawn": False, "complete": True}
_WORDS: Final = {
    "summary": {"seen_today": 0, "live": 0, "passwords": 0, "positions": 0, "notes": 0},
    "details": [_REPORT],
    "next_details": None,
    "together": [],
}
_DECISION: Final = {
    "outcome": "baseline",
    "severity": "C",
    "youngest_child": "pubescent",
    "gender": "female",
    "site_type": "image_host",
    "hosting_country": "NL",
    "commerciality": "non_commercial",
    "flags": ["user_generated"],
    "action": "reported_to_isp",
}
_CORRECTED: Final = _DECISION | {"severity": "B"}
DECIDED: Final[Mapping[str, Any]] = {
    "assessment_id": ASSESSMENT,
    "vocabulary": 2,
    "assessed_at": "2026-03-01T13:25:00Z",
    **_DECISION,
}
_FOUND: Final = {**_TAPPED, "item_id": ITEM, "state": "assessed", **SUMMED, "outcome": "baseline"}

# What parameters are, and an example.
PARAMETERS: Final = {
    "claim_id": ("a claim that the caller holds", CLAIM),
    "assessment_id": ("the item's newest assessment", ASSESSMENT),
    "item_id": ("an item's id, as claims and searches give it", ITEM),
    "key_id": ("the id of an analyst's or a lead's access key, its second part", ANALYST),
    "after": ("the sequence of the last entry that is known",),
}
_CHAIN: Final = "0227af7c8c2aa3f55d5370225a856ca16bd3d182d1f2efb8018ddbc72235a500"
EXAMPLES: Final[Mapping[str, Example]] = {
    "claim": Example("Claim items", _CLAIMS, {"count": 1, "language": "es"}),
    "mine": Example("List one's claims", _CLAIMS),
    "show": Example(
        "Show a claimed item",
        {
            **_OWN,
            "shown": True,
            "host": HOST,
            **ADDRESSES,
            **_WORDS,
            "needs_joining": False,
            "history": [],
            "exposure": _EXPOSURE,
        },
    ),
    "prolong": Example("Prolong a claim", {"lease_expires": _LEASE_ENDS}),
    "release": Example("Release a claim"),
    "assess": Example("Assess a claimed item", {"assessment_id": ASSESSMENT, "host": HOST}, _DECISION),
    "correct": Example("Correct an assessment", {"assessment_id": _CORRECTION, "host": HOST}, _CORRECTED),
    "last": Example(
        "Name one's last assessment",
        {
            "assessment_id": ASSESSMENT,
            "item_id": ITEM,
            "outcome": "baseline",
            "assessed_at": "2026-03-01T13:25:00Z",
        },
    ),
    "search": Example(
        "Search by address or host", {"items": [_FOUND], "more": False, "next": None}, {"address": ADDRESS}
    ),
    "item": Example(
        "Show an item",
        {
            **_FOUND,
            **ADDRESSES,
            **_WORDS,
            "needs_joining": False,
            "history": [{**DECIDED, "assessed_by": ANALYST}],
        },
    ),
    "reports": Example("Show more of an item's reports", {"reports": [_REPORT], "next": None}),
    "held": Example(
        "List everybody's claims",
        {
            "claims": [
                {**_CLAIMED, "held_by": ANALYST, "holder": "desk 2", "claimed_at": "2026-03-01T13:20:00Z"}
            ]
        },
    ),
    "free": Example("Free anybody's claim"),
    "lift": Example("Lift an analyst's guard", {"until": "2026-03-01T13:55:00Z"}, {"minutes": 30}),
    "audit_head": Example(
        "Read the head of the audit log",
        {
            "number": 4,
            "chain": _CHAIN,
            "signature": "ce26587364fceebfd771bcd9229012f49d1f5a737f37698307adea4311d0fd68"
            "a815100cd6770c089300753403cbc36ee1beeffbf249430b67110439a6b67102",
            "public_key": "5d2ede60595bacdda6dbf8b6c5022e145c0773399a1e7c055033f518df5389d2",
        },
    ),
    "audit": Example(
        "Read the audit log",
        {
            "entries": [
                {
                    "sequence": 4,
                    "at": "2026-03-01T13:21:00Z",
                    "who": ANALYST,
                    "what": "address_read",
                    "subject": ITEM,
                    "chain": _CHAIN,
                }
            ]
        },
    ),
}

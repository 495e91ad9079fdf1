"""One small story, told operation by operation: what is sent, and what is answered.

A report comes in, is claimed, decided, corrected and handed over. No address in it can exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from intake_api.export.assessments import ExportedAssessment, as_csv, as_ndjson

DRAFT: Final = "e77fb644345d520764b7d3ff900b4f86"
RECEIPT: Final = "000G-40R4-0M30-E209-J"
ITEM: Final = "fc4916aff53de013dc94a1200a1eef23"
CLAIM: Final = "fcbaa03120782e72"
ASSESSMENT: Final = "9355bb3efadd97af7cb4035911279f53"
CORRECTION: Final = "811c233856461be677e58dbf012dfc91"
ANALYST: Final = "f6af559517d3"
ADDRESS: Final = "https://gallery.example/album/17"
_HOUR: Final = "2026-03-01T12:00:00Z"
_LEASE_ENDS: Final = "2026-03-01T14:20:00Z"

REPORT: Final[Mapping[str, Any]] = {
    "draft_id": DRAFT,
    "revision": 1,
    "receipt": RECEIPT,
    "portal": "ar",
    "channel": "telegram",
    "language": "es",
    "hour": _HOUR,
    "advice_version": 1,
    "addresses": [{"given": ADDRESS}],
    "depiction": "looks_real",
    "reached": "search",
    "access": "open",
}
_SUMMED: Final = {
    "kind": "web",
    "reports": 1,
    "portals": ["ar"],
    "languages": ["es"],
    "first_hour": _HOUR,
    "last_hour": _HOUR,
}
_CLAIMED: Final = {"claim_id": CLAIM, "lease_expires": _LEASE_ENDS, "item_id": ITEM, **_SUMMED}
_ADDRESSES: Final = {"address_given": ADDRESS, "address_canonical": ADDRESS}
_TOLD: Final = {name: REPORT[name] for name in ("portal", "channel", "language", "hour", "advice_version")}
_SAID: Final = {name: REPORT[name] for name in ("depiction", "reached", "access")}
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
_DECIDED: Final = {
    "assessment_id": ASSESSMENT,
    "vocabulary": 2,
    "assessed_at": "2026-03-01T13:25:00Z",
    **_DECISION,
}
_FOUND: Final = {"item_id": ITEM, "state": "assessed", **_SUMMED, "outcome": "baseline"}
_ROWS: Final = [
    ExportedAssessment.model_validate(
        _DECIDED
        | _SUMMED
        | _ADDRESSES
        | {"item_id": ITEM, "needs_joining": False, "corrects": None, "holds": True}
    )
]


@dataclass(frozen=True, slots=True)
class Example:
    """What an operation is called, and one way in which it goes; `answer` by media type, or JSON."""

    summary: str
    answer: Any = None
    request: Any = None


# By operation id, which is the name of the route's function.
EXAMPLES: Final[Mapping[str, Example]] = {
    "hand_in": Example(
        "Hand in a report",
        {"receipt": RECEIPT, "status": "received"},
        {"key_id": "k1", "sealed": "c2VhbGVkIGJveA=="},
    ),
    "status": Example("Ask about a receipt", {"status": "received"}, {"receipt": "000g 40r4 0m30 e209 j"}),
    "claim": Example("Claim items", {"claims": [_CLAIMED]}, {"count": 1, "language": "es"}),
    "mine": Example("List one's claims", {"claims": [_CLAIMED]}),
    "show": Example(
        "Show a claimed item",
        {
            **_CLAIMED,
            **_ADDRESSES,
            "needs_joining": False,
            "details": [{**_TOLD, **_SAID, "withdrawn": False, "complete": True}],
            "history": [],
        },
    ),
    "prolong": Example("Prolong a claim", {"lease_expires": _LEASE_ENDS}),
    "release": Example("Release a claim"),
    "assess": Example("Assess a claimed item", {"assessment_id": ASSESSMENT}, _DECISION),
    "correct": Example("Correct an assessment", {"assessment_id": CORRECTION}, _CORRECTED),
    "search": Example("Search by address or host", {"items": [_FOUND], "more": False}, {"address": ADDRESS}),
    "item": Example(
        "Show an item", {**_FOUND, **_ADDRESSES, "history": [{**_DECIDED, "assessed_by": ANALYST}]}
    ),
    "lift": Example("Lift an analyst's guard", {"until": "2026-03-01T13:55:00Z"}, {"minutes": 30}),
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
                    "chain": "0227af7c8c2aa3f55d5370225a856ca16bd3d182d1f2efb8018ddbc72235a500",
                }
            ]
        },
    ),
    "assessments": Example(
        "Export assessments",
        {"application/x-ndjson": as_ndjson(_ROWS).decode(), "text/csv": as_csv(_ROWS).decode("utf-8-sig")},
    ),
    "counts": Example(
        "Count items and reports",
        {
            "hour": "2026-03-01T13:00:00Z",
            "waiting": 41,
            "claimed": 3,
            "assessed": 260,
            "hours": 1,
            "reports": 10,
            "portals": [{"name": "ar", "reports": 10}, {"name": "co", "reports": None}],
            "languages": [{"name": "es", "reports": 10}],
            "kinds": [{"name": "web", "reports": 10}],
            "outcomes": [{"name": "baseline", "reports": None}],
            "by_hour": [{"hour": _HOUR, "reports": 10}],
        },
    ),
    "metrics": Example(
        "Read metrics",
        {"text/plain": "# TYPE reportline_items_claimed gauge\nreportline_items_claimed 3.0\n"},
    ),
    "healthz": Example("Is it up?", {"status": "ok"}),
    "readyz": Example("Can it work?", {"status": "ok", "database": "ok", "keys": "ok", "overdue_hours": 0}),
}

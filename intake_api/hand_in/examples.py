"""An example of each of the channels' operations."""

from collections.abc import Mapping
from typing import Any, Final

from intake_api.http.contract import Example

DRAFT: Final = "e77fb644345d520764b7d3ff900b4f86"
RECEIPT: Final = "000G-40R4-0M30-E209-J"
ADDRESS: Final = "https://gallery.example/album/17"
HOUR: Final = "2026-03-01T12:00:00Z"

REPORT: Final[Mapping[str, Any]] = {
    "draft_id": DRAFT,
    "revision": 1,
    "receipt": RECEIPT,
    "portal": "ar",
    "channel": "telegram",
    "language": "es",
    "hour": HOUR,
    "advice_version": 1,
    "addresses": [{"given": ADDRESS}],
    "depiction": "looks_real",
    "reached": "search",
    "access": "open",
}

# What parameters are, and an example.
PARAMETERS: Final = {"draft_id": ("the report's own draft id: 128 random bits, drawn by the channel", DRAFT)}
EXAMPLES: Final[Mapping[str, Example]] = {
    "hand_in": Example(
        "Hand in a report",
        {"receipt": RECEIPT, "status": "received"},
        {"key_id": "k1", "sealed": "c2VhbGVkIGJveA=="},
    ),
    "channel": Example(
        "Ask what a channel must know of the intake",
        {"seal_keys": ["3f9a1c0d77e1"], "access_key": "9c41d0b7a2e6", "report_shapes": [1]},
    ),
    "status": Example("Ask about a receipt", {"status": "received"}, {"receipt": "000g 40r4 0m30 e209 j"}),
}

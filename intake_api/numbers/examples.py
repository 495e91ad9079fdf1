"""An example of each operation about numbers and health."""

from collections.abc import Mapping
from typing import Final

from intake_api.http.contract import Example

METRICS: Final = "# TYPE reportline_items_claimed gauge\nreportline_items_claimed 3.0\n"
EXAMPLES: Final[Mapping[str, Example]] = {
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
            "by_hour": [{"hour": "2026-03-01T12:00:00Z", "reports": 10}],
            "circumstances": [
                {
                    "portal": portal,
                    "danger_now": None,
                    "knows_child": knows_child,
                    "threatened": None,
                    "own_pictures": None,
                }
                for portal, knows_child in (("ar", 5), ("co", None))
            ],
        },
    ),
    "healthz": Example("Is it up?", {"status": "ok"}),
    "readyz": Example(
        "Can it work?", {"status": "ok", "database": "ok", "keys": "ok", "audit": "ok", "overdue_hours": 0}
    ),
}

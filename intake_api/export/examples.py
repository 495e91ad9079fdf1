"""An example of the export: one assessment in each format."""

from collections.abc import Mapping
from typing import Final

from intake_api.analysts.examples import ADDRESSES, DECIDED, ITEM, SUMMED
from intake_api.export.assessments import ExportedAssessment, as_csv, as_ndjson
from intake_api.http.examples import Example

_ROWS: Final = [
    ExportedAssessment.model_validate(
        {
            **DECIDED,
            **SUMMED,
            **ADDRESSES,
            "item_id": ITEM,
            "needs_joining": False,
            "corrects": None,
            "holds": True,
        }
    )
]
# What parameters are.
PARAMETERS: Final = {
    "format": ("one JSON object a line, or a table for spreadsheets",),
    "limit": ("how many assessments a page has at most",),
}
# By operation id, which is the name of the route's function.
EXAMPLES: Final[Mapping[str, Example]] = {
    "assessments": Example(
        "Export assessments",
        {"application/x-ndjson": as_ndjson(_ROWS).decode(), "text/csv": as_csv(_ROWS).decode("utf-8-sig")},
    ),
}

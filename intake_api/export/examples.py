"""An example of the export: one assessment in each format."""

from typing import Final

from intake_api.analysts.examples import ADDRESSES, DECIDED, ITEM, SUMMED
from intake_api.export.assessments import ExportedAssessment, as_csv, as_ndjson

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
NDJSON: Final = as_ndjson(_ROWS).decode()
CSV: Final = as_csv(_ROWS).decode("utf-8-sig")
# What parameters are.
PARAMETERS: Final = {
    "format": ("one JSON object a line, or a table for spreadsheets",),
    "limit": ("how many assessments a page has at most",),
}

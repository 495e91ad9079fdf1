"""What the channels' routes take and give."""

from typing import Literal

from pydantic import BaseModel, Field

from intake_api.http.shapes import Taken


class ReceiptGiven(BaseModel):
    """The answer to a handed-in report, the same whatever was known before."""

    receipt: str = Field(repr=False, description="The report's own receipt.")
    status: Literal["received"] = "received"


class StatusQuestion(Taken):
    """A receipt as a reporter typed it."""

    receipt: str = Field(
        max_length=100, repr=False, description="In any spelling: spaces, small letters, O for 0, I for 1."
    )


class StatusAnswer(BaseModel):
    """What the intake says of a receipt; "assessed" by the portal's policy alone, days after the report."""

    status: Literal["received", "assessed", "unknown"]

"""What the channels' routes take and give."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, Field

from conversations.wire.report import SHAPES
from conversations.wire.sealing import fingerprint, public_half
from intake_api.http.shapes import Taken
from intake_api.keys import newest


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


class ChannelAnswer(BaseModel):
    """What a channel must have in common with this intake."""

    seal_keys: list[str] = Field(
        description="The fingerprints of the public keys whose seals the intake opens; the first is in use."
    )
    access_key: str = Field(description="The id of the access key that the question came with.")
    report_shapes: list[int] = Field(description="The numbers of the shapes of reports that are taken.")

    @classmethod
    def of(cls, seals: Mapping[str, bytes], access_key: str) -> Self:
        """Answer with the private keys that open seals, by their ids."""
        in_use = newest(seals)
        ids = (in_use, *(key_id for key_id in seals if key_id != in_use))
        # Not from the ids: a key of an earlier version has no fingerprint in its own.
        fingerprints = [fingerprint(public_half(key_id, seals[key_id]).raw) for key_id in ids]
        return cls(seal_keys=fingerprints, access_key=access_key, report_shapes=list(SHAPES))

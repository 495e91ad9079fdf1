"""What the channels' routes take and give."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from conversations.wire.report import SHAPES
from conversations.wire.sealing import fingerprint, public_half
from intake_api.http.shapes import Taken
from intake_api.keys import IntakeKeys


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
    def of(cls, keys: IntakeKeys, access_key: str) -> Self:
        """Answer a channel that came with this access key."""
        # Not from the ids: a key of an earlier version has no fingerprint in its own.
        opened = (public_half(key_id, private).raw for key_id, private in keys.seals.items())
        fingerprints = dict.fromkeys(map(fingerprint, (keys.public_key().raw, *opened)))
        return cls(seal_keys=[*fingerprints], access_key=access_key, report_shapes=list(SHAPES))

"""A draft knows whether its report was sent, and the names of an event are made of bytes of their own."""

import pytest
from msgspec.structs import replace

from conversations.state import NOISE_BYTES, Draft, Fresh
from conversations.wire.report import write_receipt

DRAFT = Draft("d", "r")
LINK = ("https://forum.example/1",)


@pytest.mark.parametrize(
    ("draft", "unsent", "sent"),
    [
        (DRAFT, False, False),
        (replace(DRAFT, addresses=LINK), True, False),
        (replace(DRAFT, partial="a forum"), True, False),
        (replace(DRAFT, addresses=LINK, revision=1), False, True),
        (replace(DRAFT, addresses=LINK, revision=2, withdrawn=True), False, False),
    ],
)
def test_a_draft_knows_whether_it_was_sent(draft: Draft, unsent: bool, sent: bool) -> None:  # noqa: FBT001 - a table's columns
    assert (draft.is_unsent, draft.is_sent) == (unsent, sent)


def test_names_share_no_random_byte() -> None:
    fresh = Fresh(bytes(range(NOISE_BYTES)))
    assert fresh.talk == bytes(range(4)).hex()
    assert fresh.draft_id == bytes(range(4, 20)).hex()
    assert fresh.receipt == write_receipt(bytes(range(20, 30)))
    assert repr(fresh) == "Fresh()"

"""A talk's state is the same after it was stored as bytes, and a draft knows whether its report was sent."""

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from conversations.state import Asked, Draft, dump, load
from conversations.talk import Phrase
from tests.talking import new_state

DRAFT = Draft("d", "r")
LINK = ("https://forum.example/1",)


def test_a_state_comes_back_as_it_was() -> None:
    state = replace(
        new_state(),
        draft=replace(DRAFT, addresses=LINK, sites=((LINK[0], None),), answers=(("note", "a"),)),
        remark=(Phrase("link.full.1", (("maximum", "3"),)),),
        asked=Asked("note", "I am @made_up", ("@made_up",), "end"),
        after=("first", "link"),
    )
    assert load(dump(state)) == state


def test_a_talk_from_before_taps_after_sending_were_kept_still_loads() -> None:
    older = json.loads(dump(new_state()))
    del older["tapped"]
    assert load(json.dumps(older).encode()) == new_state()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff"])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        load(content)


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

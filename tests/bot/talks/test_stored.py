"""A talk is the same after it was stored; what another version stored is refused."""

import json

import msgspec
import pytest
from msgspec.structs import replace

from bot.exchange import TalkHandle
from bot.sessions.sealing import TalkSecret
from bot.talks.stored import Talk, dump, load
from conversations.events import Said
from conversations.state import Asked, Doubt
from conversations.talk import Phrase
from conversations.turns.engine import advance
from conversations.turns.start_link import begin
from tests.talking import PORTALS, fresh, new_state

CHAT = TalkHandle("telegram", "bot", "4242")
LINK = ("https://forum.example/1",)


def _full_talk() -> Talk:
    state = new_state()
    draft = replace(state.draft, addresses=LINK, sites=((LINK[0], None),), answers=(("note", "a"),))
    held = replace(
        state,
        draft=draft,
        before=replace(draft, revision=2, withdrawn=True),
        remark=(Phrase("link.full.1", (("maximum", "3"),), ((Phrase("heard"),),)),),
        asked=Asked("note", "I am @made_up", ("@made_up",), "end", then=Asked("beside", "", (), "review")),
        doubt=Doubt(("a.example",), "words", is_gone=True),
        after=("first", "link"),
        replacing=0,
    )
    return Talk(held, 7, (1, 2), (2**40,), (3,), owes=True)


def test_a_talk_comes_back_as_it_was() -> None:
    assert load(dump(_full_talk())) == _full_talk()


def test_a_talk_with_one_link_is_as_long_as_a_talk_without() -> None:
    """A link of 200 characters, whatever the portal and the language; Valkey's talks hold their birth too."""
    link = "https://forum.example/".ljust(200, "a")
    lengths = {}
    for portal in PORTALS.values():
        for language in portal.languages:
            first = begin("telegram", portal, language, fresh(1))
            review = advance(first, Said(link), PORTALS, fresh(2)).state
            assert review.step == "review"
            for state in (first, review):
                talk = Talk(state, 2**40, (2**40,) * 4, (2**40,) * 6, (2**40,) * 4)
                sealed = TalkSecret.drawn(0).keys(CHAT).seal(bytes(4) + dump(talk))
                lengths[portal.portal_id, language, state.step] = len(sealed)
    assert {of: length for of, length in lengths.items() if length != 552} == {}


def test_a_field_that_was_added_at_the_end_has_its_default_in_an_older_talk() -> None:
    written = msgspec.msgpack.decode(dump(Talk(new_state()))[1:])
    written[0].pop()
    older = b"\x01" + msgspec.msgpack.encode(written)
    assert load(older) == Talk(new_state())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        b"\x01\xff",
        b"\x02" + dump(_full_talk())[1:],
        dump(_full_talk())[:-1],
        dump(_full_talk()) + b"\x00",
        json.dumps({"state": {"talk": "1f", "channel": "telegram"}, "live": None}).encode(),
    ],
    ids=["nothing", "only a version", "no talk", "of a later version", "cut", "too long", "of version 0.1"],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="talk"):
        load(content)

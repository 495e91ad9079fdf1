"""Bytes of any kind are read as Python's JSON reads them, and only the fields that a talk needs."""

from typing import Any

import pytest
from msgspec import Raw

from bot.channels.telegram.calls import end_of_tap
from bot.channels.telegram.raw_updates import (
    Chat,
    MisshapenError,
    NoJsonError,
    Person,
    read_update,
    updates_in,
)
from bot.channels.telegram.updates import Ignored, UnreadableUpdateError, event_from
from bot.exchange import Arrival
from conversations.events import Chose, Said
from tests.cases import for_every

CHAT = b'"chat":{"id":5,"type":"private"}'
DEEP = b"[" * 5000 + b"]" * 5000


def _message(content: bytes, chat: bytes = CHAT) -> bytes:
    return b'{"update_id":1,"message":{"message_id":2,%s,%s}}' % (chat, content)


def _tap(content: bytes) -> bytes:
    return b'{"update_id":1,"callback_query":{"id":"7","from":{"id":5},%s}}' % content


def _found(content: bytes) -> Any:
    try:
        outcome = event_from(read_update(content), "123456")
    except NoJsonError:
        return "no JSON"
    except UnreadableUpdateError:
        return "unreadable"
    return outcome.event if isinstance(outcome, Arrival) else outcome


FOUND: dict[str, tuple[bytes, Any]] = {
    "nothing": (b"", "no JSON"),
    "no object": (b"[]", "unreadable"),
    "a number": (b"1e999", "unreadable"),
    "half": (b'{"update_id":1', "no JSON"),
    "two": (b"{}{}", "no JSON"),
    "a marked beginning": (b"\xef\xbb\xbf{}", "no JSON"),
    "not UTF-8 in what nobody reads": (_message(b'"text":"x","date":"\xff"'), "no JSON"),
    "half a pair, encoded": (_message(b'"text":"\xed\xa0\x80"'), "no JSON"),
    "half a pair, escaped": (_message(rb'"text":"a\ud800b"'), Said("a?b")),
    "the other half": (_message(rb'"text":"\udc00\ud800 x"'), Said("?? x")),
    "half a pair in a name": (_message(rb'"text":"x","\ud800":1'), Said("x")),
    "half a pair in what nobody reads": (_message(rb'"text":"x","author_signature":"\ud800"'), Said("x")),
    "a whole pair": (_message(rb'"text":"\ud83d\ude42"'), Said("\U0001f642")),
    "no number": (_message(b'"text":"x","date":NaN'), "no JSON"),
    "without end": (_message(b'"text":"x","date":-Infinity'), "no JSON"),
    "too large for a float": (_message(b'"text":"x","date":1e999'), Said("x")),
    "a language too large for a float": (
        _message(b'"text":"x","from":{"language_code":1e999}'),
        Said("x"),
    ),
    "as many digits as Python reads": (_message(b'"text":"x","date":%s' % (b"9" * 4300)), Said("x")),
    "one digit more": (_message(b'"text":"x","date":%s' % (b"9" * 4301)), "no JSON"),
    "as many digits in a text": (_message(b'"text":"x","date":"%s"' % (b"9" * 4301)), Said("x")),
    "deep": (_message(b'"text":"x","date":%s' % DEEP), "no JSON"),
    "a number that is none": (_message(b'"text":"x","date":01'), "no JSON"),
    "a key twice": (_message(b'"text":"x","text":"y"'), Said("y")),
    "a kind twice": (
        b'{"update_id":1,"message":7,"message":{%s,"message_id":2,"text":"x"}}' % CHAT,
        Said("x"),
    ),
    "an escaped key": (_message(rb'"te\u0078t":"x"'), Said("x")),
    "spaces": (b" " + _message(b'"text" : "x"') + b"\n", Said("x")),
    "a control character": (_message(b'"text":"\t"'), "no JSON"),
    "no number of the update": (b'{"message":{"message_id":2,%s,"text":"x"}}' % CHAT, "unreadable"),
    "true as its number": (_message(b'"text":"x"').replace(b":1,", b":true,"), "unreadable"),
    "a fraction as its number": (_message(b'"text":"x"').replace(b":1,", b":1.0,"), "unreadable"),
    "no message": (b'{"update_id":1,"message":null}', "unreadable"),
    "a text that is none": (_message(b'"text":null'), "unreadable"),
    "a text in a list": (_message(b'"text":["x"]'), "unreadable"),
    "no chat": (_message(b'"text":"x"', chat=b'"chat":null'), "unreadable"),
    "a chat of no type": (_message(b'"text":"x"', chat=b'"chat":{"id":5}'), "unreadable"),
    "a chat with a long number": (
        _message(b'"text":"x"', chat=b'"chat":{"id":%s,"type":"private"}' % (b"9" * 400)),
        Said("x"),
    ),
    "nobody": (_message(b'"text":"x","from":null'), "unreadable"),
    "entities of another kind": (_message(b'"text":"x","entities":{"type":"url"}'), "unreadable"),
    "no entities": (_message(b'"text":"x","entities":{}'), Said("x")),
    "a link that is none": (_message(b'"text":"x","entities":[{"type":"text_link","url":7}]'), "unreadable"),
    "a link that is not there": (_message(b'"text":"x","entities":[{"type":"text_link"}]'), "unreadable"),
    "a tap on nothing": (_tap(b'"data":null'), "unreadable"),
    "a tap without words": (_tap(b'"data":"x"'), Chose("", "", 0)),
    "a tap on a message that is none": (_tap(b'"data":"a.1.b","message":null'), "unreadable"),
    "a tap on a card of no chat": (_tap(b'"data":"a.1.b","message":{"chat":null}'), Chose("b", "a", 1)),
    "a tap elsewhere": (_tap(b'"data":"a.1.b","inline_message_id":"1"'), Ignored()),
    "no such kind": (b'{"update_id":1,"poll":{}}', Ignored()),
    "two kinds": (b'{"update_id":1,"message":7,"my_chat_member":null}', "unreadable"),
}


@for_every(name=FOUND)
def test_what_is_read(name: str) -> None:
    content, found = FOUND[name]
    assert _found(content) == found


@pytest.mark.parametrize(("told", "tap"), [(b'"7"', "7"), (b"7", "7"), (b"null", "None"), (b"true", "True")])
def test_a_tap_is_ended_by_whatever_names_it(told: bytes, tap: str) -> None:
    call = end_of_tap(read_update(b'{"callback_query":{"id":%s}}' % told))
    assert call is not None
    assert call.parameters["callback_query_id"] == tap


@pytest.mark.parametrize("told", [b"{}", b"[]", b"null", b"7"])
def test_what_names_no_tap_ends_none(told: bytes) -> None:
    assert end_of_tap(read_update(b'{"callback_query":%s}' % told)) is None


def test_of_a_batch_a_spoilt_update_spoils_no_other() -> None:
    long = b'{"update_id":2,"poll":%s}' % (b"9" * 5000)
    told = updates_in(Raw(b'[{"update_id":1},%s,"x",null,{"update_id":3}]' % long))
    assert [update.update_id for update in told] == [1, None, None, None, 3]


@pytest.mark.parametrize("told", [b"null", b"true", b"{}", b"7"])
def test_what_is_no_batch_is_refused(told: bytes) -> None:
    with pytest.raises(MisshapenError):
        updates_in(Raw(told))


def test_of_a_person_only_number_language_and_kind_become_objects() -> None:
    assert Person.__struct_fields__ == ("id", "is_bot", "language_code")
    assert Chat.__struct_fields__ == ("id", "type", "username")

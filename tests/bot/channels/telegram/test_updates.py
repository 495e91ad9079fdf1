"""Updates become arrivals without identity."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import MessageType

from bot.channels.telegram.calls import (
    end_of_tap,
)
from bot.channels.telegram.raw_updates import Update, read_update
from bot.channels.telegram.updates import (
    Gone,
    Ignored,
    Leave,
    Outcome,
    Pinned,
    UnreadableUpdateError,
    event_from,
)
from bot.exchange import Arrival, TalkHandle
from conversations.events import Attached, Command, Commanded, Media, Said
from tests.cases import for_every

PAYLOADS = Path(__file__).parents[3] / "payloads" / "telegram"
BOT = "123456"
OTHER_PEOPLE = ["5000000092", "5000000093", "5000000094", "5000000095", "5000000096", "5000000097"]
IDENTITIES = ["canary", "12025550143", "12.345678", "98.765432", "1767225", "5000000098", "5000000099"]
IDENTITIES += OTHER_PEOPLE
RECORDED: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(PAYLOADS.iterdir())
}
PERSON = {"id": 5000000001, "type": "private"}


def _outcome_of(update: Any) -> Outcome | None:
    try:
        return _read(update)
    except UnreadableUpdateError:
        return None


def _read(update: Any) -> Outcome:
    return event_from(_update(update), BOT)


def _update(update: Any) -> Update:
    return read_update(json.dumps(update).encode())


def _described(outcome: Outcome | None) -> dict[str, Any]:
    match outcome:
        case Arrival(event=event):
            words = {"event": {type(event).__name__: asdict(event)}}
            return {"outcome": "arrival", **words, "message": outcome.message, "language": outcome.language}
        case Leave():
            return {"outcome": "leave", **asdict(outcome)}
        case Gone():
            return {"outcome": "gone"}
        case Pinned(message=message):
            return {"outcome": "pinned", "message": message}
        case Ignored():
            return {"outcome": "ignored"}
    return {"outcome": "unreadable"}


def _message(**content: Any) -> dict[str, Any]:
    told = {"message_id": 41, "chat": PERSON, "from": {"id": 5000000001, "is_bot": False}, **content}
    return {"update_id": 1, "message": told}


@for_every(name=RECORDED)
def test_outcome(name: str) -> None:
    """Every kind of update has the outcome that its payload tells."""
    payload = RECORDED[name]
    tap = end_of_tap(_update(payload["update"]))
    found = _described(_outcome_of(payload["update"]))
    if tap is not None:
        found["tap"] = tap.parameters["callback_query_id"]
    assert json.loads(json.dumps(found)) == payload["becomes"]


@for_every(name=RECORDED)
def test_no_identity(name: str) -> None:
    """Nothing that names a person, a place or a time is read, in any kind of update."""
    outcome = _outcome_of(RECORDED[name]["update"])
    read = json.dumps(asdict(outcome) if outcome else {}).lower()
    assert [identity for identity in IDENTITIES if identity in read] == []


@for_every(name=RECORDED)
def test_printed_outcome(name: str) -> None:
    """An outcome that is printed tells neither the chat nor a word."""
    printed = repr(_outcome_of(RECORDED[name]["update"]))
    assert "5000000" not in printed
    assert "example" not in printed


def test_enough_kinds() -> None:
    """There are at least sixty kinds of update."""
    assert len(RECORDED) >= 60


def test_handle() -> None:
    """A talk is where its channel, bot and chat are."""
    outcome = _read(_message(text="hola"))
    assert isinstance(outcome, Arrival)
    assert outcome.talk == TalkHandle("telegram", BOT, "5000000001")
    assert outcome.update == 1


def test_kinds_of_the_library() -> None:
    """A new kind in a new version of the library fails here until somebody has decided on it."""
    attributes = {
        "business_connection_id",
        "effect_id",
        "reply_to_story",
        "sender_boost_count",
        "sender_business_bot",
        "suggested_post_info",
    }
    persons = {
        "animation",
        "audio",
        "checklist",
        "contact",
        "dice",
        "document",
        "game",
        "invoice",
        "live_photo",
    }
    persons |= {"location", "paid_media", "photo", "poll", "sticker", "story", "venue", "video", "video_note"}
    persons |= {"voice", "text"}
    answered = {kind.value for kind in MessageType if _is_answered(kind.value)}
    assert answered == persons | attributes


def _is_answered(kind: str) -> bool:
    return isinstance(_read(_message(**{kind: "x"})), Arrival)


def test_bounds() -> None:
    """Text and hidden links are bounded, and no link is cut."""
    links = [f"https://example.com/{number}/{'a' * 1900}" for number in range(101)]
    links.append(f"https://example.com/{'b' * 3000}")
    entities = [{"type": "text_link", "offset": 0, "length": 1, "url": link} for link in links]
    outcome = _read(_message(text="x" * 9000, entities=entities))
    assert isinstance(outcome, Arrival)
    assert isinstance(outcome.event, Said)
    text, *found = outcome.event.text.split("\n")
    assert len(text) == 4096
    assert found == links[:100]


def test_a_hidden_link_that_is_only_the_beginning_of_a_shown_one_is_read() -> None:
    entity = {"type": "text_link", "offset": 0, "length": 1, "url": "https://example.com/"}
    outcome = _read(_message(text="see https://example.com/page", entities=[entity]))
    assert isinstance(outcome, Arrival)
    assert outcome.event == Said("see https://example.com/page\nhttps://example.com/")


def test_a_forwarded_post_of_a_public_channel_brings_its_link() -> None:
    channel = {"id": -1001, "type": "channel", "title": "t", "username": "canary_channel"}
    origin = {"type": "channel", "chat": channel, "message_id": 5, "date": 0}
    outcome = _read(_message(text="look", forward_origin=origin))
    assert isinstance(outcome, Arrival)
    assert outcome.event == Said("look\nhttps://t.me/canary_channel/5", forwarded=True)


def test_a_forwarded_command_is_a_command() -> None:
    outcome = _read(_message(text="/help", forward_origin={"type": "hidden_user"}))
    assert isinstance(outcome, Arrival)
    assert outcome.event == Commanded(Command.HELP)


def test_caption() -> None:
    """A picture leaves its caption."""
    outcome = _read(_message(photo=[], caption="https://example.com/"))
    assert isinstance(outcome, Arrival)
    assert outcome.event == Attached(Media.PICTURE, "https://example.com/")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TOP = ["update_id", "message", "edited_message", "callback_query", "my_chat_member"]
INNER = ["chat", "from", "id", "type", "text", "caption", "entities", "data", "message_id", "new_chat_member"]
NAMES = st.sampled_from([*TOP, *INNER, "status", "language_code", "url"])
UPDATES = st.recursive(
    JSON | st.sampled_from(["private", "text_link", 1]),
    lambda inner: st.dictionaries(NAMES, inner, max_size=6) | st.lists(inner, max_size=2),
    max_leaves=20,
)


@given(UPDATES)
def test_any_json(update: Any) -> None:
    """Any JSON is read or refused; it never fails in another way."""
    _outcome_of(update)
    end_of_tap(_update(update))


def test_unreadable() -> None:
    """An unreadable update is refused without a word of it."""
    with pytest.raises(UnreadableUpdateError) as caught:
        _read(_message(text=["Canary"]))
    assert str(caught.value) == ""
    assert caught.value.__context__ is None

"""Turns updates of the Bot API into arrivals; reads nothing that names a person."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.typed_lines import event_of
from bot.exchange import Arrival, TalkHandle
from conversations.events import Attached, Chose, Event, Media, Said
from conversations.turns.revived import shown_links

LONGEST_TEXT = 4096
LONGEST_LINK = 2048
MOST_HIDDEN_LINKS = 100
UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")

_CHOICE = re.compile(r"([!-~]{1,32}?)\.([0-9]{1,9})\.([!-~]{1,24})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")

# An animation carries a document too, and a venue a location: the first that is present tells the kind.
_MEDIA = {
    "animation": Media.VIDEO,
    "video": Media.VIDEO,
    "video_note": Media.VIDEO,
    "photo": Media.PICTURE,
    "live_photo": Media.PICTURE,
    "voice": Media.VOICE,
    "audio": Media.VOICE,
    "document": Media.FILE,
    "contact": Media.CONTACT,
    "location": Media.LOCATION,
}

# What the app itself writes into a chat; every other message is a person's and gets an answer.
_SERVICE = re.compile(
    r"""boost_added | (channel|group|supergroup)_chat_created | chat_(background_set|owner_\w+|shared)
    | checklist_tasks_\w+ | connected_website | delete_chat_photo | direct_message_price_changed
    | (general_)?forum_topic_\w+ | gift(_upgrade_sent)? | giveaway(_\w+)? | left_chat_member
    | managed_bot_created | message_auto_delete_timer_changed | migrate_(from|to)_chat_id
    | new_chat_(members|photo|title) | paid_message_price_changed | passport_data
    | poll_option_\w+ | proximity_alert_triggered | (refunded|successful)_payment | unique_gift
    | suggested_post_(approv|declin|paid|refund)\w* | users_shared | video_chat_\w+ | web_app_data
    | write_access_allowed""",
    re.VERBOSE,
)


class UnreadableUpdateError(Exception):
    """An update does not have the Bot API's shape; the error repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update that no reporter caused (the app's notices, other bots), or of a kind that is not served."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The reporter has blocked the bot."""

    talk: TalkHandle


@dataclass(frozen=True, slots=True)
class Leave:
    """The bot is in a group or channel, where anybody could read a report: it says so once and leaves."""

    chat: str = field(repr=False)
    language: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pinned:
    """The app's own line that the reporter pinned a message; it quotes the card, and nobody needs it."""

    talk: TalkHandle
    message: int = field(repr=False)


Outcome = Arrival | Gone | Leave | Pinned | Ignored


def event_from(update: Mapping[str, Any], bot: str) -> Outcome:
    """Read one update of the Bot API, by the field names of core.telegram.org/bots/api.

    `bot` tells the bots of one host apart. Of a person only the chat's number and the app's language
    are read.
    Raises UnreadableUpdateError when a field that is needed is missing or of another type.
    """
    with suppress(AttributeError, KeyError, TypeError):
        return _outcome(update, bot)
    raise UnreadableUpdateError


def _outcome(update: Mapping[str, Any], bot: str) -> Outcome:
    number = _number(update["update_id"])
    if "my_chat_member" in update:
        return _membership(update["my_chat_member"], bot)
    if "callback_query" in update:
        return _tap(update["callback_query"], number, bot)
    for kind in ("message", "edited_message"):
        if kind in update:
            return _message(update[kind], number, bot, edited=kind == "edited_message")
    return Ignored()


def _membership(change: Mapping[str, Any], bot: str) -> Outcome:
    here = change["new_chat_member"]["status"] not in {"kicked", "left"}
    chat = _number(change["chat"]["id"])
    if change["chat"]["type"] != "private":
        return Leave(str(chat), _language(change)) if here else Ignored()
    return Ignored() if here else Gone(TalkHandle("telegram", bot, str(chat)))


def _tap(query: Mapping[str, Any], number: int, bot: str) -> Outcome:
    chat = query.get("message", {}).get("chat")
    if chat is None and "inline_message_id" in query:
        return Ignored()
    if chat is None:  # a card too old for the app to tell of; a private chat has the number of its person
        chat = {"id": query["from"]["id"], "type": "private"}
    if chat["type"] != "private":
        return Leave(str(_number(chat["id"])), _language(query))
    talk = TalkHandle("telegram", bot, str(_number(chat["id"])))
    card = query.get("message", {}).get("message_id")
    return Arrival(
        talk,
        number,
        _chosen(query),
        language=_language(query),
        card=None if card is None else _number(card),
    )


def _chosen(query: Mapping[str, Any]) -> Chose:
    match = _CHOICE.fullmatch(query.get("data", ""))
    # The card is our own message: where its talk is forgotten, it is all that is left of a link.
    shown = shown_links(query.get("message", {}).get("text", "")[:LONGEST_TEXT])
    return Chose(match[3], match[1], int(match[2]), shown) if match else Chose("", "", 0)


def _message(message: Mapping[str, Any], number: int, bot: str, *, edited: bool) -> Outcome:
    chat = _number(message["chat"]["id"])
    if message["chat"]["type"] != "private":
        return Leave(str(chat), _language(message))
    talk = TalkHandle("telegram", bot, str(chat))
    if "pinned_message" in message:
        return Pinned(talk, _number(message["message_id"]))
    if message.get("from", {}).get("is_bot") or any(map(_SERVICE.fullmatch, message)):
        return Ignored()
    if edited and "location" in message:  # a live location moves every few seconds; it was refused already
        return Ignored()
    event = _event(message, edited=edited)
    return Arrival(talk, number, event, _number(message["message_id"]), _language(message))


def _event(message: Mapping[str, Any], *, edited: bool) -> Event:
    if "text" not in message:
        media = next((media for kind, media in _MEDIA.items() if kind in message), Media.OTHER)
        return Attached(media, _words(message, "caption", "caption_entities"))
    text = _words(message, "text", "entities")
    forwarded = "forward_origin" in message
    event = Said(text, edited=True) if edited else event_of(text)
    return replace(event, forwarded=forwarded) if isinstance(event, Said) else event


def _words(message: Mapping[str, Any], text: str, entities: str) -> str:
    """Give the text up to its limit, and then the links behind its words, each on a line of its own."""
    words = message.get(text, "")[:LONGEST_TEXT]
    links = [entity["url"] for entity in message.get(entities, ()) if entity.get("type") == "text_link"]
    links += _post_links(message, words)
    hidden = dict.fromkeys(link for link in links if link not in words.split() and len(link) <= LONGEST_LINK)
    # Half a surrogate pair cannot be written anywhere, so handling it would fail.
    return "\n".join([words, *list(hidden)[:MOST_HIDDEN_LINKS]]).encode(errors="replace").decode()


def _post_links(message: Mapping[str, Any], words: str) -> list[str]:
    """Give the address of a public channel's post that was forwarded, unless its words hold a link."""
    origin = message.get("forward_origin", {})
    channel = origin.get("chat", {}).get("username") if origin.get("type") == "channel" else None
    if not channel or "://" in words:
        return []
    return [f"https://t.me/{channel}/{_number(origin['message_id'])}"]


def _language(source: Mapping[str, Any]) -> str | None:
    hint = source.get("from", {}).get("language_code")
    match = _LANGUAGE.match(hint) if isinstance(hint, str) else None
    return match[0] if match else None


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value

"""Turns updates of the Bot API into arrivals; reads nothing that names a person."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import UNSET, Raw

from bot.channels.telegram.raw_updates import (
    NOT_THERE,
    Chat,
    Entity,
    Fields,
    MisshapenError,
    Origin,
    Person,
    Tap,
    Update,
    read_anything,
    read_chat,
    read_entities,
    read_membership,
    read_message,
    read_origin,
    read_person,
    read_tap,
    read_tap_number,
)
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
# What most messages have needs no look at every kind above.
_USUAL = frozenset({"message_id", "from", "chat", "date", "text", "entities", "edit_date"})


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


def event_from(update: Update, bot: str) -> Outcome:
    """Tell what an update is, by the field names of core.telegram.org/bots/api.

    `bot` tells the bots of one host apart. Of a person only the chat's number and the app's language
    are read.
    Raises UnreadableUpdateError when a field that is needed is missing or of another type.
    """
    try:
        return _outcome(update, bot)
    except (AttributeError, LookupError, TypeError):
        pass
    raise UnreadableUpdateError


def tap_in(update: Update) -> str | None:
    """Give what names the tap of an update, or None when it is no tap."""
    try:
        number = read_tap_number(update.callback_query).id
    except MisshapenError:
        return None
    return None if number is UNSET else str(number)


def _outcome(update: Update, bot: str) -> Outcome:
    number = _number(update.update_id)
    if update.my_chat_member:
        return _membership(update.my_chat_member, bot)
    if update.callback_query:
        return _tap(read_tap(update.callback_query), number, bot)
    if update.message:
        return _message(read_message(update.message), number, bot, edited=False)
    if update.edited_message:
        return _message(read_message(update.edited_message), number, bot, edited=True)
    return Ignored()


def _membership(told: Raw, bot: str) -> Outcome:
    change = read_membership(told)
    here = _set(change.new_chat_member.status) not in {"kicked", "left"}
    chat = _number(change.chat.id)
    if _set(change.chat.type) != "private":
        return Leave(str(chat), _language(_person(change.sender))) if here else Ignored()
    return Ignored() if here else Gone(TalkHandle("telegram", bot, str(chat)))


def _tap(tap: Tap, number: int, bot: str) -> Outcome:
    is_told = bool(tap.message.chat) and bytes(tap.message.chat) != b"null"
    if not is_told and tap.inline_message_id is not UNSET:
        return Ignored()
    person = _person(tap.sender)
    # Of a card that is too old the app does not tell the chat; a private one has the number of its person.
    chat = read_chat(tap.message.chat) if is_told else Chat(person.id, "private")
    if _set(chat.type) != "private":
        return Leave(str(_number(chat.id)), _language(person))
    card = tap.message.message_id
    return Arrival(
        TalkHandle("telegram", bot, str(_number(chat.id))),
        number,
        _chosen(tap),
        language=_language(person),
        card=None if card is None else _number(card),
    )


def _chosen(tap: Tap) -> Chose:
    match = _CHOICE.fullmatch(tap.data)
    # The card is our own message: where its talk is forgotten, it is all that is left of a link.
    shown = shown_links(tap.message.text[:LONGEST_TEXT])
    return Chose(match[3], match[1], int(match[2]), shown) if match else Chose("", "", 0)


def _message(message: Fields, number: int, bot: str, *, edited: bool) -> Outcome:
    where = read_chat(message.get("chat", NOT_THERE))
    chat = _number(where.id)
    if _set(where.type) != "private":
        return Leave(str(chat), _language(_person(message.get("from", NOT_THERE))))
    talk = TalkHandle("telegram", bot, str(chat))
    if "pinned_message" in message:
        return Pinned(talk, _message_number(message))
    person = _person(message.get("from", NOT_THERE))
    if person.is_bot or any(map(_SERVICE.fullmatch, message.keys() - _USUAL)):
        return Ignored()
    if edited and "location" in message:  # a live location moves every few seconds; it was refused already
        return Ignored()
    event = _event(message, edited=edited)
    return Arrival(talk, number, event, _message_number(message), _language(person))


def _event(message: Fields, *, edited: bool) -> Event:
    if "text" not in message:
        media = next((media for kind, media in _MEDIA.items() if kind in message), Media.OTHER)
        return Attached(media, _words(message, "caption", "caption_entities"))
    text = _words(message, "text", "entities")
    forwarded = "forward_origin" in message
    event = Said(text, edited=True) if edited else event_of(text)
    return replace(event, forwarded=forwarded) if isinstance(event, Said) else event


def _words(message: Fields, text: str, entities: str) -> str:
    """Give the text up to its limit, and then the links behind its words, each on a line of its own."""
    words = read_anything(message[text])[:LONGEST_TEXT] if text in message else ""
    links = [_set(entity.url) for entity in _entities(message, entities) if entity.type == "text_link"]
    if "forward_origin" in message:
        links += _post_links(read_origin(message["forward_origin"]), words)
    hidden = dict.fromkeys(link for link in links if link not in words.split() and len(link) <= LONGEST_LINK)
    return "\n".join([words, *list(hidden)[:MOST_HIDDEN_LINKS]])


def _entities(message: Fields, name: str) -> list[Entity]:
    found = read_entities(message[name]) if name in message else []
    if isinstance(found, list):
        return found
    if found:
        raise TypeError
    return []


def _post_links(origin: Origin, words: str) -> list[str]:
    """Give the address of a public channel's post that was forwarded, unless its words hold a link."""
    channel = read_chat(origin.chat).username if origin.type == "channel" and origin.chat else None
    if not channel or "://" in words:
        return []
    return [f"https://t.me/{channel}/{_number(origin.message_id)}"]


def _person(told: Raw) -> Person:
    return read_person(told) if told else Person()


def _language(person: Person) -> str | None:
    hint = person.language_code
    match = _LANGUAGE.match(hint) if isinstance(hint, str) else None
    return match[0] if match else None


def _message_number(message: Fields) -> int:
    return _number(read_anything(message.get("message_id", NOT_THERE)))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _set(value: Any) -> Any:
    if value is UNSET:
        raise TypeError
    return value

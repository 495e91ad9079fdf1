"""Turns Bot API objects into arrivals and answers into Bot API calls; reads nothing that names a person."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.typed_lines import event_of
from bot.exchange import Answer, Arrival, Card, CardButton, TalkHandle
from conversations.events import Attached, Chose, Event, Media, Said
from conversations.turns.revived import shown_links

LONGEST_TEXT = 4096
LONGEST_LINK = 2048
MOST_HIDDEN_LINKS = 100
MOST_DELETIONS = 100
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


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API: its method and its parameters as plain JSON; a notice is no card of a talk."""

    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_notice: bool = field(default=False, repr=False)

    @property
    def shows(self) -> bool:
        """Whether the call puts a card before the reporter, so that a newer card makes it needless."""
        return not self.is_notice and self.method in {"sendMessage", "editMessageText"}

    @property
    def deletes(self) -> tuple[int, ...]:
        """The messages that the call deletes, which must happen however late."""
        if self.method == "deleteMessage":
            return (self.parameters["message_id"],)
        return tuple(self.parameters["message_ids"]) if self.method == "deleteMessages" else ()


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the app presents the bot in one language (ISO 639-1), or in all others when `language` is None.

    `commands` are (name, words) pairs; `description` holds at most 512 characters, `short_description` 120,
    `name` 64. An empty text is removed; a name that is None is not changed.
    """

    language: str | None
    commands: tuple[tuple[str, str], ...] = ()
    description: str = ""
    short_description: str = ""
    name: str | None = None


def event_from(update: Mapping[str, Any], bot: str) -> Outcome:
    """Read one update of the Bot API, by the field names of core.telegram.org/bots/api.

    `bot` tells the bots of one host apart. Of a person only the chat's number and the app's language
    are read.
    Raises UnreadableUpdateError when a field that is needed is missing or of another type.
    """
    with suppress(AttributeError, KeyError, TypeError):
        return _outcome(update, bot)
    raise UnreadableUpdateError


def end_of_tap(update: Mapping[str, Any]) -> Call | None:
    """Give the call that ends a tapped button's waiting, or None when the update is no tap."""
    with suppress(KeyError, TypeError):
        return Call("answerCallbackQuery", {"callback_query_id": str(update["callback_query"]["id"])})
    return None


def calls_for(answer: Answer, chat: str) -> tuple[Call, ...]:
    """Give the calls that show an answer's card in a chat and then delete what the answer erases."""
    return (_show(answer.card, chat, answer.live), *_deletions(answer.erase, chat))


def sent_anew(edit: Call) -> Call:
    """Give the call that sends a card as a new message, after the edit of an old one failed."""
    parameters = {name: value for name, value in edit.parameters.items() if name != "message_id"}
    return Call("sendMessage", {**parameters, "disable_notification": True})


def in_chat(call: Call, chat: int) -> Call:
    """Give the same call for another chat."""
    return replace(call, parameters={**call.parameters, "chat_id": chat})


def calls_to_tidy(pinned: Pinned) -> tuple[Call, ...]:
    """Give the calls that delete the app's line of a pin."""
    return _deletions([pinned.message], pinned.talk.chat)


def calls_to_leave(leave: Leave, words: str) -> tuple[Call, ...]:
    """Give the calls that say `words` in a group or channel and leave it."""
    chat = int(leave.chat)
    return (Call("sendMessage", {"chat_id": chat, "text": words}), Call("leaveChat", {"chat_id": chat}))


def presentation_calls(presentations: Sequence[Presentation]) -> tuple[Call, ...]:
    """Give the calls that set commands, for private chats, descriptions and names, in each language."""
    return tuple(call for presentation in presentations for call in _presented(presentation))


def _presented(presentation: Presentation) -> tuple[Call, ...]:
    language = {"language_code": presentation.language} if presentation.language else {}
    commands = [{"command": name, "description": words} for name, words in presentation.commands]
    name = () if presentation.name is None else (Call("setMyName", {"name": presentation.name, **language}),)
    return (
        Call("setMyCommands", {"commands": commands, "scope": {"type": "all_private_chats"}, **language}),
        Call("setMyDescription", {"description": presentation.description, **language}),
        Call("setMyShortDescription", {"short_description": presentation.short_description, **language}),
        *name,
    )


def _show(card: Card, chat: str, live: int | None) -> Call:
    parameters: dict[str, Any] = {
        "chat_id": int(chat),
        "text": _directed(card),
        "link_preview_options": {"is_disabled": True},
    }
    if card.rows:
        rows = [
            [{"text": button.label, "callback_data": button.data} for button in row] for row in _laid(card)
        ]
        parameters["reply_markup"] = {"inline_keyboard": rows}
    if live is None:
        return Call("sendMessage", {**parameters, "disable_notification": True})
    return Call("editMessageText", {**parameters, "message_id": live})


def _laid(card: Card) -> tuple[tuple[CardButton, ...], ...]:
    """Order a row's buttons by the direction of the language: the app always begins at the left."""
    return tuple(row[::-1] for row in card.rows) if card.right_to_left else card.rows


def _directed(card: Card) -> str:
    # The app takes a paragraph's direction from its first letter, which may be a Latin one in an Arabic text.
    if not card.right_to_left:
        return card.text
    return "\n".join(f"\u200f{line}" if line else "" for line in card.text.split("\n"))


def _deletions(messages: Sequence[int], chat: str) -> tuple[Call, ...]:
    if len(messages) == 1:
        return (Call("deleteMessage", {"chat_id": int(chat), "message_id": messages[0]}),)
    starts = range(0, len(messages), MOST_DELETIONS)
    lots = [list(messages[start : start + MOST_DELETIONS]) for start in starts]
    return tuple(Call("deleteMessages", {"chat_id": int(chat), "message_ids": lot}) for lot in lots)


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

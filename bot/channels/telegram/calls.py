"""Makes the calls of the Bot API that show a card, delete messages, leave a group and present the bot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.telegram.raw_updates import Update
from bot.channels.telegram.updates import Leave, Pinned, tap_in
from bot.exchange import Answer, Card, CardButton

MOST_DELETIONS = 100


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


def end_of_tap(update: Update) -> Call | None:
    """Give the call that ends a tapped button's waiting, or None when the update is no tap."""
    tap = tap_in(update)
    return None if tap is None else Call("answerCallbackQuery", {"callback_query_id": tap})


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

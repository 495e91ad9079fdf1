"""The calls with which a bot shows, changes and deletes messages, and answers a tap."""

from typing import Any

from tests.bot_api_chats import BotApiError, Chat, content_of
from tests.bot_api_presented import Method

_SENT_AT = 1767225600


class Messages:
    """The chats of one bot; `me` is the bot as messages name it."""

    def __init__(self, me: dict[str, Any]) -> None:
        self._me = me
        self._chats: dict[int, Chat] = {}
        self._open_taps: dict[str, Chat] = {}

    def methods(self) -> dict[str, Method]:
        """Give the methods by their names in small letters."""
        return {
            "sendmessage": self._send_message,
            "editmessagetext": self._edit_message,
            "deletemessage": self._delete_message,
            "deletemessages": self._delete_messages,
            "answercallbackquery": self._answer_tap,
            "leavechat": self._leave,
        }

    def chat(self, number: int) -> Chat:
        """Give a chat, which is opened where there is none."""
        return self._chats.setdefault(number, Chat(number))

    def open_tap(self, identity: str, chat: int) -> None:
        """Let a tap wait for its end."""
        self._open_taps[identity] = self.chat(chat)

    def _open_chat(self, given: dict[str, Any]) -> Chat:
        chat = self._chats.get(int(given.get("chat_id", 0)))
        if chat is None:
            raise BotApiError(400, "Bad Request: chat not found")
        if chat.closed:
            raise BotApiError(403, f"Forbidden: {chat.closed}")
        return chat

    def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(given)
        content = content_of(given)
        number = chat.next_number()
        where = {"id": chat.number, "type": chat.kind}
        sent = {"message_id": number, "from": self._me, "chat": where, "date": _SENT_AT, **content}
        chat.show(sent)
        return sent

    def _edit_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(given)
        old = chat.message(given.get("message_id", 0), "message to edit not found")
        if old.get("from") != self._me:
            raise BotApiError(400, "Bad Request: message can't be edited")
        content = content_of(given)
        if content == {name: old[name] for name in ("text", "reply_markup") if name in old}:
            words = "specified new message content and reply markup are exactly the same as a current content"
            raise BotApiError(
                400, f"Bad Request: message is not modified: {words} and reply markup of the message"
            )
        kept = {name: value for name, value in old.items() if name != "reply_markup"}
        edited = {**kept, **content, "edit_date": _SENT_AT}
        chat.show(edited)
        return edited

    def _delete_message(self, given: dict[str, Any]) -> bool:
        chat = self._open_chat(given)
        chat.message(given.get("message_id", 0), "message to delete not found")
        chat.delete(int(given["message_id"]))
        return True

    def _delete_messages(self, given: dict[str, Any]) -> bool:
        chat = self._open_chat(given)
        if not 1 <= len(given["message_ids"]) <= 100:
            raise BotApiError(400, "Bad Request: message identifiers are not specified")
        for number in chat.messages.keys() & set(given["message_ids"]):
            chat.delete(number)
        return True

    def _answer_tap(self, given: dict[str, Any]) -> bool:
        chat = self._open_taps.pop(given.get("callback_query_id", ""), None)
        if chat is None:
            words = "query is too old and response timeout expired or query ID is invalid"
            raise BotApiError(400, f"Bad Request: {words}")
        chat.ended_taps.append(given["callback_query_id"])
        return True

    def _leave(self, given: dict[str, Any]) -> bool:
        chat = self._open_chat(given)
        if chat.kind == "private":
            raise BotApiError(400, "Bad Request: chat member status can't be changed in private chats")
        chat.closed = f"bot is not a member of the {chat.kind} chat"
        return True

"""The talk that all bots hold in the benchmarks, and a reporter who holds it and sees that it is held."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.talks.stubs import SENT_AT, BotApiStub

LINK: Final = "https://forum.example/thread/4711?page=3#post-815"
REPORTS_A_TALK: Final = 2


class OtherDialogue(Exception):  # noqa: N818 - it names what happened, as the other errors do
    """A bot did not answer as the talk goes."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the reporter writes, or which choice they tap; what the next card says, and offers to tap.

    `sends` tells that the turn hands in a report.
    """

    does: str
    says: str
    offers: frozenset[str]
    taps: bool = True
    sends: bool = False


TALK: Final = (
    Step("/start", "Send it as text", frozenset({"no_link", "language"}), taps=False),
    Step(LINK, "hxxps://forum[.]example/", frozenset({"send", "change", "rules"}), taps=False),
    Step("send", "We have received it", frozenset({"details", "receipt", "withdraw", "finish"}), sends=True),
    Step("details", "How did you get", frozenset({"channel", "search", "advert", "sent", "page", "skip"})),
    Step(
        "search",
        "What do you need to get in",
        frozenset({"open", "join", "log_in", "pay", "password", "skip"}),
        sends=True,
    ),
    Step("finish", "Thank you", frozenset({"another", "receipt", "withdraw"})),
)


@dataclass(slots=True)
class Reporters:
    """Reporters in front of one bot, each of whom comes with a new chat."""

    stub: BotApiStub
    _chats: Iterator[int] = field(default_factory=lambda: itertools.count(5_000_000_001))
    _updates: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def newcomers(self, count: int) -> list[int]:
        """Give the chats of so many who come now."""
        return list(itertools.islice(self._chats, count))

    def update(self, chat: int, step: Step) -> str:
        """Give the update that tells the bot what a reporter does."""
        told = self._tap(chat, step.does) if step.taps else self._message(chat, step.does)
        return json.dumps({"update_id": next(self._updates), **told})

    def require(self, chat: int, step: Step) -> None:
        """Raise OtherDialogue unless the newest card answers a step."""
        card = self.stub.cards.get(chat)
        choices = {_choice(button) for button in _buttons(card)} if card else set()
        if card is None or step.says not in card["text"] or not step.offers <= choices:
            raise OtherDialogue(f"after {step.does}: {card}")

    def _message(self, chat: int, text: str) -> dict[str, Any]:
        command = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        link = [{"type": "url", "offset": 0, "length": len(text)}]
        message = {
            "message_id": self.stub.next_message(),
            "from": _sender(chat),
            "chat": _chat(chat),
            "date": SENT_AT,
            "text": text,
            "entities": command if text.startswith("/") else link,
        }
        return {"message": message}

    def _tap(self, chat: int, choice: str) -> dict[str, Any]:
        card = self.stub.cards[chat]
        button = next(button for button in _buttons(card) if _choice(button) == choice)
        query = {
            "id": f"{chat}{self.stub.next_message()}",
            "from": _sender(chat),
            "message": card,
            "chat_instance": "-4200000000000000042",
            "data": button["callback_data"],
        }
        return {"callback_query": query}


def _buttons(card: dict[str, Any]) -> list[dict[str, str]]:
    return [button for row in card.get("reply_markup", {}).get("inline_keyboard", ()) for button in row]


def _choice(button: dict[str, str]) -> str:
    # Ours says in front of the choice which talk and which turn the button is of.
    return button["callback_data"].rsplit(".", 1)[-1]


def _chat(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "Maria", "username": "maria_example"}


def _sender(chat: int) -> dict[str, Any]:
    named = {"first_name": "Maria", "username": "maria_example"}
    return {"id": chat, "is_bot": False, **named, "language_code": "en"}

"""The reporters: each has a chat, a link and names of its own, and the names must not be stored or sent."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.canaries.markers import Marker

SENT_AT = 1767225600
_LETTERS = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True)
class Identity:
    """What Telegram tells of one reporter; `first_message` is the number before that of the first message."""

    number: int
    chat: int
    first_message: int
    names: dict[str, str]
    link: str
    path: str

    def person(self) -> dict[str, Any]:
        """Give the sender as an update holds it."""
        return {"id": self.chat, "is_bot": False, **self.names, "language_code": "en", "is_premium": True}

    def private(self) -> dict[str, Any]:
        """Give the chat as an update holds it."""
        return {"id": self.chat, "type": "private", **self.names}

    def message(self, text: str) -> dict[str, Any]:
        """Give the update of a message."""
        own = {"from": self.person(), "chat": self.private(), "date": SENT_AT}
        return {"message": {**own, "text": text}}

    def tap(self, identity: str, data: str, card: int) -> dict[str, Any]:
        """Give the update of a tap on a button of a card."""
        message = {"message_id": card, "chat": self.private(), "date": SENT_AT, "text": "card"}
        query = {"id": identity, "from": self.person(), "message": message, "data": data}
        return {"callback_query": {**query, "chat_instance": self.names["username"]}}

    def markers(self) -> list[Marker]:
        """Give what is searched for in every way of writing."""
        texts = [Marker(f"{name} of {self.number}", value) for name, value in self.names.items()]
        numbers = {"chat": self.chat, "first message": self.first_message + 1}
        return [*texts, *(Marker(f"{name} of {self.number}", value) for name, value in numbers.items())]


class People:
    """The reporters of a run; every name contains `sign`, every link `path_sign`, and nothing else does."""

    def __init__(self, random: Random) -> None:
        self.sign = _drawn(random, 14)
        self.path_sign = _drawn(random, 14)
        self.known: list[Identity] = []
        self._random = random

    def next(self) -> Identity:
        """Add a reporter."""
        number, draw = len(self.known), self._random
        fields = {"first_name": "given", "last_name": "family", "username": "handle"}
        names = {field: f"{self.sign}_{tail}_{_drawn(draw, 8)}" for field, tail in fields.items()}
        path = f"{self.path_sign}{number:06d}"
        # Numbers that no text and no other number holds by chance: see canaries.markers.
        chat = draw.getrandbits(51) & ~0x8000 | 1 << 51 | 0xFF0000
        first = draw.getrandbits(39) & ~0x8000 | 1 << 39 | 0xFF0000
        somebody = Identity(number, chat, first, names, f"https://forum.example/{path}", path)
        self.known.append(somebody)
        return somebody


def _drawn(random: Random, length: int) -> str:
    return "".join(random.choice(_LETTERS) for _ in range(length))

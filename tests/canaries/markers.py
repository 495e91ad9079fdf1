"""Makes fresh values for everything that could identify a reporter; no two runs share one."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

BITS = 52
# A byte that no UTF-8 text has, so that four bytes of a number are never found in a text by chance.
_NO_TEXT = 0xFF0000
_ALPHABET = string.ascii_letters + string.digits
_Value = TypeVar("_Value", str, int, float)


class Kind(StrEnum):
    """Who may read a marker besides Telegram: nobody, or for words whoever they were meant for."""

    IDENTITY = "nobody, anywhere"
    OWN = "the reporter, when asked whose it is"
    WORDS = "the reporter, and the intake under its seal"


@dataclass(frozen=True)
class Marker:
    """One planted value, and where it was planted."""

    name: str
    value: str | int | float
    kind: Kind = Kind.IDENTITY


@dataclass
class Mint:
    """Makes each marker once, by its name, and knows all that it has made."""

    markers: dict[str, Marker] = field(default_factory=dict)

    def text(self, name: str, kind: Kind = Kind.IDENTITY) -> str:
        """Give a text, in the shape that a field of this name has."""
        return self._made(name, lambda: _text_for(name.rpartition(".")[2]), kind)

    def number(self, name: str) -> int:
        """Give a number of exactly 52 bits, such as Telegram's chats may have."""
        return self._made(name, lambda: secrets.randbits(BITS - 1) & ~0x8000 | 1 << (BITS - 1) | _NO_TEXT)

    def note(self, name: str, number: int) -> None:
        """Take up a number that follows from one made here."""
        self.markers[name] = Marker(name, number)

    def moment(self, name: str) -> int:
        """Give a time, in seconds since 1970."""
        return self._made(name, lambda: 1_000_000_000 + secrets.randbelow(1_000_000_000) | _NO_TEXT)

    def place(self, name: str) -> float:
        """Give degrees of latitude or longitude."""
        return self._made(name, lambda: round(10 + secrets.randbelow(7 * 10**11) / 10**10, 10))

    def _made(self, name: str, make: Callable[[], _Value], kind: Kind = Kind.IDENTITY) -> _Value:
        if name not in self.markers:
            self.markers[name] = Marker(name, make(), kind)
        value: _Value = self.markers[name].value  # type: ignore[assignment] # a name is of one type for ever
        return value


def drawn(length: int) -> str:
    """Draw letters and digits at random."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _digits(length: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (length - 1)) + 10 ** (length - 1))


def _address() -> str:
    return ":".join(["2001:db8", *(f"{secrets.randbelow(2**16) | 2**12:x}" for _ in range(6))])


# By the end of a field's name; what is not here is free text, with what every way of writing has to escape.
_SHAPES: dict[str, Callable[[], str]] = {
    "username": lambda: f"u_{drawn(18)}",
    "phone_number": lambda: _digits(15),
    "spanish_number": lambda: f"346{_digits(8)}",
    "email": lambda: f"{drawn(12)}@{drawn(10)}.example",
    "vcard": lambda: f"BEGIN:VCARD\nFN:{drawn(8)} {drawn(8)}\nTEL:{_digits(14)}\nEMAIL:{drawn(16)}",
    "language_code": lambda: f"en-{drawn(8)}",
    "ip_address": _address,
    "user_agent": lambda: f"Mozilla/5.0 (X11; {drawn(8)}) {drawn(16)}",
    "word": lambda: drawn(16),
    "host": lambda: f"{drawn(12).lower()}.example",
    "url": lambda: f"https://{drawn(10).lower()}.example/{drawn(14)}",
    "id": lambda: drawn(24),
    "payload": lambda: drawn(32),
    "data": lambda: f"{drawn(10)}.1.{drawn(10)}",
}


def _text_for(field_name: str) -> str:
    shape = next((make for end, make in _SHAPES.items() if field_name.endswith(end)), None)
    return shape() if shape else f"{drawn(9)} Ñ&{drawn(9)}"

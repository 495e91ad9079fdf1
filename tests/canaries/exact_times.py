"""Finds every text that tells a moment within a few minutes, in any notation."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

HOUR: Final = 3600
_UNITS: Final = (1, 10**3, 10**6, 10**9)
_NUMBER: Final = re.compile(rb"(?<![0-9A-Fa-f.])[0-9]{10,19}(?:\.[0-9]+)?(?![0-9A-Fa-f])")
_ISO: Final = re.compile(
    rb"20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    rb"|20[0-9]{6}T[0-2][0-9][0-5][0-9](?:[0-5][0-9])?"
)
_CLOCK: Final = re.compile(rb"(?<![0-9:A-Fa-f])[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?![0-9:A-Fa-f])")
_JULIAN_EPOCH: Final = 2440587.5
_DAY: Final = 86400


@dataclass(frozen=True)
class Span:
    """The time from `began` to `ended`, in seconds since 1970."""

    began: float
    ended: float

    def holds(self, seconds: float) -> bool:
        """Tell whether a moment lies within, and is not the beginning of an hour."""
        return self.began - 1 <= seconds <= self.ended + 1 and seconds % HOUR != 0

    def told_by(self, number: float) -> bool:
        """Tell whether a number is such a moment, in any unit in which times are counted."""
        days = (number - _JULIAN_EPOCH) * _DAY
        return self.holds(days) or any(self.holds(number / unit) for unit in _UNITS)

    def found_in(self, content: bytes) -> Iterator[str]:
        """Give everything written in text that tells such a moment, or the minutes of any day."""
        for match in _NUMBER.finditer(content):
            if self.told_by(float(match[0])):
                yield match[0].decode()
        for match in _ISO.finditer(content):
            if not _is_hour(match[0].decode()):
                yield match[0].decode()
        clocks = (match[0].decode() for match in _CLOCK.finditer(content))
        yield from (clock for clock in clocks if not clock.endswith(":00:00"))

    def packed_in(self, content: bytes) -> Iterator[str]:
        """Give every packed number of 8 bytes that tells such a moment; of 4 bytes, at either end."""
        for at in range(len(content) - 7):
            part = content[at : at + 8]
            numbers = (*struct.unpack("<qd", part * 2), *struct.unpack(">qd", part * 2))
            if any(self.told_by(number) for number in numbers):
                yield part.hex()
        for part in (content[:4], content[-4:]):
            if any(self.holds(int.from_bytes(part, order)) for order in ("little", "big")):
                yield part.hex()


def _is_hour(written: str) -> bool:
    digits = re.sub("[^0-9]", "", written)
    return set(digits[10:]) <= {"0"}


def hour_of(moment: float) -> str:
    """Write the hour of a moment as the logs do."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:00Z")

"""Keeps talk secrets in one private file, so that they survive a restart; overwrites too old ones in place.

The store in Valkey needs it, since its talks survive a restart too. Deleting the file makes every stored
talk unreadable for good.
"""

import fcntl
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.sessions.sealing import SECRET_BYTES, TalkSecret, rotated

_HOUR: Final = 3600
_LINE: Final = re.compile(rf"([0-9]{{8}}) ([0-9a-f]{{{2 * SECRET_BYTES}}})\n", re.ASCII)
# Always two lines, so that a new content covers all of the old one; this one is of an hour long past.
_NO_SECRET: Final = f"{0:08} {'0' * 2 * SECRET_BYTES}\n"
# A read leaves no time of reading behind, where the system can do so.
_UNSEEN: Final = getattr(os, "O_NOATIME", 0)


class FiledTalkSecrets:
    """The live secrets in the file at `path` (0600), shared by the processes of one host; made at need.

    `clock` gives seconds since the epoch; the file holds whole hours only. Every call reads the file, so that
    each process follows what another has rotated or an operator deleted. Raises OSError when it cannot.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    def live(self) -> tuple[TalkSecret, ...]:
        """Give the secrets that may be used now, the newest first; overwrites too old ones."""
        hour = self._clock() // _HOUR * _HOUR
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | _UNSEEN, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
            held = _read(file, hour)
            if rotated(held, hour) != held:
                # Read again: between the two locks, another process may have rotated.
                fcntl.flock(file, fcntl.LOCK_EX)
                held = _rotate(file, hour)
        finally:
            os.close(file)
        return held


def _rotate(file: int, hour: float) -> tuple[TalkSecret, ...]:
    live = rotated(_read(file, hour), hour)
    lines = [f"{int(secret.born) // _HOUR:08} {secret.raw.hex()}\n" for secret in live]
    content = "".join([*lines, _NO_SECRET][:2]).encode()
    os.pwrite(file, content, 0)
    os.ftruncate(file, len(content))
    os.utime(file, (hour, hour))
    os.fsync(file)
    return live


def _read(file: int, hour: float) -> tuple[TalkSecret, ...]:
    """Read what the file holds; a new or damaged file holds none, which ends talks and does no other harm."""
    written = os.pread(file, 1 << 12, 0).decode("ascii", errors="replace")
    found = (TalkSecret(int(born) * _HOUR, bytes.fromhex(raw)) for born, raw in _LINE.findall(written))
    # A clock that was set back may leave a secret of the hour to come; a later one would live too long.
    return tuple(secret for secret in found if 0 < secret.born <= hour + _HOUR)

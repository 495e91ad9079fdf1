"""The opaque path and the secret of each bot's webhook, and the key to a fleet's numbers: never guessed.

Neither path nor secret is made from the bot's token: a new token changes neither, and who reads one of them
learns of no other.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.settings import NotReady

KEY_BYTES: Final = 32
_WRITTEN: Final = re.compile(f"[0-9a-f]{{{2 * KEY_BYTES}}}\n?", re.ASCII)


class Doors:
    """The webhooks' doors: paths and secrets made from a random key of KEY_BYTES and a bot's id."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def path(self, bot_id: str) -> str:
        """Give the path of a bot's webhook: 32 characters of a-z and 2-7."""
        return base64.b32encode(self._derived(bot_id, b"path", 20)).decode().lower()

    def secret(self, bot_id: str) -> str:
        """Give what Telegram says with each update of a bot: 64 characters of A-Z a-z 0-9 _ -."""
        return base64.urlsafe_b64encode(self._derived(bot_id, b"secret", 48)).decode()

    def _derived(self, bot_id: str, purpose: bytes, size: int) -> bytes:
        return hashlib.blake2b(bot_id.encode(), key=self._key, person=purpose, digest_size=size).digest()


def opens(expected: str | None, told: str) -> bool:
    """Tell whether a secret is the expected one; takes as long if none is expected, since nobody is there."""
    kept, given = (hashlib.sha256(text.encode(errors="replace")).digest() for text in (expected or "", told))
    return hmac.compare_digest(kept, given) and expected is not None


def read_doors(path: Path) -> Doors:
    """Read the key's file, made at need; raises NotReady if damaged, open to others or out of reach."""
    return Doors(bytes.fromhex(_kept(path, "run `reportline fleet sync`")))


def read_metrics_token(path: Path) -> str:
    """Read the key to the numbers, made at need; raises NotReady as `read_doors` does."""
    return _kept(path, "give the new one to Prometheus")


def _kept(path: Path, if_made_anew: str) -> str:
    try:
        if not path.exists():
            _make(path)
        written = path.read_text(encoding="ascii", errors="replace")
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        raise NotReady(f"The file {path} cannot be made or read. See whose it is, and its folder.") from None
    if mode & 0o077:
        raise NotReady(f"{path} is open to others on this machine. Close it: `chmod 600 {path}`.")
    if not _WRITTEN.fullmatch(written):
        raise NotReady(f"{path} is damaged. Put it back; or delete it, start anew and {if_made_anew}.")
    return written.strip()


def _make(path: Path) -> None:
    """Make the file whole or not at all; of processes that make it at once, all end with the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, f"{secrets.token_hex(KEY_BYTES)}\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _keep_names(path.parent)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _keep_names(folder: Path) -> None:
    # Without this, a power cut may take back the name of a file whose content is safe on the disk.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The path and the secret of each bot's webhook, and the key to a fleet's metrics; none can be guessed.

Neither path nor secret is made from the bot's token: a new token changes neither, and one bot's path or
secret tells nothing of another bot's.
"""

import base64
import hashlib
import hmac
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from reportline.bounded_files import read_text
from reportline.private_files import require_private, write_once
from reportline.readiness import NotReady

KEY_BYTES: Final = 32
_WRITTEN: Final = re.compile(f"[0-9a-f]{{{2 * KEY_BYTES}}}\n?", re.ASCII)


class WebhookKeys:
    """The paths and secrets of webhooks, made from a random key of KEY_BYTES and a bot's id."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def path(self, bot_id: str) -> str:
        """Give the path of a bot's webhook: 32 characters of a-z and 2-7."""
        return base64.b32encode(self._derived(bot_id, b"path", 20)).decode().lower()

    def secret(self, bot_id: str) -> str:
        """Give the secret that Telegram sends with each update of a bot: 64 characters of A-Z a-z 0-9 _ -."""
        return base64.urlsafe_b64encode(self._derived(bot_id, b"secret", 48)).decode()

    def _derived(self, bot_id: str, purpose: bytes, size: int) -> bytes:
        return hashlib.blake2b(bot_id.encode(), key=self._key, person=purpose, digest_size=size).digest()


def opens(expected: str | None, told: str) -> bool:
    """Tell whether a secret is the expected one; takes as long if there is no such bot."""
    wanted, given = (
        hashlib.sha256(text.encode(errors="replace")).digest() for text in (expected or "", told)
    )
    return hmac.compare_digest(wanted, given) and expected is not None


def read_webhook_keys(path: Path) -> WebhookKeys:
    """Read the key's file, made at need; raises NotReady if damaged, open to others or out of reach."""
    return WebhookKeys(bytes.fromhex(_read_or_make(path, "run `reportline fleet sync`")))


def read_metrics_token(path: Path) -> str:
    """Read the key to the numbers, made at need; raises NotReady as `read_webhook_keys` does."""
    return _read_or_make(path, "give the new one to Prometheus")


def _read_or_make(path: Path, if_made_anew: str) -> str:
    try:
        if not path.exists():
            _make(path)
        written = read_text(path)
        require_private(path)
    except OSError:
        raise NotReady(f"The file {path} cannot be made or read. See whose it is, and its folder.") from None
    if not _WRITTEN.fullmatch(written):
        raise NotReady(f"{path} is damaged. Put it back; or delete it, start anew and {if_made_anew}.")
    return written.strip()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Of processes that make it at once, all end with the first one's.
    with suppress(FileExistsError):
        write_once(path, f"{secrets.token_hex(KEY_BYTES)}\n")

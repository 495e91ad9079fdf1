"""Files that only their owner can read: written whole or not at all, refused when open to others."""

import errno
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from reportline.readiness import NotReady

OPEN_TO_READ: Final = 0o077
OPEN_TO_WRITE: Final = 0o022
_A_LINE: Final = 1024


def require_private(path: Path, forbidden: int = OPEN_TO_READ) -> None:
    """Raise NotReady if a file or folder has one of the forbidden permissions."""
    if stat.S_IMODE(path.stat().st_mode) & forbidden:
        mode = "700" if path.is_dir() else "600"
        raise NotReady(f"{path} is open to others on this machine. Close it: `chmod {mode} {path}`.")


def write_once(path: Path, text: str) -> None:
    """Write a new file of mode 0600, whole or not at all; raises FileExistsError if there is one."""
    draft = _written_beside(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    keep_names(path.parent)


def replace(path: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all, in the place of whatever was there."""
    _written_beside(path, text).replace(path)
    keep_names(path.parent)


def try_to_replace(path: Path) -> None:
    """Write as `replace` would, and take it back; raises OSError if `replace` could not.

    What is written is longer than a line of ours, so that a disk without room for one shows.
    """
    _written_beside(path, " " * _A_LINE).unlink()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))


def keep_names(folder: Path) -> None:
    """Make the names in a folder durable."""
    # Without this, a power cut may take back the name of a file whose content is safe on the disk.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written_beside(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, text)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

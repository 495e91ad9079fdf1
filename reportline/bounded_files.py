"""Reads files of settings, keys and tokens: only files that end, and none that is too long."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

# Far more than a hotline's settings take.
LONGEST: Final = 1 << 24


def read_text(path: Path) -> str:
    """Read a text in UTF-8, anything else in it replaced; raises OSError as `read_bytes` does."""
    _require_file(path)
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(LONGEST)


def read_bytes(path: Path) -> bytes:
    """Read a file; raises OSError if it cannot be read, is a folder, a device or a pipe, or is too long."""
    _require_file(path)
    with path.open("rb") as file:
        return file.read(LONGEST)


def _require_file(path: Path) -> None:
    # Before it is opened: to open a pipe is to wait for somebody who writes into it.
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "It is a device or a pipe, and no file", str(path))
    if status.st_size > LONGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))

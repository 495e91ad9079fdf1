"""Files that only their owner can read: written whole or not at all, refused when open to others."""

import errno
import os
import pwd
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


def require_own(folder: Path) -> None:
    """Raise NotReady if a folder, or the one in which it would be made, belongs to another user.

    What is written there would be this user's, so that the other one could neither read nor replace it.
    """
    for place in (folder, folder.parent):
        try:
            owner = place.stat().st_uid
        except OSError:
            continue
        if owner != os.geteuid():
            name, me = user_name(owner), user_name(os.geteuid())
            raise NotReady(
                f"{place} belongs to {name}, and this runs as {me}: {name} could not use what it writes "
                f"there. Nothing was done: run it as {name}, from root with `runuser -u {name} --` before it."
            )
        return


def require_owner(path: Path, folder: Path) -> None:
    """Raise NotReady if a file belongs to another user than the folder that it is in."""
    owner, of_file = folder.stat().st_uid, path.stat().st_uid
    if of_file != owner:
        name = user_name(owner)
        raise NotReady(
            f"{path} belongs to {user_name(of_file)}, and {folder} to {name}: {name} cannot use it. As root: "
            f"`chown {name} {path}`."
        )


def user_name(number: int) -> str:
    """Give a user's name, or the number of one without a name."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


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

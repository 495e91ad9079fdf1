"""Mounts small disks for tests, fills them, and makes them read-only."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

BALLAST = "ballast"


def mount(*arguments: str) -> bool:
    """Run mount; tells whether the system let it."""
    program = shutil.which("mount")
    return (
        program is not None
        and subprocess.run([program, *arguments], capture_output=True, check=False).returncode == 0
    )


@contextmanager
def small_disk(folder: Path, size: int, inodes: int = 100) -> Iterator[Path]:
    """Give a disk of so many bytes and inodes in a new folder; skips where nobody may mount one."""
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={size},nr_inodes={inodes}", "tmpfs", str(folder)):
        pytest.skip("here no disk can be mounted")
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


def fill(disk: Path, leave: int = 0) -> None:
    """Fill a disk but for so many bytes."""
    with (disk / BALLAST).open("wb") as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - leave)

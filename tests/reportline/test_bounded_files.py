"""A setting that names a file without an end stops no command, and fills no memory."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reportline.bounded_files import LONGEST, read_bytes, read_text

READERS = (read_bytes, read_text)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xc3\xa9\xff\r\n")
    assert read_bytes(path) == b"\xc3\xa9\xff\r\n"
    assert read_text(path) == "é\ufffd\n"


@pytest.mark.parametrize("read", READERS)
def test_what_does_not_end_is_not_read(read: Callable[[Path], object], tmp_path: Path) -> None:
    """A pipe would be waited for, and a device fills the memory."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").touch()
    os.truncate(tmp_path / "long", LONGEST + 1)
    for path, said in (
        (tmp_path / "pipe", "It is a device or a pipe, and no file"),
        (Path("/dev/zero"), "It is a device or a pipe, and no file"),
        (tmp_path / "long", "File too large"),
        (tmp_path, "Is a directory"),
        (tmp_path / "nowhere", "No such file or directory"),
    ):
        with pytest.raises(OSError, match=said) as refused:
            read(path)
        assert refused.value.filename in {str(path), path}

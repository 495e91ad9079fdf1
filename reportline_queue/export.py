"""Writes assessments into a file that only its owner can read: whole or not at all, never over another."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from reportline_queue.errors import NotDone
from reportline_queue.intake.api import STRANGER, request

if TYPE_CHECKING:
    import httpx


class Form(StrEnum):
    """How the file is written."""

    CSV = "csv"
    NDJSON = "ndjson"


class Pages:
    """What comes after a place: the file's heading, if its form has one, then rows page by page.

    `after` is the place where the next export begins; it moves while the pages are read. "" is the beginning.
    """

    def __init__(self, form: Form, after: str) -> None:
        self.after = after
        self._form = form

    def __iter__(self) -> Iterator[bytes]:
        """Ask for the pages; raises NotDone."""
        heading, rows, self.after = _page(self._form, self.after)
        yield heading
        while rows:
            yield rows
            before = self.after
            _, rows, self.after = _page(self._form, before)
            if rows and self.after == before:
                raise NotDone(STRANGER)


def write_whole(file: Path, parts: Iterable[bytes]) -> None:
    """Write a new file of mode 0600; raises NotDone where there is one, or none can be made."""
    try:
        _write(file, parts)
    except FileExistsError:
        raise NotDone(f"{file} is there already, and stays as it is. Name another file.") from None
    except OSError as fault:
        raise NotDone(f"{file} cannot be written: {fault.strerror}.") from None


def _write(file: Path, parts: Iterable[bytes]) -> None:
    if os.path.lexists(file):
        raise FileExistsError
    descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.writelines(parts)
            written.flush()
            os.fsync(descriptor)
        # Other than a rename, this never takes another file's place.
        Path(file).hardlink_to(draft)
    finally:
        Path(draft).unlink()


def _page(form: Form, after: str) -> tuple[bytes, bytes, str]:
    """Give a page's heading, its rows, and where the next page begins."""
    where = {"format": form.value} | ({"after": after} if after else {})
    answer = request("GET", "/v1/export/assessments", query=where)
    heading, rows = b"", answer.content
    if form is Form.CSV:
        heading, _, rows = answer.content.partition(b"\r\n")
        heading += b"\r\n"
    return heading, rows, _next(answer)


def _next(answer: "httpx.Response") -> str:
    import httpx  # noqa: PLC0415 - only an export needs it here

    # Only the cursor is taken from the link: the access key goes to no other server that a link might name.
    try:
        return str(httpx.URL(answer.links["next"]["url"]).params.get("after", ""))
    except (KeyError, httpx.InvalidURL):
        raise NotDone(STRANGER) from None

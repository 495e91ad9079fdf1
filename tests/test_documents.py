"""The tests that the documents name exist, and every event of the log is explained."""

import re
from pathlib import Path

import pytest

from reportline.log_events import EVENTS

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(tests/[\w/.]+\.py)::(test_\w+)`")
DOCUMENTS = [path for path in sorted((ROOT / "docs").glob("*.md")) if NAMED.search(path.read_text("utf-8"))]


def _named(path: Path) -> list[tuple[str, str]]:
    return NAMED.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(path: Path) -> None:
    for file, test in _named(path):
        source = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def {test}\(", source, re.MULTILINE), f"{file}::{test}"


def test_every_promise_of_the_privacy_page_names_its_test() -> None:
    rows = [
        line
        for line in (ROOT / "docs/privacy.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| we say", "|---"))
    ]
    assert len(rows) > 15
    assert all(NAMED.search(row) for row in rows)


def test_every_event_of_the_log_is_explained() -> None:
    page = (ROOT / "docs/logs.md").read_text(encoding="utf-8")
    for name, event in EVENTS.items():
        assert f"| `{name}` |" in page
        assert f"| {event.meaning} | {event.advice} |" in page

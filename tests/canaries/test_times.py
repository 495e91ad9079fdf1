"""No field, file time, log line, message or row order tells a report's time finer than an hour.

The exceptions that cannot be avoided are listed here, each with its reason; anything more fails.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from tests.canaries.evidence import Collection, Field
from tests.canaries.exact_times import Span, hour_of
from tests.canaries.runs import SCENARIOS, ScenarioRun
from tests.canaries.search import Sink

pytestmark = [
    pytest.mark.busy("five scenarios play at the same time"),
    pytest.mark.timeout(300),
]

FEW = 5
# Exact times in the database are of what analysts and operators do.
EXACT_FIELDS = {
    ("access_keys", "made_at"),
    ("access_keys", "revoked_at"),
    ("assessments", "assessed_at"),
    ("audit_log", "at"),
    ("exposures", "began"),
    ("exposures", "ends"),
    ("items", "claimed_at"),
    ("items", "lease_expires"),
    ("items", "released_at"),
    ("lifts", "until"),
}
# Within a page of its file SQLite lays rows down as they are written, whatever their keys: until the file is
# written anew (VACUUM), a page tells an order, though no time.
# Tables that are numbered in the order of writing; none has a row of a report.
NUMBERED_TABLES = {
    *("access_keys", "alembic_version", "assessments", "audit_log", "exposures", "key_checks", "lifts"),
    "processes",
}
# Where a file's own times may lie within the run, and why it cannot be helped.
EXACT_FILES = {
    r"intake/reportline\.db(-wal|-shm)?": "the system sets them when SQLite writes: the newest report's time",
    r"intake/audit\.head": "the system sets it when the log's head is kept: once an hour, or at the end",
    r"\.": "the system sets it when the first run's log is made",
    r"bot": "the system sets it when the outbox is made, as the first process starts",
    r"intake": "the system sets it when SQLite makes or removes its log, as a process starts or ends",
    r"run\.log": "the system sets it at each line; no line is written for a single report",
}
# Read once, when a process starts; a report neither reads nor changes them.
READ_AT_START = r"\.|bot|(intake|bot)/[a-z0-9_-]+\.(key|token|head)|analyst\.token|bot/talk_secrets"
# On the wire: an eavesdropper of the answer knows the time anyway.
WIRE_DATE = re.compile(rb"\r\ndate: [^\r]+ GMT", re.IGNORECASE)
# Valkey's own files and words: when it wrote a snapshot, and until when a talk lives.
OF_VALKEY = {"Valkey: dump.rdb", "Valkey: valkey.log"}


def _collections(runs: dict[str, ScenarioRun]) -> Iterator[tuple[Span, Collection]]:
    for one in runs.values():
        assert one.end
        yield from ((Span(one.began, one.ended), collection) for collection in one.collections)


def test_no_field_of_the_database_tells_a_moment(runs: dict[str, ScenarioRun]) -> None:
    """Every value of every row is read as a time in every unit there is, packed in bytes too."""
    for span, collection in _collections(runs):
        assert [found for one in collection.fields for found in _moments(span, one)] == []


def _moments(span: Span, one: Field) -> Iterator[str]:
    if (one.table, one.column) in EXACT_FIELDS:
        return
    match one.value:
        case bytes(content):
            found = [*span.packed_in(content)]
        case int(number) | float(number):
            found = [str(number)] if span.told_by(number) else []
        case _:
            found = [*span.found_in(str(one.value).encode())]
    yield from (f"{one.table}.{one.column}: {moment}" for moment in found)


def test_no_exact_field_was_written_for_a_report(runs: dict[str, ScenarioRun]) -> None:
    """Where exact times may be, there are only those of the set-up: in the scenarios no analyst works.

    What the intake itself counts into the audit log, as an hour begins, has the time of the full hour.
    """
    for span, collection in _collections(runs):
        exact = [one for one in collection.fields if (one.table, one.column) in EXACT_FIELDS and one.value]
        assert {one.table for one in exact} == {"access_keys", "audit_log"}
        moments = [datetime.fromisoformat(one.value).replace(tzinfo=UTC) for one in exact]
        finer = [moment for moment in moments if moment.timestamp() % 3600]
        assert all(moment.timestamp() < span.began for moment in finer)


def test_nothing_that_was_written_or_sent_tells_a_moment(runs: dict[str, ScenarioRun]) -> None:
    """Logs, outputs, the outbox, what passes to the intake and to Telegram, and what the keys open of it."""
    for span, collection in _collections(runs):
        for sink in collection.sinks:
            assert [*span.found_in(_timeless(sink))] == [], sink.name


def _timeless(sink: Sink) -> bytes:
    if sink.name in OF_VALKEY or sink.name == "database: fields" or "reportline.db" in sink.name:
        return b""  # read value by value in the tests above
    return WIRE_DATE.sub(b"", sink.content) if sink.name == "intake: HTTP" else sink.content


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_log_line_tells_the_hour(runs: dict[str, ScenarioRun], scenario: str) -> None:
    """Each line of ours has the hour, and no other field that tells a time."""
    hours = {hour_of(runs[scenario].began), hour_of(runs[scenario].ended)}
    for sink in runs[scenario].end.sinks:
        if sink.name.endswith((".err", ".log")) and "Valkey" not in sink.name:
            lines = [json.loads(line) for line in sink.content.splitlines() if line.startswith(b"{")]
            assert {line["hour"] for line in lines} <= hours
            assert not any({"time", "timestamp", "at", "created"} & line.keys() for line in lines)


def test_no_file_tells_when_it_was_written_or_read(runs: dict[str, ScenarioRun]) -> None:
    """Of each file and folder the times of change and of reading are an hour's, but for the written list."""
    found: list[str] = []
    for span, collection in _collections(runs):
        told = [f"{name}: changed" for name, changed, _, _ in collection.times if span.holds(changed / 1e9)]
        told += [f"{name}: read" for name, _, read, _ in collection.times if span.holds(read / 1e9)]
        found += [one for one in told if not _cannot_be_helped(one)]
    assert not found, "\n".join(found)


def _cannot_be_helped(found: str) -> bool:
    name, _, what = found.partition(": ")
    exact = any(re.fullmatch(pattern, name) for pattern in EXACT_FILES)
    return exact or (what == "read" and re.fullmatch(READ_AT_START, name) is not None)


def test_reports_wait_on_the_disk_while_their_files_are_looked_at(runs: dict[str, ScenarioRun]) -> None:
    """The times above are also those of reports that wait, and of one that was set aside."""
    midway, end = runs["intake in trouble"].collections
    assert sum(name.startswith("bot/outbox/") and name.endswith(".json") for name, *_ in midway.times) > 3
    assert any(name.startswith("bot/outbox/set_aside/") for name, *_ in end.times)


def test_no_table_of_reports_is_numbered(runs: dict[str, ScenarioRun]) -> None:
    """Tables in which SQLite counts rows are those of the list, and nothing is counted beyond."""
    fields = runs["talks"].end.fields
    written = [str(one.value) for one in fields if (one.table, one.column) == ("sqlite_master", "sql")]
    tables = [sql for sql in written if sql.startswith("CREATE TABLE")]
    numbered = {re.split(r"\W+", sql)[2] for sql in tables if not sql.rstrip().endswith("WITHOUT ROWID")}
    assert numbered == NUMBERED_TABLES
    assert not any("AUTOINCREMENT" in sql for sql in tables)


@pytest.mark.parametrize(("table", "key"), [("reports", "draft_id"), ("items", "item_id")])
def test_rows_are_in_the_order_of_random_keys(runs: dict[str, ScenarioRun], table: str, key: str) -> None:
    """A table's rows come in the order of keys that were drawn, and so in none that tells of time."""
    fields = runs["talks"].end.fields
    keys = [str(one.value) for one in fields if (one.table, one.column) == (table, key)]
    assert len(keys) >= FEW
    assert keys == sorted(keys)


def test_numbers_drawn_do_not_follow_one_another(runs: dict[str, ScenarioRun]) -> None:
    """Drafts, receipts and items share no part, as they would if a clock or a counter were in them."""
    end = runs["talks"].end
    drafts = {report.draft_id for report in end.reports}
    receipts = {report.receipt.replace("-", "") for report in end.reports}
    items = {str(one.value) for one in end.fields if (one.table, one.column) == ("items", "item_id")}
    for numbers in (drafts, receipts, items):
        assert len(numbers) >= FEW
        assert not _share_a_part(numbers)


def _share_a_part(numbers: Iterable[str]) -> bool:
    parts = [(at, number[at : at + 8]) for number in numbers for at in range(0, len(number) - 7, 8)]
    return len(parts) != len(set(parts))


def test_a_report_tells_its_hour(runs: dict[str, ScenarioRun]) -> None:
    """What the intake reads under the seal is the hour of the run."""
    hours = {hour_of(runs["talks"].began), hour_of(runs["talks"].ended)}
    assert {report.hour.strftime("%Y-%m-%dT%H:%MZ") for report in runs["talks"].end.reports} <= hours

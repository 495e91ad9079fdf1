"""No identity: what Telegram or a system tells of a reporter is nowhere in all that was written and sent.

Fresh markers are planted in every field of every kind of update, every step of the talk and every failure is
played by real processes whose every log is turned up, and every byte is searched in every encoding.
"""

import json
import re
from collections.abc import Iterator

import pytest

from conversations.flow import HANDED_IN
from tests.canaries.markers import Kind
from tests.canaries.script import goals
from tests.canaries.search import Haystacks, Sink
from tests.canaries.theatre import SCENES, Played

pytestmark = [pytest.mark.alone("five scenes play at the same time, on all cores"), pytest.mark.timeout(300)]

_HOUSE_FILES = ("data: names", "data: intake/reportline.db", "written: names")
WRITTEN = {
    "talks": (
        *_HOUSE_FILES,
        *("data: intake/reportline.db-wal", "database: fields", "database: opened"),
        *("written: bot.out", "written: bot.err", "written: intake.out", "written: intake.err"),
        *("intake: HTTP", "intake: opened", "Telegram"),
        *("Valkey: keys and values", "Valkey: the way to it", "Valkey: dump.rdb"),
    ),
    "intake in trouble": (*_HOUSE_FILES, "written: intake.err", "intake: HTTP", "intake: opened", "Telegram"),
    "Telegram in trouble": (*_HOUSE_FILES, "written: bot.out", "written: bot.err", "Telegram"),
    "host that fails": (*_HOUSE_FILES, "written: bot.out", "written: bot.err", "Telegram"),
    "terminal": (*_HOUSE_FILES, "data: run.log", "written: terminal.out", "intake: HTTP", "database: opened"),
}
MET = {
    "talks": {
        "store_away",
        "store_back",
        "left_group",
        "update_skipped",
        "reporter_gone",
        "telegram_refused",
    },
    "intake in trouble": {
        *("intake_away", "intake_refuses_key", "intake_back", "outbox_full", "entry_set_aside"),
        *("DatabaseAway", "unexpected_error"),
    },
    "Telegram in trouble": {
        *("telegram_slowed_down", "telegram_unreachable", "telegram_refused", "reporter_gone"),
        *("telegram_other_poller", "telegram_token_refused"),
    },
    "host that fails": {
        *("ValueError", "KeyError", "FileNotFoundError", "UnicodeDecodeError", "ValidationError"),
        *("JSONDecodeError", "RuntimeError", "EndingError"),
    },
    "terminal": {"started", "stopped"},
}


@pytest.mark.parametrize("scene", SCENES)
def test_no_marker_is_found(played: dict[str, Played], scene: str) -> None:
    """Nothing of what was planted is in any file, database, log, output or message."""
    assert played[scene].end.sinks
    assert not played[scene].findings, "\n".join(map(str, played[scene].findings))


@pytest.mark.parametrize("scene", SCENES)
def test_every_sink_was_there_to_be_searched(played: dict[str, Played], scene: str) -> None:
    """Each place to which something is written or sent holds something."""
    empty = [name for name in WRITTEN[scene] if not played[scene].content(name)]
    assert not empty


@pytest.mark.parametrize("scene", SCENES)
def test_every_failure_was_met(played: dict[str, Played], scene: str) -> None:
    """Each failure that a scene plays has left its line in a log."""
    lines = list(_log_lines(played[scene]))
    met = {line["event"] for line in lines} | {line.get("error", "") for line in lines}
    assert MET[scene] <= met


def _log_lines(played: Played) -> Iterator[dict[str, str]]:
    for sink in played.end.sinks:
        if sink.name.endswith((".err", ".log")):
            yield from (json.loads(line) for line in sink.content.splitlines() if line.startswith(b"{"))


@pytest.mark.parametrize("process", ["bot", "intake"])
def test_both_houses_crashed(played: dict[str, Played], process: str) -> None:
    """Both processes were killed within a turn, and left where their code was, in no other words."""
    errors = played["talks"].content(f"written: {process}.err")
    assert b"Fatal Python error" in errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize("library", ["httpcore", "httpx", "telegram", "asyncio", "py.warnings"])
def test_every_library_was_turned_up(played: dict[str, Played], library: str) -> None:
    """The libraries' own loggers wrote whatever they had, down to DEBUG."""
    assert re.search(rf"^{library}".encode(), played["talks"].content("written: bot.out"), re.MULTILINE)


def test_every_step_and_choice_was_reached(played: dict[str, Played]) -> None:
    """The talks that were played lead through the whole flow."""
    assert goals() - set(HANDED_IN) <= played["talks"].end.done


@pytest.mark.parametrize("kind", [Kind.WORDS, Kind.OWN])
def test_the_search_finds_what_a_reporter_may_read(played: dict[str, Played], kind: Kind) -> None:
    """The same search, told to allow nothing, finds the reporter's words where they were read back."""
    markers = [marker for marker in played["talks"].planter.mint.markers.values() if marker.kind is kind]
    found = Haystacks(markers).search(Sink("Telegram", played["talks"].content("Telegram")))
    assert {finding.way for finding in found} >= {"plain"}


def test_what_was_meant_for_the_intake_reached_it(played: dict[str, Played]) -> None:
    """Under the seal, and in the database under its key, are the words that were meant for them."""
    markers = [
        marker for marker in played["talks"].planter.mint.markers.values() if marker.kind is Kind.WORDS
    ]
    for name in ("intake: opened", "database: opened"):
        assert Haystacks(markers).search(Sink(name, played["talks"].content(name)))

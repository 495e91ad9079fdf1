"""No data of Telegram or a system about a reporter's identity is written or sent anywhere.

Fresh markers are planted in every field of every kind of update. Real processes with all logs enabled go
through every step of the talk and every failure. Then every byte is searched in every encoding.
"""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from conversations.flow import HANDED_IN
from tests.canaries.markers import Kind
from tests.canaries.runs import SCENARIOS, ScenarioRun, told
from tests.canaries.script import goals
from tests.canaries.search import Haystacks, Sink

pytestmark = [
    pytest.mark.busy("five scenarios play at the same time"),
    pytest.mark.timeout(300),
]

_FILES = ("data: names", "data: intake/reportline.db", "written: names")
WRITTEN = {
    "talks": (
        *_FILES,
        *("data: intake/reportline.db-wal", "database: fields", "database: opened"),
        *("written: bot.out", "written: bot.err", "written: intake.out", "written: intake.err"),
        *("intake: HTTP", "intake: opened", "Telegram"),
        *("Valkey: keys and values", "Valkey: the way to it", "Valkey: dump.rdb"),
    ),
    "intake in trouble": (*_FILES, "written: intake.err", "intake: HTTP", "intake: opened", "Telegram"),
    "Telegram in trouble": (*_FILES, "written: bot.out", "written: bot.err", "Telegram"),
    "host that fails": (*_FILES, "written: bot.out", "written: bot.err", "Telegram"),
    "terminal": (*_FILES, "data: run.log", "written: terminal.out", "intake: HTTP", "database: opened"),
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
        *("DatabaseAway", "database_away"),
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


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_marker_is_found(runs: dict[str, ScenarioRun], scenario: str) -> None:
    """Nothing of what was planted is in any file, database, log, output or message."""
    assert runs[scenario].end.sinks
    assert not runs[scenario].findings, "\n".join(map(str, runs[scenario].findings))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_sink_was_there_to_be_searched(runs: dict[str, ScenarioRun], scenario: str) -> None:
    """Each place to which something is written or sent holds something."""
    empty = [name for name in WRITTEN[scenario] if not runs[scenario].content(name)]
    assert not empty


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_failure_was_met(runs: dict[str, ScenarioRun], scenario: str) -> None:
    """Each failure of a scenario has left its line in a log."""
    lines = list(_log_lines(runs[scenario]))
    met = {line["event"] for line in lines} | {line.get("error", "") for line in lines}
    assert MET[scenario] <= met


def _log_lines(run: ScenarioRun) -> Iterator[dict[str, str]]:
    for sink in run.end.sinks:
        if sink.name.endswith((".err", ".log")):
            yield from (json.loads(line) for line in sink.content.splitlines() if line.startswith(b"{"))


@pytest.mark.parametrize("process", ["bot", "intake"])
def test_bot_and_intake_crashed(runs: dict[str, ScenarioRun], process: str) -> None:
    """Both processes were killed within a turn, and wrote only where their code was."""
    errors = runs["talks"].content(f"written: {process}.err")
    assert b"Fatal Python error" in errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize("library", ["httpcore", "httpx", "asyncio"])
def test_every_library_logged_at_debug(runs: dict[str, ScenarioRun], library: str) -> None:
    """The libraries' own loggers wrote all their records, down to DEBUG.

    That of python-telegram-bot wrote each call when its bot made it; its request alone writes nothing.
    """
    assert re.search(rf"^{library}".encode(), runs["talks"].content("written: bot.out"), re.MULTILINE)


def test_every_step_and_choice_was_reached(runs: dict[str, ScenarioRun], tell: Callable[[str], None]) -> None:
    """The talks of the scenario go through the whole flow."""
    tell(told(runs.values()))
    assert goals() - set(HANDED_IN) <= runs["talks"].end.done


@pytest.mark.parametrize("kind", [Kind.WORDS, Kind.OWN])
def test_the_search_finds_what_a_reporter_may_read(runs: dict[str, ScenarioRun], kind: Kind) -> None:
    """The same search, told to allow nothing, finds the reporter's words where they were read back."""
    markers = [marker for marker in runs["talks"].planter.mint.markers.values() if marker.kind is kind]
    found = Haystacks(markers).search(Sink("Telegram", runs["talks"].content("Telegram")))
    assert {finding.way for finding in found} >= {"plain"}


def test_what_was_meant_for_the_intake_reached_it(runs: dict[str, ScenarioRun]) -> None:
    """Under the seal, and in the database under its key, are the words that were meant for them."""
    markers = [marker for marker in runs["talks"].planter.mint.markers.values() if marker.kind is Kind.WORDS]
    for name in ("intake: opened", "database: opened"):
        assert Haystacks(markers).search(Sink(name, runs["talks"].content(name)))

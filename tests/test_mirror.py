"""A module's tests are at its mirrored path: `tests/bot/talks/test_limits.py` tests `bot/talks/limits.py`.

One module may have several test files, such as `test_limits_shared.py`. A module without one is listed here,
with the file that tests it in its place and why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("bot", "conversations", "intake_api", "locales", "reportline", "reportline_queue")


@dataclass(frozen=True)
class Elsewhere:
    """Modules of one package without test files of their own, the file that tests them, and the reason."""

    package: str
    modules: str
    tested_in: str
    why: str

    def paths(self) -> set[str]:
        """Give the modules by their paths."""
        return {f"{self.package}/{name}.py" for name in self.modules.split()}


ELSEWHERE = (
    Elsewhere("bot", "exchange", "tests/bot/talks/test_runner.py", "types alone"),
    Elsewhere(
        "bot/channels/telegram",
        "chat_queue sender",
        "tests/bot/channels/telegram/test_sending.py",
        "a call waits, is sent and fails as one",
    ),
    Elsewhere(
        "bot/channels/telegram",
        "newer_token",
        "tests/bot/channels/telegram/test_polling_mended.py",
        "a token is read again while a real server refuses the old one",
    ),
    Elsewhere(
        "bot/commands", "bot", "tests/test_way_of_a_report.py", "the real command against Telegram's stand-in"
    ),
    Elsewhere(
        "bot/commands", "fleet", "tests/bot/fleet/test_sync.py", "the commands print what these tests find"
    ),
    Elsewhere("bot/commands", "command_line", "tests/reportline/test_command_line.py", "how a command ends"),
    Elsewhere(
        "bot/commands", "flow", "tests/bot/tools/test_measure.py", "the command prints what is measured"
    ),
    Elsewhere(
        "bot/commands", "portal", "tests/bot/tools/test_portal_links.py", "the command prints the links"
    ),
    Elsewhere("bot/commands", "preview", "tests/bot/tools/test_preview.py", "the command writes the pages"),
    Elsewhere(
        "bot/fleet",
        "chosen_bots sync_calls",
        "tests/bot/fleet/test_sync.py",
        "parts of one command, fleet sync",
    ),
    Elsewhere("bot/fleet", "invitations", "tests/bot/tools/test_portal_links.py", "parts of one command"),
    Elsewhere("bot/fleet", "host", "tests/bot/fleet/test_webhooks_served.py", "a fleet as it is served"),
    Elsewhere("bot/polled", "host", "tests/bot/polled/test_health.py", "a polled bot as it is served"),
    Elsewhere("conversations", "events talk", "tests/conversations/test_repr.py", "types alone"),
    Elsewhere(
        "conversations/address/finding",
        "patterns",
        "tests/conversations/address/finding/test_reading.py",
        "what finding reads with",
    ),
    Elsewhere(
        "conversations/address/finding",
        "spoken_words",
        "tests/conversations/address/finding/test_spoken.py",
        "words, which are read there",
    ),
    Elsewhere(
        "conversations/address",
        "limits public_suffixes url_standard",
        "tests/reportline_queue/address/test_same_as_intake.py",
        "the client's own versions of these are compared with them",
    ),
    Elsewhere(
        "conversations/flow",
        "after asides before cards conditions rows steps",
        "tests/conversations/flow/test_flow.py",
        "one table",
    ),
    Elsewhere(
        "conversations/turns",
        "turn",
        "tests/conversations/turns/test_engine.py",
        "parts of one function, advance; tests/transcripts/ holds what they say",
    ),
    Elsewhere(
        "conversations/turns",
        "changes links",
        "tests/conversations/turns/test_linked.py",
        "what is done with links, and with words beside them",
    ),
    Elsewhere("conversations/hearing", "needs", "tests/conversations/hearing/test_phrases.py", "types alone"),
    Elsewhere(
        "conversations/portals",
        "values",
        "tests/conversations/portals/test_file.py",
        "a value is checked as it stands in a file",
    ),
    Elsewhere(
        "conversations/words",
        "buttons channels details exits invitation naming opening presentation remarks sending",
        "tests/conversations/words/test_words.py",
        "sentences, read as one table",
    ),
    Elsewhere(
        "intake_api",
        "clock faults http/dependencies roles",
        "tests/intake_api/http/test_access.py",
        "each call's key, role and refusal",
    ),
    Elsewhere(
        "intake_api",
        "analysts/examples analysts/shapes export/examples hand_in/examples hand_in/shapes "
        "http/contract http/shapes numbers/examples numbers/shapes",
        "tests/intake_api/server/test_openapi.py",
        "what docs/api/openapi.json is made of",
    ),
    Elsewhere(
        "intake_api/analysts",
        "analyst_request routes showing transactions",
        "tests/intake_api/analysts/test_claims.py",
        "called over HTTP, as clients do",
    ),
    Elsewhere(
        "intake_api/commands",
        "backup command_line keys serving",
        "tests/reportline/test_command_line.py",
        "thin: each calls one function of the packages below",
    ),
    Elsewhere(
        "intake_api/export",
        "routes",
        "tests/intake_api/export/test_assessments.py",
        "called over HTTP, as clients do",
    ),
    Elsewhere(
        "intake_api/items",
        "circumstances making merger queue_places reopening totals",
        "tests/intake_api/items/test_merging.py",
        "steps of one merge",
    ),
    Elsewhere(
        "intake_api/numbers",
        "routes",
        "tests/intake_api/numbers/test_counting.py",
        "called over HTTP, as clients do",
    ),
    Elsewhere(
        "intake_api/server",
        "app assembly description",
        "tests/intake_api/server/test_openapi.py",
        "the API as a whole, against its document",
    ),
    Elsewhere(
        "intake_api/known_keys",
        "logged",
        "tests/intake_api/known_keys/test_checks.py",
        "compared with what the database knows",
    ),
    Elsewhere(
        "intake_api/store",
        "sqlite postgresql",
        "tests/intake_api/store/test_database_sqlite.py",
        "used by database alone",
    ),
    Elsewhere(
        "intake_api/store",
        "away",
        "tests/intake_api/numbers/test_readiness.py",
        "met on disks that are full or read-only",
    ),
    Elsewhere(
        "intake_api/store", "columns models revision", "tests/intake_api/store/test_schema.py", "tables alone"
    ),
    Elsewhere(
        "intake_api/store/migrations",
        "env versions/0001_first_tables versions/0002_a_queue_for_many versions/0003_keys_and_rows "
        "versions/0004_orders_without_clocks versions/0005_words_within_reach "
        "versions/0006_entries_that_bind versions/0007_processes versions/0008_words_unshown "
        "versions/0009_numbered_claims versions/0010_circumstances_after_a_decision",
        "tests/intake_api/store/test_migrations.py",
        "run by Alembic",
    ),
    Elsewhere(
        "intake_api/upkeep",
        "sealed_columns",
        "tests/intake_api/upkeep/test_rotation.py",
        "the columns are what a rotation seals anew",
    ),
    Elsewhere(
        "intake_api/upkeep",
        "upgrading",
        "tests/intake_api/known_keys/test_checks.py",
        "what an upgrade adds is the keys' check values",
    ),
    Elsewhere(
        "intake_api/upkeep",
        "restoring",
        "tests/intake_api/upkeep/test_backup.py",
        "a backup is right when it can be restored",
    ),
    Elsewhere(
        "locales", "glossary", "tests/locales/test_check.py", "each fault of a glossary is one of the check's"
    ),
    Elsewhere(
        "reportline",
        "doctor setting_up",
        "tests/reportline/test_command_line.py",
        "each is one command, run as a process",
    ),
    Elsewhere("reportline", "log_events", "tests/reportline/test_logs.py", "the log writes what it lists"),
    Elsewhere("reportline", "readiness", "tests/reportline/test_settings.py", "one exception"),
    Elsewhere(
        "reportline",
        "__main__ http_server",
        "tests/intake_api/server/test_listening.py",
        "a real server, started as a process",
    ),
    Elsewhere(
        "reportline_queue",
        "claim_argument decisions errors export leads own_claims printing text "
        "intake/api intake/server_url vocabulary/words",
        "tests/reportline_queue/test_client.py",
        "commands of one client, against a real intake",
    ),
    Elsewhere("reportline_queue", "items", "tests/reportline_queue/test_tables.py", "drawn as tables are"),
    Elsewhere("reportline_queue", "__main__", "tests/reportline_queue/test_starting.py", "run as a process"),
    Elsewhere(
        "reportline_queue",
        "questions",
        "tests/reportline_queue/test_work.py",
        "asked while working, against a real intake",
    ),
    Elsewhere(
        "reportline_queue/address",
        "limits url_standard",
        "tests/reportline_queue/address/test_same_as_intake.py",
        "what the client has in place of a library",
    ),
)


def _modules() -> set[str]:
    """Give every module of ours that can hold logic; an `__init__` is a map, a link another's module."""
    found = (path for part in PARTS for path in (ROOT / part).rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.name != "__init__.py" and not path.is_symlink()
    }


def _tests_of(module: str) -> Iterator[Path]:
    path = Path(module)
    folder = ROOT / "tests" / path.parent
    yield from folder.glob(f"test_{path.stem}.py")
    yield from folder.glob(f"test_{path.stem}_*.py")


def _untested() -> set[str]:
    return {module for module in _modules() if not any(_tests_of(module))}


def test_every_module_has_its_test_file_or_a_reason() -> None:
    listed = set().union(*(entry.paths() for entry in ELSEWHERE))
    assert sorted(_untested() - listed) == [], "write its test file in the mirrored folder"
    assert sorted(listed - _untested()) == [], "it has a test file, or is gone: take it off the list"


def test_what_tests_a_listed_module_is_there() -> None:
    assert [entry.tested_in for entry in ELSEWHERE if not (ROOT / entry.tested_in).is_file()] == []
    assert all(entry.why for entry in ELSEWHERE)


def test_every_folder_of_tests_mirrors_a_package() -> None:
    folders = {path.parent for part in PARTS for path in (ROOT / "tests" / part).rglob("test_*.py")}
    strays = [folder for folder in folders if not (ROOT / folder.relative_to(ROOT / "tests")).is_dir()]
    assert strays == []

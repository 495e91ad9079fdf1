"""The log has none of the markers that are planted in everything around it; it is searched byte by byte."""

import ast
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from conversations.wire.report import ShortName
from reportline.log_events import EVENTS, FIELD_SHAPES
from reportline.logs import configure_logs, log_event, log_failure

ROOT = Path(__file__).parents[2]
MARKER = "CANARY7391"
LIBRARIES = (
    "",
    "httpx",
    "httpcore.http11",
    "telegram.ext.Updater",
    "uvicorn.error",
    "uvicorn.access",
    "sqlalchemy.engine.Engine",
    "asyncio",
    "aiosqlite",
    "alembic.runtime.migration",
)
SPEAK = f"""
import logging
for name in {LIBRARIES!r}:
    logger = logging.getLogger(name)
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(logger, level)("{MARKER} %s", "{MARKER}", extra={{"told": "{MARKER}"}})
    try:
        raise ValueError("{MARKER}")
    except ValueError:
        logger.exception("{MARKER}", stack_info=True)
"""


def _run(script: str, level: str = "DEBUG") -> tuple[list[dict[str, Any]], str]:
    """Run a script after configure_logs; give the lines of its log, and all that it wrote anywhere."""
    start = f"from reportline.logs import configure_logs, log_event, log_failure\nconfigure_logs({level!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", start + script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [json.loads(line) for line in done.stderr.splitlines()], done.stdout + done.stderr


def test_libraries_are_heard_without_their_words() -> None:
    """From each library's logger come its name and severity, from WARNING on, and never its words."""
    lines, everything = _run(SPEAK)
    assert MARKER not in everything
    assert {line["event"] for line in lines} == {"library"}
    assert {line["logger"] for line in lines} == {name or "root" for name in LIBRARIES}
    assert {line["severity"] for line in lines} == {"WARNING", "ERROR", "CRITICAL"}


def test_a_handler_added_later_gets_no_words() -> None:
    """Even a library that brings its own handlers and levels, before or after, has nothing to write."""
    script = f"""
import logging, logging.config, sys
logging.basicConfig(level="DEBUG", force=True, format="%(message)s %(args)s %(exc_text)s %(pathname)s")
own = logging.getLogger("httpx")
own.setLevel("DEBUG")
own.addHandler(logging.StreamHandler(sys.stdout))
own.debug("{MARKER} %s", "{MARKER}")
try:
    raise ValueError("{MARKER}")
except ValueError:
    own.exception("{MARKER}")
"""
    done = subprocess.run(
        [sys.executable, "-c", "from reportline.logs import configure_logs\nconfigure_logs()\n" + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "library" in done.stdout
    assert MARKER not in done.stdout + done.stderr


def test_handlers_added_before_are_removed() -> None:
    """A handler that was there before configure_logs writes nothing any more."""
    before = "import logging, sys\nlogging.getLogger('httpx').addHandler(logging.StreamHandler(sys.stdout))\n"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{before}from reportline.logs import configure_logs\nconfigure_logs()\n{SPEAK}",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"raise ValueError({MARKER!r})", id="uncaught"),
        pytest.param(
            f"import threading\ndef fail(): raise ValueError({MARKER!r})\nt = threading.Thread(target=fail)\n"
            "t.start()\nt.join()",
            id="in a thread",
        ),
        pytest.param(
            f"class Leaving:\n    def __del__(self): raise ValueError({MARKER!r})\nLeaving()", id="unraisable"
        ),
        pytest.param(
            f"import asyncio\nasync def fail(): raise ValueError({MARKER!r})\n"
            "async def main():\n    asyncio.create_task(fail())\n    await asyncio.sleep(0.01)\n"
            "    import gc; gc.collect()\n"
            "asyncio.run(main())",
            id="in a task that nobody awaits",
        ),
        pytest.param(
            f"import asyncio\ndef fail(): raise ValueError({MARKER!r})\n"
            "async def main():\n    asyncio.get_running_loop().call_soon(fail)\n"
            "    await asyncio.sleep(0.01)\n"
            "asyncio.run(main())",
            id="in a callback of the loop",
        ),
        pytest.param(f"import warnings\nwarnings.warn({MARKER!r})", id="a warning"),
        pytest.param(
            f"try:\n    raise OSError({MARKER!r})\nexcept OSError as first:\n"
            f"    raise ExceptionGroup({MARKER!r}, [ValueError({MARKER!r})]) from first",
            id="a group with a cause",
        ),
    ],
)
def test_an_error_leaves_a_line_without_its_words(script: str) -> None:
    """Whatever way an error takes out of the program, one line is left, and no traceback."""
    lines, everything = _run(script)
    assert len(lines) == 1
    assert MARKER not in everything
    assert "Traceback" not in everything
    assert lines[0].get("error", "ValueError") == "ValueError"


def test_an_interrupt_leaves_nothing() -> None:
    """Who stops the program from the keyboard is told nothing."""
    assert _run("raise KeyboardInterrupt") == ([], "")


def test_failure_names_kind_and_place_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """A failure is logged as its kind and our innermost place, under a number that is returned."""
    from conversations.wire.report import write_receipt  # noqa: PLC0415 - any function of ours that raises

    with pytest.raises(ValueError, match="10 bytes") as caught:
        write_receipt(b"")
    incident = log_failure("unexpected_error", caught.value)
    line = json.loads(capsys.readouterr().err)
    assert re.fullmatch("[0-9a-f]{8}", incident)
    assert (line["incident"], line["error"]) == (incident, "ValueError")
    assert re.fullmatch(r"conversations/wire/report\.py:write_receipt:[0-9]+", line["place"])


def test_times_are_floored_to_the_hour() -> None:
    """No line tells a time finer than an hour."""
    lines, _ = _run("log_event('started', house='bot')")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00Z", lines[0].pop("hour"))
    assert lines == [{"event": "started", "house": "bot", "level": "info"}]


def test_lines_that_one_report_causes_are_not_written_by_default() -> None:
    """A collector's own time stamp on such a line would tell when the report was made."""
    lines, _ = _run("log_event('report_sealed')\nlog_event('report_delivered')\nlog_event('stopped')", "INFO")
    assert [line["event"] for line in lines] == ["stopped"]


@pytest.mark.parametrize(
    "value",
    ["example.com", "@name", "a b", "telegram\n", "x" * 65, "", 123456789, -1, "123456789", 1.5, None, "é"],
)
def test_no_content_fits_into_a_field(capsys: pytest.CaptureFixture[str], value: Any) -> None:
    """Values out of shape are left out, and the line says how many."""
    log_event("started", house=value, channel=value)
    line = json.loads(capsys.readouterr().err)
    assert (line["fields_dropped"], line.keys() & {"house", "channel"}) == (2, set())


def test_no_number_is_long_enough_for_a_chat(capsys: pytest.CaptureFixture[str]) -> None:
    """A count has five digits at most; Telegram's chats have more."""
    log_event("telegram_slowed_down", seconds=123456)
    assert json.loads(capsys.readouterr().err)["fields_dropped"] == 1


@pytest.mark.parametrize("portal", ["ar", "my-2", "pilot_3", "x", "a" * 32])
def test_a_flood_names_its_portal_however_that_is_called(
    capsys: pytest.CaptureFixture[str], portal: str
) -> None:
    """All that a portal's file may be called, but for a number as long as a chat's."""
    TypeAdapter(ShortName).validate_python(portal)
    log_event("many_reports", portal=portal, channel="telegram", number=700)
    log_event("many_reports", portal=f"a{'1' * 6}", channel="telegram", number=700)
    named, chat = map(json.loads, capsys.readouterr().err.splitlines())
    assert (named["portal"], "fields_dropped" in named) == (portal, False)
    assert chat["fields_dropped"] == 1


def test_unlisted_names_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is not in the table is not written; nor is a field of another event."""
    log_event(MARKER, house="bot")
    log_event("intake_back", house="bot", **{MARKER: MARKER})
    unlisted, back = map(json.loads, capsys.readouterr().err.splitlines())
    assert (unlisted["event"], unlisted["fields_dropped"]) == ("unlisted", 1)
    assert (back["event"], back["fields_dropped"], MARKER in back) == ("intake_back", 2, False)


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    """With standard error closed, or its reader gone, the program goes on."""
    lines, everything = _run("import sys\nsys.stderr.close()\nlog_event('stopped')\nprint('on')")
    assert (lines, everything) == ([], "on\n")


def test_an_unknown_level_is_refused() -> None:
    """A level that there is not is the caller's error."""
    with pytest.raises(KeyError):
        configure_logs("LOUD")


def test_the_table_is_whole() -> None:
    """Every event says what it means and what to do, and every field of it has a shape."""
    for name, listed in EVENTS.items():
        assert re.fullmatch("[a-z_]+", name)
        assert listed.meaning
        assert listed.advice
        assert listed.level in {logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR}
        assert set(listed.fields) <= FIELD_SHAPES.keys()


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    folders = ("bot", "conversations", "intake_api", "locales", "reportline")
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.func.id, node


def test_every_call_in_the_house_is_listed() -> None:
    """Every event that our code logs by name is in the table, with the fields that it gives."""
    logged = [(place, call) for place, called, call in _calls() if called in {"log_event", "log_failure"}]
    assert logged
    for place, call in logged:
        if isinstance(call.args[0], ast.Constant):
            name = str(call.args[0].value)
            assert name in EVENTS, place
            assert {keyword.arg for keyword in call.keywords if keyword.arg} <= set(EVENTS[name].fields), (
                place
            )


def test_nothing_in_the_house_writes_past_the_log() -> None:
    """Our code uses neither structlog nor a handler of its own, and prints no traceback."""
    for path in ("bot", "conversations", "intake_api", "locales"):
        for file in (ROOT / path).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert not re.search(
                r"structlog|import traceback|StreamHandler|FileHandler|basicConfig|dictConfig", text
            ), file.name

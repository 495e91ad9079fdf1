"""The analysts' client against the API as a process: tables, safe text, and a sentence for each failure."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from intake_api.queue_client import queue
from intake_api.queue_tables import clean, safe
from intake_api.settings import IntakeSettings
from tests.intake_api.office import a_report, prepare
from tests.intake_api.served import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve one intake for the tests of this file."""
    folder = tmp_path_factory.mktemp("served")
    prepare(IntakeSettings(data_dir=folder))
    with serving(folder) as process:
        yield process


def _run(served: Served, *arguments: str, **environment: str) -> Result:
    ours = {
        "REPORTLINE_DATA_DIR": str(served.folder),
        "REPORTLINE_INTAKE_URL": served.url,
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    return CliRunner().invoke(queue, arguments, env=ours | environment)


def _claim(served: Served, *addresses: str, **said: Any) -> str:
    assert served.hand_in(a_report(*addresses, live="yes", **said)).status_code == 202
    for _ in range(200):
        found = re.search(r"\b[0-9a-f]{16}\b", _run(served, "next").stdout)
        if found:
            return found[0]
    raise AssertionError("the report never came into the queue")


def test_a_report_is_taken_shown_and_assessed(served: Served) -> None:
    claim = _claim(served, "https://example.com/1?a=b#c", note="third post", referer="https://example.net/x")
    shown = _run(served, "show", claim)
    assert shown.exit_code == 0
    assert "hxxps://example[.]com/1?a=b[#]c" in shown.stdout
    assert "hxxps://example[.]net/x" in shown.stdout
    assert "third post" in shown.stdout
    decided = ("--severity", "C", "--youngest-child", "pubescent", "--action", "removed", "--note", "mirror")
    assessed = _run(served, "assess", claim, "--outcome", "baseline", *decided)
    assert (assessed.exit_code, assessed.stdout) == (0, "Recorded. Thank you.\n")


def test_no_address_can_be_clicked_unless_asked_for(served: Served) -> None:
    claim = _claim(served, "https://example.com/2", note="same as https://example.org/3, see @example")
    assert not re.search(r"https?:|\w\.\w|@\w", _run(served, "show", claim).stdout)
    assert "\nhttps://example.com/2\n" in _run(served, "show", claim, "--plain-addresses").stdout


def test_a_long_address_comes_whole_on_one_line(served: Served) -> None:
    address = f"https://example.com/{'a' * 600}"
    claim = _claim(served, address)
    assert f"\n{address}\n" in _run(served, "show", claim, "--plain-addresses", COLUMNS="40").stdout


@pytest.mark.parametrize("columns", ["30", "80", "200"])
def test_a_claim_can_be_copied_from_a_terminal_of_any_width(served: Served, columns: str) -> None:
    served.hand_in(a_report(live="yes"))
    for _ in range(200):
        shown = _run(served, "next", COLUMNS=columns).stdout
        if "Nothing waits" not in shown:
            break
    [claim] = re.findall(r"\b[0-9a-f]{16}\b", shown)
    assert _run(served, "show", claim, COLUMNS=columns).exit_code == 0


def test_what_a_reporter_wrote_does_not_command_the_terminal(served: Served) -> None:
    note = "[red]third[/red] \x1b[2J\x07\u202epost\u2066\r\nsecond \U000e0041line"
    shown = _run(served, "show", _claim(served, "https://example.com/4", note=note)).stdout
    assert "[red]third[/red]" in shown
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\r", "\U000e0041"} & set(shown)


def test_joiners_that_a_script_needs_are_kept() -> None:
    assert clean("می\u200cروم क्\u200dष\n") == "می\u200cروم क्\u200dष\n"


def test_an_address_within_a_sentence_is_defanged() -> None:
    shown = safe("see (https://example.com/a), or 3.5 pages on")
    assert shown == "see (https[:]//example[.]com/a), or 3.5 pages on"


def test_a_released_claim_is_lost_and_said_so(served: Served) -> None:
    claim = _claim(served, "https://example.com/5")
    assert _run(served, "release", claim).exit_code == 0
    for lost in (("release", claim), ("show", claim), ("assess", claim, "--outcome", "ignore")):
        ended = _run(served, *lost)
        assert ended.exit_code == 1
        assert ended.stderr.startswith("This claim does not hold. It was released, assessed,")
        assert ended.stdout == ""
    _run(served, "next", "--count", "20")


def test_an_empty_queue_is_told(served: Served) -> None:
    _run(served, "next", "--count", "20")
    assert _run(served, "next").stdout == "Nothing waits in the queue.\n"


def test_stats_count_items_and_reports(served: Served) -> None:
    _claim(served, "https://example.com/6", portal="international", language="en")
    shown = _run(served, "stats").stdout
    assert "waiting" in shown
    assert re.search(r"international\W+en\W+\d+", shown)


def test_a_contradiction_is_told_before_anything_is_sent(served: Served) -> None:
    ended = _run(served, "assess", "0" * 16, "--outcome", "ignore", "--severity", "A")
    assert ended.exit_code == 1
    assert ended.stderr == "This does not go together: severity is for illegal material only.\n"


@pytest.mark.parametrize("claim", ["../counts", "a b", "\u00e9", "x/y", "%2e"])
def test_what_is_no_claim_is_told(served: Served, claim: str) -> None:
    ended = _run(served, "show", claim)
    assert ended.exit_code == 1
    assert ended.stderr.startswith("A claim is 16 characters")


def test_a_claim_out_of_shape_is_told(served: Served) -> None:
    ended = _run(served, "show", "abc")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("The request is not in shape.")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"REPORTLINE_INTAKE_URL": "http://127.0.0.1:1"}, "The intake does not answer at http://127.0.0.1:1"),
        ({"REPORTLINE_INTAKE_URL": "http://example.com"}, "use https"),
        ({"REPORTLINE_INTAKE_URL": "nonsense"}, "write it as https://host"),
        ({"REPORTLINE_ANALYST_TOKEN": "wrong"}, "No valid access key."),
        ({"REPORTLINE_ANALYST_TOKEN": "\u00e9"}, "Your access key is damaged."),
        ({"REPORTLINE_DATA_DIR": "nowhere"}, "You need an access key: in nowhere/analyst.token"),
    ],
)
def test_every_failure_is_a_sentence(served: Served, environment: dict[str, str], sentence: str) -> None:
    ended = _run(served, "stats", **environment)
    assert ended.exit_code == 1
    assert sentence in ended.stderr
    assert isinstance(ended.exception, SystemExit)


def test_a_channels_key_is_told_to_be_of_another_door(served: Served) -> None:
    token = (served.folder / "channel.token").read_text().strip()
    assert "This key opens another door." in _run(served, "stats", REPORTLINE_ANALYST_TOKEN=token).stderr


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.split("/")[1]))
        self.end_headers()
        self.wfile.write(b"<html>\x1b[2J</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """Serve something that is not the intake."""
    with HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [("200", "is not this version of the intake"), ("502", "does not work as it should (it answers 502)")],
)
def test_whatever_else_answers_is_told_apart(
    served: Served, stranger: str, status: str, sentence: str
) -> None:
    ended = _run(served, "stats", REPORTLINE_INTAKE_URL=f"{stranger}/{status}")
    assert ended.exit_code == 1
    assert sentence in ended.stderr


def test_no_key_file_is_needed_where_the_environment_has_the_key(served: Served, tmp_path: Path) -> None:
    token = (served.folder / "analyst.token").read_text()
    environment = {"REPORTLINE_DATA_DIR": str(tmp_path), "REPORTLINE_ANALYST_TOKEN": token}
    assert _run(served, "stats", **environment).exit_code == 0

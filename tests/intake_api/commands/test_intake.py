"""The intake's commands work as an operator runs them, stop gently, lose nothing, and say what to do."""

import asyncio
import json
import shutil
import signal
import socket
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from intake_api.commands.checks import check
from intake_api.commands.intake import intake
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from tests.disks import small_disk
from tests.intake_api.running_api import NOON, a_report, environment, opened
from tests.intake_api.served_api import ServedApi, serving

MARK = "https://example.com/marker-3141"


def _lines(logged: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in logged.splitlines()]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_served_api_takes_reports_and_stops_when_told(
    settings: IntakeSettings, told: signal.Signals
) -> None:
    with serving(settings.data_dir, settings.database_url) as served:
        assert served.hand_in(a_report(MARK)).status_code == 202
        status, logged = served.end(told)
    assert status == 0
    assert [line["event"] for line in _lines(logged)] == ["started", "stopped"]


def test_a_log_has_one_line_for_each_trouble_and_nothing_of_what_was_sent(settings: IntakeSettings) -> None:
    """A malformed request writes none: its sender could fill the log. A single report writes none at once."""
    with serving(settings.data_dir, settings.database_url) as served:
        _make_trouble(served)
        _, logged = served.end(signal.SIGTERM)
    events = [line["event"] for line in _lines(logged)]
    assert events == ["started", "access_refused", "stopped"]
    assert "marker" not in logged
    assert "reportline-" not in logged


def _make_trouble(served: ServedApi) -> None:
    path = f"{served.url}/v1/reports/{'0' * 32}"
    token = (served.folder / "channel.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{served.url}/v1/counts?marker=1", trust_env=False).status_code == 401
    sealed = {"key_id": "k1", "sealed": "marker=="}
    assert httpx.put(path, json=sealed, headers=headers, trust_env=False).status_code == 422
    assert httpx.put(path, json={"a": MARK}, headers=headers, trust_env=False).status_code == 422
    answer = httpx.get(f"{served.url}/marker", trust_env=False)
    assert answer.status_code == 404
    assert "server" not in answer.headers
    with socket.create_connection(("127.0.0.1", httpx.URL(served.url).port or 0)) as nonsense:
        nonsense.sendall(b"marker\x00\r\n\r\n")
        assert nonsense.recv(64).startswith(b"HTTP/1.1 400 ")


async def test_killed_at_once_it_has_all_that_it_has_received(settings: IntakeSettings) -> None:
    """Reports answered with 202 become items at the next start at the latest, and each just once."""
    reports = [a_report() for _ in range(10)]
    with serving(settings.data_dir, settings.database_url) as served:
        for report in reports:
            assert served.hand_in(report).status_code == 202
        served.end(signal.SIGKILL)
    async with opened(settings) as api:
        await api.merged()
        assert sorted(await api.queue()) == sorted(report.addresses[0].given for report in reports)


def _run(settings: IntakeSettings, *arguments: str, **more: str) -> Result:
    return CliRunner().invoke(intake, arguments, env=environment(settings) | more)


def test_a_taken_port_is_told(settings: IntakeSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = _run(settings, "serve", REPORTLINE_INTAKE_PORT=str(taken.getsockname()[1]))
    assert ended.exit_code == 1
    assert "Set REPORTLINE_INTAKE_HOST and REPORTLINE_INTAKE_PORT." in ended.stderr
    assert isinstance(ended.exception, SystemExit)


def test_a_second_intake_on_a_file_is_told_that_and_not_to_take_another_port(
    sqlite_settings: IntakeSettings,
) -> None:
    with serving(sqlite_settings.data_dir, None) as served:
        port = str(httpx.URL(served.url).port)
        ended = _run(sqlite_settings, "serve", REPORTLINE_INTAKE_PORT=port)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Another intake serves this database. A file (SQLite) serves one process")


def test_without_a_set_up_it_says_what_to_do(tmp_path: Path) -> None:
    ended = _run(IntakeSettings(data_dir=tmp_path), "serve")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith(
        f"There is no folder {tmp_path}/intake. `reportline setup` makes it; on a "
    )


def test_a_wrong_setting_is_named_without_its_value(settings: IntakeSettings) -> None:
    ended = _run(settings, "serve", REPORTLINE_INTAKE_PORT="marker")
    assert ended.exit_code == 1
    assert "REPORTLINE_INTAKE_PORT" in ended.stderr
    assert "marker" not in ended.stderr


def test_upgrading_a_current_database_is_fine(settings: IntakeSettings) -> None:
    ended = _run(settings, "upgrade")
    assert (ended.exit_code, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    "name", ["", " ", "\x1b[31mred", "two\nlines", "\x1b]0;title\x07", "\u202eback", "\u2028"]
)
def test_an_access_key_is_of_somebody_whose_name_can_be_shown(
    sqlite_settings: IntakeSettings, name: str
) -> None:
    before = _run(sqlite_settings, "key", "list").stdout
    refused = _run(sqlite_settings, "key", "add", "analyst", name)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        "A holder's name is letters, digits and signs on one line. Write who will hold the key.\n"
    )
    assert _run(sqlite_settings, "key", "list").stdout == before


async def test_the_list_of_keys_shows_no_sign_that_a_terminal_obeys(sqlite_settings: IntakeSettings) -> None:
    """A key of an earlier version may have such a name."""
    async with opened(sqlite_settings) as api, api.intake.database.writing() as session:
        for name in ("\x1b[31mred\x07\u202e", "\u0646\u0645\u06cc\u200c\u0634\u0648\u062f"):
            await add_key(session, api.intake.audit, Role.ANALYST, name, NOON)
    shown = (await asyncio.to_thread(_run, sqlite_settings, "key", "list")).stdout
    assert "\ufffd[31mred\ufffd\ufffd" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "\u0646\u0645\u06cc\u200c\u0634\u0648\u062f" in shown


def test_an_access_key_is_made_listed_and_revoked(settings: IntakeSettings) -> None:
    token = _run(settings, "key", "add", "analyst", "[bold]second desk").stdout.strip()
    key_id = token.split("-")[1]
    assert "[bold]second desk" in _run(settings, "key", "list").stdout
    with serving(settings.data_dir, settings.database_url) as served:
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{served.url}/v1/counts", headers=headers, trust_env=False).status_code == 200
        assert _run(settings, "key", "revoke", key_id).exit_code == 0
        assert httpx.get(f"{served.url}/v1/counts", headers=headers, trust_env=False).status_code == 401
    again = _run(settings, "key", "revoke", key_id)
    assert (again.exit_code, again.stdout) == (1, "")


def test_the_doctor_sees_that_the_intakes_disk_is_nearly_full(
    settings: IntakeSettings, tmp_path: Path
) -> None:
    """With PostgreSQL too, whose own disk it names; a full disk takes no report, or loses the log's head."""
    with small_disk(tmp_path / "disk", 100 * 1024 * 1024) as disk:
        shutil.copytree(settings.data_dir, disk / "data")
        crowded = settings.model_copy(update={"data_dir": disk / "data"})
        [found] = [look for look in check(crowded) if look.name == "intake disk"]
        assert not found.fine
        assert "MiB are free" in found.advice
        assert str(disk / "data" / "intake") in found.advice
    [found] = [look for look in check(settings) if look.name == "intake disk"]
    assert found.fine
    assert ("PostgreSQL" in found.advice) is (settings.database_url is not None)

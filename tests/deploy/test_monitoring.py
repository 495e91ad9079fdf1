"""Every alarm and every panel of the dashboard asks for a series that a running process of ours gives."""

import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from bot.fleet.numbers import BotState, FleetNumbers, Kind, Taken, Troubled
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from reportline.log_events import EVENTS
from tests.intake_api.running_api import RunningApi, client, opened, prepare
from tests.system import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
ALERTS, DASHBOARD = FOLDER / "alerts.yml", FOLDER / "dashboard.json"
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
STATES = {*get_args(BotState), *get_args(Taken), *get_args(Troubled)}
SERIES = re.compile(r"\b(?:reportline_\w+|up)\b(?=[\s{)\[]|$)")
MATCHERS = re.compile(r'(\w+)="(\w+)"')


def _alerts() -> dict[str, dict[str, Any]]:
    written = YAML(typ="safe", pure=True).load(ALERTS)
    return {rule["alert"]: rule for group in written["groups"] for rule in group["rules"]}


def _queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def _asked() -> list[str]:
    return [*(rule["expr"] for rule in _alerts().values()), *_queries()]


def _names(exposition: str) -> set[str]:
    families = text_string_to_metric_families(exposition)
    return {family.name + ("_total" if family.type == "counter" else "") for family in families}


def _named_by_bots() -> set[str]:
    numbers = [FleetNumbers(lambda: 0.0, lambda: (0, 0), kind) for kind in get_args(Kind)]
    return set().union(*(_names(each.exposition().decode()) for each in numbers))


@pytest.fixture
def settings(tmp_path: Path) -> IntakeSettings:
    """Set an intake up."""
    settings = IntakeSettings(data_dir=tmp_path)
    prepare(settings)
    return settings


@pytest.fixture
async def api(settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run it."""
    async with opened(settings) as api:
        yield api


async def _named_by_intake(api: RunningApi) -> set[str]:
    async with api.intake.database.writing() as session:
        token = await add_key(session, api.intake.audit, Role.AUDITOR, "prometheus", api.clock())
    async with client(api.app, token) as prometheus:
        return _names((await prometheus.get("/metrics")).text)


async def test_every_query_asks_for_series_that_there_are(api: RunningApi) -> None:
    given = _named_by_bots() | await _named_by_intake(api) | {"up"}
    asked = {name for query in _asked() for name in SERIES.findall(query)}
    assert asked - given == set()
    assert given - {name for query in _queries() for name in SERIES.findall(query)} == set(), "show it too"


def test_every_query_asks_for_states_that_there_are() -> None:
    """A misspelt one would be silent for ever."""
    found = [pair for query in _asked() for pair in MATCHERS.findall(query)]
    assert found
    assert {label for label, _ in found} <= {"state", "outcome"}
    assert {value for _, value in found} <= STATES


def test_the_page_explains_every_alert_and_names_no_other() -> None:
    assert {*re.findall(r"^\| `(Reportline\w+)` \|", PAGE, re.MULTILINE)} == _alerts().keys()


def test_every_alert_says_what_to_do() -> None:
    for name, rule in _alerts().items():
        wanted = {"summary"} if name == "ReportlineWatchdog" else {"summary", "action"}
        assert rule["annotations"].keys() == wanted, name
        assert rule["labels"].keys() == {"severity"}, name


def test_the_events_that_the_page_alarms_on_exist_and_are_errors() -> None:
    listed = re.findall(r"`(\w+)`", PAGE.split("## Alarms on the log\n")[1].split("\n## ")[0])
    events = [name for name in listed if name in EVENTS]
    assert len(events) >= 8
    assert {name for name in listed if "_" in name} == {*events}
    assert all(EVENTS[name].level >= logging.ERROR for name in events)


def test_every_event_that_sets_reports_aside_is_named_by_its_alert_and_both_lists_of_the_page() -> None:
    """Otherwise somebody looks for a line of the log that is not there."""
    events = {name for name, event in EVENTS.items() if "flush --set-aside" in event.advice}
    assert len(events) >= 2
    (row,) = re.findall(r"^\| `ReportlineOutboxSetAside` .*$", PAGE, re.MULTILINE)
    action = _alerts()["ReportlineOutboxSetAside"]["annotations"]["action"]
    for told in (row, action, PAGE.split("## Alarms on the log\n")[1]):
        assert {name for name in events if name in told} == events


def test_who_runs_less_is_told_to_take_jobs_out() -> None:
    """A job without a process would alarm for ever."""
    told = "take out the jobs of what you do not run"
    (row,) = re.findall(r"^\| `prometheus.yml` .*$", PAGE, re.MULTILINE)
    for text in (row, (FOLDER / "prometheus.yml").read_text(encoding="utf-8")):
        assert told in text.lower()


@pytest.fixture
def promtool() -> str:
    """Give Prometheus's own checker, which `make setup` fetches; CI does without nothing."""
    found = shutil.which("promtool", path=f"{ROOT / '.tools'}:{os.environ['PATH']}")
    if found is None and "CI" in os.environ:
        pytest.fail("there is no promtool, so the alarms are unchecked: `make setup` fetches it from Debian")
    if found is None:
        pytest.skip("NO PROMTOOL: the alarms and the dashboard are unchecked; `make setup` fetches it")
    return found


def _checked(promtool: str, *arguments: str, folder: Path = FOLDER) -> None:
    done = subprocess.run(
        [promtool, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_rules_and_their_tests_pass(promtool: str) -> None:
    _checked(promtool, "check", "rules", ALERTS.name)
    _checked(promtool, "test", "rules", "alerts.test.yml")
    _checked(promtool, "check", "config", "--syntax-only", "prometheus.yml")


def test_promtool_takes_every_query_of_the_dashboard(promtool: str, tmp_path: Path) -> None:
    """As the expression of a rule, since it parses no dashboards."""
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(_queries())]
    (tmp_path / "panels.json").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    _checked(promtool, "check", "rules", "--lint=none", "panels.json", folder=tmp_path)


def test_each_alert_is_tested_to_fire_and_to_keep_quiet() -> None:
    tests = YAML(typ="safe", pure=True).load(FOLDER / "alerts.test.yml")["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    fires = {case["alertname"] for case in cases if case["exp_alerts"]}
    quiet = {case["alertname"] for case in cases if not case["exp_alerts"]}
    assert fires == _alerts().keys()
    assert quiet == _alerts().keys() - {"ReportlineWatchdog"}

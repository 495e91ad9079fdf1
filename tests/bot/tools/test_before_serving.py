"""Before a portal serves, its operator is told what no machine can do; somebody must be named on duty."""

from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from bot.commands.portal import portal as portal_commands
from bot.settings import PORTALS as FOLDER
from bot.tools.before_serving import EXIT_STEPS, open_points, sheet
from conversations.flow.asides import EXITS
from tests.talking import MOMENT, PORTALS

MOROCCO = PORTALS["ma"]


def test_the_sheet_names_what_to_call_and_where_it_is_not_shown_until_then() -> None:
    written = sheet(MOROCCO, MOMENT)
    assert "[ ] Call or open Police secours: 19 (never tried; until then not shown for danger)" in written
    assert "[ ] No contact is shown for danger." in written
    assert written.count("2511, www.2511.ma") == 1
    assert "ask whether it takes people who want to die" in written


def test_what_was_tried_has_its_cross() -> None:
    tried = tuple(replace(each, tried=MOMENT.date()) for each in MOROCCO.contacts)
    written = sheet(replace(MOROCCO, contacts=tried), MOMENT)
    assert "[x] Call or open Police secours: 19 (tried on 2026-11-30)" in written
    assert "No contact is shown" not in written


def test_the_sheet_names_who_is_on_duty_what_the_law_asks_and_the_exits_that_nobody_read() -> None:
    named = replace(MOROCCO, on_duty="A. Head", duty_to_report="Ask a lawyer.")
    written = sheet(named, MOMENT)
    assert "[x] On duty for a child at risk: A. Head" in written
    assert "duty to report: Ask a lawyer." in written
    assert all(f"read these exits in {language}" in written for language in MOROCCO.languages)
    assert len(open_points(MOROCCO, MOMENT)) == len(open_points(named, MOMENT)) + 2


def test_a_portal_serves_only_with_somebody_on_duty(tmp_path: Path) -> None:
    text = (FOLDER / "ma.toml").read_text(encoding="utf-8")
    for on_duty, status in (("", 1), ('on_duty = "A. Head"\n', 0)):
        (tmp_path / "ma.toml").write_text(
            text.replace("[web_page]", f"{on_duty}\n[web_page]"), encoding="utf-8"
        )
        ran = CliRunner().invoke(portal_commands, ["check", "--before-serving", str(tmp_path / "ma.toml")])
        assert (ran.exit_code, "Police secours" in ran.output) == (status, True)


def test_no_exit_is_left_out() -> None:
    assert tuple(step.name for step in EXITS) == EXIT_STEPS


def test_no_reporter_reads_who_is_on_duty() -> None:
    assert "A. Head" not in repr(replace(MOROCCO, on_duty="A. Head"))

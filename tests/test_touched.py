"""A change touches its obvious tests."""

from pathlib import Path

import pytest

from tests.touched import ROOT, touched


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("tests/test_ports.py", {"tests/test_ports.py"}),
        ("tests/test_gone.py", set()),
        (
            "bot/delivery/outbox.py",
            {"tests/bot/delivery/test_outbox.py", "tests/bot/delivery/test_outbox_killed.py"},
        ),
        ("reportline/logs.py", {"tests/reportline/test_logs.py"}),
        ("tests/ports.py", {"tests/test_ports.py", "tests/test_nothing_lost.py"}),
        ("reportline/http_server.py", {"tests/intake_api/server/test_listening.py"}),
        ("docker-compose.yml", {"tests/compose/test_file.py"}),
        ("docs/operator.md", {"tests/test_operator_guide.py"}),
    ],
)
def test_a_change_touches_its_tests(changed: str, tests: set[str]) -> None:
    found = {path.relative_to(ROOT).as_posix() for path in touched([Path(changed)])}
    assert found >= tests
    assert bool(found) == bool(tests)


def test_every_module_of_ours_touches_a_test() -> None:
    parts = ("bot", "conversations", "intake_api", "locales", "reportline")
    modules = [path.relative_to(ROOT) for part in parts for path in (ROOT / part).rglob("*.py")]
    migrations = {module for module in modules if "migrations" in module.parts}
    assert [module for module in modules if module not in migrations and not touched([module])] == []

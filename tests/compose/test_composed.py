"""The words of docker-compose.yml become those of this machine, and unknown ones are refused."""

from pathlib import Path

import pytest

from tests.compose.composed import Machine, read_services


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Make a machine on which nothing is laid out yet."""
    return Machine(tmp_path, read_services())


def test_hosts_and_ports_and_paths(machine: Machine, tmp_path: Path) -> None:
    """A neighbour, oneself and a mounted path become this machine's; all else is left as it is."""
    intake, postgres = machine.port("intake", "8080"), machine.port("postgres", "5432")
    root = tmp_path / "containers" / "intake"
    said = {
        "http://127.0.0.1:8080/readyz": f"http://127.0.0.1:{intake}/readyz",
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - it is taken away
        "8080": str(intake),
        "x@postgres:5432/reports": f"x@127.0.0.1:{postgres}/reports",
        "/data": f"{root}/data",
        "--file=/run/secrets/database_url": f"--file={root}/run/secrets/database_url",
        "reportline": "reportline",
        "80801 v8080 1.8080": "80801 v8080 1.8080",
        "cat </dev/null": "cat </dev/null",
    }
    assert machine.words("intake", [*said]) == [*said.values()]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("bot", "postgresql://postgres:5432/reportline"),
        ("bot", "http://intake:8081"),
        ("intake", "valkey:6379"),
        ("intake", "http://intake.example:8080"),
        ("intake", "10.0.0.7:5432"),
        ("bot", "/data/intake/seal-k1.key"),
        ("bot", "/run/secrets/database_url"),
        ("bot", "/tmp/file"),  # noqa: S108 - nobody has one there
        ("caddy", "--config=/etc/passwd"),
        ("fleet_1", "/run/botsy/bots.toml"),
        ("fleet_1", "postgres:5432"),
    ],
)
def test_what_is_refused(machine: Machine, name: str, word: str) -> None:
    """A service that it cannot reach, a host outside, a path where nothing of its own is mounted."""
    with pytest.raises(AssertionError, match=name):
        machine.words(name, [word])

"""Settings come from the environment, wrong ones are named without their values, and secrets are hidden."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from intake_api.settings import IntakeSettings
from reportline.readiness import NotReady
from reportline.settings import (
    IntakePort,
    IntakeUrl,
    LocalPath,
    OurSettings,
    PrivateHosts,
    default_intake_url,
    described_settings,
    read_settings,
)

DAYS = 'write portals and days from 7 to 365, such as {"ar": 28}'


class Example(OurSettings):
    """Settings with a default that follows another, and a secret."""

    private_hosts: PrivateHosts = ()
    intake_port: IntakePort = 8080
    intake_url: IntakeUrl = Field(default_factory=default_intake_url)
    example_token: SecretStr | None = Field(default=None, description="a secret")
    portals_dir: LocalPath | None = None


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("config", *Example.model_fields):
        monkeypatch.delenv(f"REPORTLINE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_intakes_url_follows_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(Example).intake_url == "http://127.0.0.1:8080"
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "9090")
    assert read_settings(Example).intake_url == "http://127.0.0.1:9090"


def test_every_wrong_setting_is_named_and_no_value_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "many")
    monkeypatch.setenv("REPORTLINE_PRIVATE_HOSTS", "not a host")
    with pytest.raises(NotReady) as refused:
        read_settings(Example)
    first, *faults = str(refused.value).splitlines()
    assert first == "Change what is wrong in the environment."
    assert [fault.split(":")[0] for fault in faults] == ["REPORTLINE_PRIVATE_HOSTS", "REPORTLINE_INTAKE_PORT"]
    assert "many" not in str(refused.value)
    assert "not a host" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("intake_port", "many", "write a whole number"),
        ("intake_port", "65536", "write 65535 or less"),
        ("intake_port", "-1", "write 0 or more"),
        ("status_after_days", "28", DAYS),
        ("status_after_days", '{"ar": 1}', DAYS),
        (
            "status_after_days",
            "x",
            'this is not JSON; write portals and days from 7 to 365, such as {"ar": 28}',
        ),
    ],
)
def test_a_fault_is_told_in_an_operators_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"REPORTLINE_{name.upper()}", value)
    with pytest.raises(NotReady) as refused:
        read_settings(IntakeSettings)
    assert str(refused.value).splitlines()[1:] == [f"REPORTLINE_{name.upper()}: {told}"]


def test_a_wrong_value_in_the_file_is_named_as_it_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("reportline.toml").absolute()
    file.write_text('intake_port = "many"\nportals_dir = 7\nstatus_after_days = 28\n')
    with pytest.raises(NotReady) as refused:
        read_settings(Example)
    assert str(refused.value).splitlines()[1:] == [
        f"intake_port in {file}: write a whole number",
        f"portals_dir in {file}: write a text",
    ]
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "many")
    with pytest.raises(NotReady, match="REPORTLINE_INTAKE_PORT: write a whole number"):
        read_settings(Example)
    with pytest.raises(NotReady, match=r'status_after_days in .*such as {"ar": 28}'):
        read_settings(IntakeSettings)


def test_a_secret_is_listed_but_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTLINE_EXAMPLE_TOKEN", "a-secret")
    rows = {row.name: row for row in described_settings(read_settings(Example))}
    token, port = rows["REPORTLINE_EXAMPLE_TOKEN"], rows["REPORTLINE_INTAKE_PORT"]
    assert (token.meaning, token.value, token.source) == ("a secret", "(hidden)", "environment")
    assert (port.value, port.source, port.default) == ("8080", "default", "8080")


def _file(written: str) -> Path:
    file = Path("reportline.toml").absolute()
    file.touch(0o600)
    file.write_text(written)
    return file


def test_the_file_stands_below_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    file = _file('intake_port = 9090\nprivate_hosts = ["a.example"]\n')
    monkeypatch.setenv("REPORTLINE_PRIVATE_HOSTS", "b.example")
    settings = read_settings(Example)
    assert (settings.intake_url, settings.private_hosts) == ("http://127.0.0.1:9090", ("b.example",))
    sources = {row.name: row.source for row in described_settings(settings)}
    assert sources["REPORTLINE_INTAKE_PORT"] == str(file)
    assert sources["REPORTLINE_PRIVATE_HOSTS"] == "environment"
    assert sources["REPORTLINE_INTAKE_URL"] == "default"


def test_an_empty_variable_leaves_it_to_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _file("intake_port = 9090")
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "")
    assert read_settings(Example).intake_port == 9090


def test_a_wrong_value_in_the_file_is_told_with_the_file() -> None:
    file = _file('intake_port = "many"')
    with pytest.raises(NotReady) as refused:
        read_settings(Example)
    assert str(refused.value).startswith(f"Change what is wrong in the environment, or in {file}.\n")
    assert f"intake_port in {file}: " in str(refused.value)
    assert "many" not in str(refused.value)


def test_a_path_is_whole_wherever_it_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPORTLINE_PORTALS_DIR", "portals")
    assert read_settings(Example).portals_dir == tmp_path / "portals"


@pytest.mark.parametrize("path", ["~/portals", "a\nb", "a\x1b[31m", "a\udcff"])
def test_what_is_no_path_is_refused(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("REPORTLINE_PORTALS_DIR", path)
    with pytest.raises(NotReady, match="REPORTLINE_PORTALS_DIR: "):
        read_settings(Example)


def test_a_folder_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("REPORTLINE_PORTALS_DIR", "portals")
    with pytest.raises(NotReady, match="the folder in which this runs is gone"):
        read_settings(Example)

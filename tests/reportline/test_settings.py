"""Settings come from the environment, wrong ones are named without their values, and secrets are hidden."""

import pytest
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from reportline.readiness import NotReady
from reportline.settings import (
    FROM_ENVIRONMENT,
    IntakePort,
    IntakeUrl,
    PrivateHosts,
    default_intake_url,
    described_settings,
    read_settings,
)


class Example(BaseSettings):
    """Settings with a default that follows another, and a secret."""

    model_config = FROM_ENVIRONMENT

    private_hosts: PrivateHosts = ()
    intake_port: IntakePort = 8080
    intake_url: IntakeUrl = Field(default_factory=default_intake_url)
    example_token: SecretStr | None = Field(default=None, description="a secret")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Example.model_fields:
        monkeypatch.delenv(f"REPORTLINE_{name.upper()}", raising=False)


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


def test_a_secret_is_listed_but_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTLINE_EXAMPLE_TOKEN", "a-secret")
    rows = {row.name: row for row in described_settings(read_settings(Example))}
    token, port = rows["REPORTLINE_EXAMPLE_TOKEN"], rows["REPORTLINE_INTAKE_PORT"]
    assert (token.meaning, token.value, token.source) == ("a secret", "(hidden)", "environment")
    assert (port.value, port.source, port.default) == ("8080", "default", "8080")

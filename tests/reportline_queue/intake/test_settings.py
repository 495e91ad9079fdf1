"""The client reads its settings as the intake's side describes them: same names, defaults and refusals."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from intake_api.settings import QueueSettings
from reportline.readiness import NotReady
from reportline.settings import read_settings as read_described
from reportline_queue.errors import NotDone
from reportline_queue.intake.settings import read_settings

URLS = (
    "http://127.0.0.1:8080",
    "http://localhost/",
    "http://[::1]:8080//",
    "https://intake.example",
    "https://intake.example/under/",
    "http://intake.example",
    "http://PRIVATE.example:80",
    "https://name:password@intake.example",
    "https://@intake.example",
    "https://intake.example/?a",
    "https://intake.example/#a",
    "https://intake.example:0",
    "https://intake.example:99999",
    "https://intake.example:x",
    "https://a@b@intake.example",
    "https://[::1",
    "https:///path",
    "https://in take.example",
    "ftp://intake.example",
    "nonsense",
    " https://intake.example",
    "http://127.0.0.1.example",
    "http://0x7f.1",
)
ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {},
    *({"INTAKE_URL": url, "PRIVATE_HOSTS": "private.example, Other.example,"} for url in URLS),
    *({"INTAKE_PORT": port} for port in ("0", "+0", "0.0", "٨٠", "８０８０", "8080.00 ", "1__0", "9" * 5000)),
    *({"INTAKE_PORT": port} for port in ("9000", " 9 ", "8080.0", "1_0", "", "-1", "65536", "x", "8.5")),
    *({"PRIVATE_HOSTS": hosts} for hosts in ("a,b", ",", "https://a", "a b", "-a", "fd00::7,::")),
    {"INTAKE_PORT": "x", "INTAKE_URL": "http://a.example", "PRIVATE_HOSTS": "/"},
    {"INTAKE_PORT": "x", "PRIVATE_HOSTS": "/", "DATA_DIR": "elsewhere"},
    {"DATA_DIR": "elsewhere", "ANALYST_TOKEN": "reportline-0-0"},
    {"DATA_DIR": "", "ANALYST_TOKEN": ""},
    {"INTAKE_URL": "http://[fd00::7]", "PRIVATE_HOSTS": "FD00::7"},
    *({"ANALYST_TOKEN_FILE": path} for path in ("token", "/a/token", "~/token", "a\x1b[31m", "\udcff")),
    {"DATA_DIR": "~/data", "INTAKE_PORT": "x", "ANALYST_TOKEN_FILE": "a\n"},
)


def _client(environment: Mapping[str, str]) -> tuple[str, Path, str | None] | str:
    try:
        read = read_settings(environment)
    except NotDone as fault:
        return str(fault)
    return read.intake_url, read.token_file, read.token


def _described() -> tuple[str, Path, str | None] | str:
    try:
        read = read_described(QueueSettings)
    except NotReady as fault:
        return str(fault)
    token = None if read.analyst_token is None else read.analyst_token.get_secret_value()
    return read.intake_url, read.token_file, token


@pytest.mark.parametrize("given", ENVIRONMENTS, ids=lambda given: str(given)[:80])
def test_settings_are_read_as_they_are_described(
    given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("REPORTLINE_")]:
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(f"REPORTLINE_{name}", value)
    assert _client(os.environ) == _described()


def test_a_variable_in_small_letters_counts_too() -> None:
    assert read_settings({"reportline_intake_port": "9"}).intake_url == "http://127.0.0.1:9"


def test_the_access_key_is_never_printed_with_the_settings() -> None:
    assert "secret" not in repr(read_settings({"REPORTLINE_ANALYST_TOKEN": "secret"}))

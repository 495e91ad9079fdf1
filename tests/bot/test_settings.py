"""Settings come from the environment and from files; unsafe ones are refused without their values."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import PORTALS, BotSettings, channel_token, intake_public_key, telegram_token, valkey_url
from conversations.wire.sealing import fingerprint, new_private_key, public_half
from reportline.readiness import NotReady
from reportline.settings import described_settings, read_settings

TOKEN = "7001:" + "aB3_-" * 7
KEY = public_half("k1", new_private_key())


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting out of the environment."""
    for row in described_settings(BotSettings()):
        monkeypatch.delenv(row.name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> BotSettings:
    """Make settings whose files are as set-up leaves them."""
    settings = BotSettings(data_dir=tmp_path)
    settings.folder.mkdir(mode=0o700)
    _write(settings.public_key_file, f"{KEY.key_id}:{KEY.raw.hex()}\n", 0o644)
    _write(settings.channel_token_file, "a-channel-token\n")
    return settings


def _write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_defaults() -> None:
    """Without any setting, everything is on this machine."""
    settings = read_settings(BotSettings)
    assert settings.outbox_folder == Path.cwd() / "data" / "bot" / "outbox"
    assert settings.telegram_token is None
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.intake_url == "http://127.0.0.1:8080"
    assert (settings.portal, settings.portals_dir) == ("international", PORTALS)


def test_the_intakes_url_follows_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who moves the intake to another port need not say so twice; who names a URL is taken at their word."""
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "9090")
    assert read_settings(BotSettings).intake_url == "http://127.0.0.1:9090"
    monkeypatch.setenv("REPORTLINE_INTAKE_URL", "https://intake.example/base/")
    assert read_settings(BotSettings).intake_url == "https://intake.example/base"


def test_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is there but empty is as if it were not there."""
    monkeypatch.setenv("REPORTLINE_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "")
    assert (read_settings(BotSettings).telegram_token, read_settings(BotSettings).intake_port) == (None, 8080)


@pytest.mark.parametrize("name", ["REPORTLINE_INTAKE_URL", "REPORTLINE_TELEGRAM_API_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://intake.example",
        "http://10.0.0.7:8080",
        "http://0.0.0.0:8080",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://127.0.0.1@intake.example",
        "https://marker:marker@intake.example",
        "https://marker@intake.example",
        "https://intake.example?marker",
        "https://intake.example#marker",
        "ftp://intake.example",
        "intake.example",
        "https://",
        "https://[marker",
        "https://intake.example:marker",
        "https://intake.example:0",
        "https://intake.example:99999",
    ],
)
def test_urls_that_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    """A token never crosses a network in clear; what is no server's URL is refused; the value is not told."""
    monkeypatch.setenv(name, url)
    with pytest.raises(NotReady) as refused:
        read_settings(BotSettings)
    assert name in str(refused.value)
    assert "marker" not in str(refused.value)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["https://intake.example", "http://localhost:1", "http://127.9.9.9", "http://[::1]:8080"]
)
def test_urls_that_are_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Encrypted, or on this machine."""
    monkeypatch.setenv("REPORTLINE_INTAKE_URL", url)
    assert read_settings(BotSettings).intake_url == url


def test_every_fault_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is wrong is told at once, by name, and only that."""
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "marker")
    monkeypatch.setenv("REPORTLINE_TELEGRAM_API_URL", "marker")
    with pytest.raises(ValidationError) as unhandled:
        BotSettings()
    assert "marker" not in str(unhandled.value)
    with pytest.raises(NotReady) as refused:
        read_settings(BotSettings)
    first, *faults = str(refused.value).splitlines()
    assert first == "Change what is wrong in the environment."
    assert sorted(fault.split(":")[0] for fault in faults) == [
        "REPORTLINE_INTAKE_PORT",
        "REPORTLINE_TELEGRAM_API_URL",
    ]
    assert "marker" not in str(refused.value)


def test_the_token_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is given to who asks for it, and shown to nobody."""
    monkeypatch.setenv("REPORTLINE_TELEGRAM_TOKEN", TOKEN)
    settings = read_settings(BotSettings)
    assert telegram_token(settings) == TOKEN
    assert TOKEN not in repr(settings) + str(settings) + settings.model_dump_json()


def test_the_token_from_a_file(tmp_path: Path) -> None:
    """A private file may hold the token; its line's end does not count."""
    file = _write(tmp_path / "token", f"{TOKEN}\n")
    assert telegram_token(BotSettings(telegram_token_file=file)) == TOKEN


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601])
def test_secrets_that_others_can_read_are_refused(settings: BotSettings, mode: int) -> None:
    """Whatever right another has to a secret's file, it is not used."""
    secrets = {"telegram_token_file": settings.folder / "token", "valkey_url_file": settings.folder / "url"}
    settings = settings.model_copy(update=secrets)
    for reader, file in _secret_files(settings):
        file.touch()
        file.chmod(mode)
        with pytest.raises(NotReady, match="chmod 600"):
            reader(settings)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o622])
def test_a_public_key_that_others_can_change_is_refused(settings: BotSettings, mode: int) -> None:
    """Whoever could swap the key could read the reports."""
    settings.public_key_file.chmod(mode)
    with pytest.raises(NotReady, match="chmod 600"):
        intake_public_key(settings)


def test_files_are_read(settings: BotSettings) -> None:
    """The key and the token come back as they were written."""
    assert intake_public_key(settings) == KEY
    assert channel_token(settings) == "a-channel-token"


def test_missing_files_say_what_to_do(tmp_path: Path) -> None:
    """A missing file is named, with what makes it."""
    secrets = {"telegram_token_file": tmp_path / "token", "valkey_url_file": tmp_path / "url"}
    settings = BotSettings(data_dir=tmp_path).model_copy(update=secrets)
    for reader, file in _secret_files(settings):
        with pytest.raises(NotReady) as missing:
            reader(settings)
        assert f"The file {file} is missing." in str(missing.value)


@pytest.mark.parametrize(
    "written",
    ["", "marker", "k1:", "k1:marker", f"K1:{'0' * 64}", f"k1:{'0' * 62}", f"k1:{'0' * 64} marker", "é"],
)
def test_a_damaged_public_key(settings: BotSettings, written: str) -> None:
    """What is no key is refused, and not repeated."""
    _write(settings.public_key_file, written)
    with pytest.raises(NotReady, match="damaged") as damaged:
        intake_public_key(settings)
    assert "marker" not in str(damaged.value)


@pytest.mark.parametrize("written", ["", "\n", "two\nlines", "clé", "\x07"])
def test_a_damaged_channel_token(settings: BotSettings, written: str) -> None:
    """What could be no header is no token."""
    _write(settings.channel_token_file, written)
    with pytest.raises(NotReady, match="holds no key"):
        channel_token(settings)


@pytest.mark.parametrize(
    "token", ["marker", "7001:marker", f"x:{'a' * 35}", f"7001:{'a' * 34}/", f"{TOKEN} x"]
)
def test_what_is_no_telegram_token(token: str) -> None:
    """A token of another shape never gets into a URL, and is not repeated."""
    with pytest.raises(NotReady) as refused:
        telegram_token(BotSettings.model_validate({"telegram_token": token}))
    assert token not in str(refused.value)


def test_no_token_or_two(tmp_path: Path) -> None:
    """Without a token, or with two, it says what to do."""
    with pytest.raises(NotReady, match="Ask BotFather"):
        telegram_token(BotSettings())
    both: dict[str, Any] = {"telegram_token": TOKEN, "telegram_token_file": tmp_path / "token"}
    with pytest.raises(NotReady, match="not both"):
        telegram_token(BotSettings.model_validate(both))


@pytest.mark.parametrize(
    ("url", "private_hosts"),
    [
        ("valkeys://name:secret@valkey.example:6380/3", ()),
        ("valkey://name:secret@valkey:6379", ("valkey",)),
        ("unix:///run/valkey.sock", ()),
    ],
)
def test_valkeys_url_from_a_file(tmp_path: Path, url: str, private_hosts: tuple[str, ...]) -> None:
    """A private file may hold the URL; its line's end does not count, and it is shown to nobody."""
    file = _write(tmp_path / "url", f"{url}\n")
    settings = BotSettings(private_hosts=private_hosts, valkey_url_file=file)
    assert valkey_url(settings) == SecretStr(url)
    assert url not in repr(settings) + repr(valkey_url(settings))


@pytest.mark.parametrize(
    "written",
    ["", "marker", "valkey://:marker@valkey.example", "valkeys://valkey.example?ssl_cert_reqs=none"],
)
def test_a_file_without_a_safe_url(tmp_path: Path, written: str) -> None:
    """What no variable may hold, no file may hold either; it is not repeated."""
    settings = BotSettings(valkey_url_file=_write(tmp_path / "url", written))
    with pytest.raises(NotReady, match="cannot be used") as refused:
        valkey_url(settings)
    assert not any(telling in str(refused.value) for telling in ("marker", "example", "ssl_cert_reqs"))


def test_no_valkey_or_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a URL talks live in memory; with two it says what to do."""
    assert valkey_url(read_settings(BotSettings)) is None
    monkeypatch.setenv("REPORTLINE_VALKEY_URL", "valkey://127.0.0.1")
    assert valkey_url(read_settings(BotSettings)) == SecretStr("valkey://127.0.0.1")
    monkeypatch.setenv("REPORTLINE_VALKEY_URL_FILE", str(tmp_path / "url"))
    with pytest.raises(NotReady, match="not both"):
        valkey_url(read_settings(BotSettings))


def test_described(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each setting has its meaning, value, source and default; a secret's value is hidden."""
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "9090")
    monkeypatch.setenv("REPORTLINE_TELEGRAM_TOKEN_FILE", str(_write(tmp_path / "token", TOKEN)))
    rows = {row.name: row for row in described_settings(read_settings(BotSettings))}
    assert all(row.meaning for row in rows.values())
    port, url = rows["REPORTLINE_INTAKE_PORT"], rows["REPORTLINE_INTAKE_URL"]
    assert (port.value, port.source, port.default) == ("9090", "environment", "8080")
    assert (url.value, url.source) == ("http://127.0.0.1:9090", "default")
    assert rows["REPORTLINE_TELEGRAM_TOKEN"].source == "file"
    monkeypatch.setenv("REPORTLINE_TELEGRAM_TOKEN", TOKEN)
    rows = {row.name: row for row in described_settings(read_settings(BotSettings))}
    hidden = rows["REPORTLINE_TELEGRAM_TOKEN"]
    assert (hidden.value, hidden.source, hidden.default) == ("(hidden)", "environment", "")


def _secret_files(settings: BotSettings) -> list[tuple[Callable[[BotSettings], object], Path]]:
    files: list[tuple[Callable[[BotSettings], object], Path | None]] = [
        (channel_token, settings.channel_token_file),
        (telegram_token, settings.telegram_token_file),
        (valkey_url, settings.valkey_url_file),
    ]
    return [(reader, file) for reader, file in files if file]


def test_a_public_key_that_is_not_the_one_its_id_tells_is_damaged(settings: BotSettings) -> None:
    for told, is_it in ((fingerprint(KEY.raw), True), ("0" * 12, False)):
        _write(settings.public_key_file, f"k2-{told}:{KEY.raw.hex()}\n")
        if is_it:
            assert intake_public_key(settings).raw == KEY.raw
        else:
            with pytest.raises(NotReady, match="damaged"):
                intake_public_key(settings)

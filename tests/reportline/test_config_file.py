"""`reportline.toml` is private, holds settings that there are and no secret, and is found in its place."""

import os
from pathlib import Path

import pytest

from reportline.config_file import read_config_file, set_variables
from reportline.readiness import NotReady
from reportline.setting_names import SECRETS


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REPORTLINE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def _written(text: str, path: str = "reportline.toml", mode: int = 0o600) -> Path:
    file = Path(path).absolute()
    file.write_text(text)
    file.chmod(mode)
    return file


def test_without_a_file_there_are_no_values() -> None:
    assert (read_config_file().path, read_config_file().values) == (None, {})


def test_paths_begin_at_the_files_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Wherever a command is run, the same database is meant."""
    (tmp_path / "elsewhere").mkdir()
    file = _written('data_dir = "data"\nbots_file = "/etc/bots.toml"\nportal = "ar"', "elsewhere/named.toml")
    monkeypatch.setenv("REPORTLINE_CONFIG", str(file))
    assert read_config_file().path == file
    assert read_config_file().values == {
        "data_dir": str(file.parent / "data"),
        "bots_file": "/etc/bots.toml",
        "portal": "ar",
    }


def test_the_file_that_is_named_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    _written('portal = "ar"')
    monkeypatch.setenv("REPORTLINE_CONFIG", str(_written('portal = "mx"', "other.toml")))
    assert read_config_file().values == {"portal": "mx"}
    monkeypatch.setenv("REPORTLINE_CONFIG", "/nowhere/named.toml")
    with pytest.raises(NotReady, match=r"There is no file /nowhere/named\.toml\. Write it, or unset"):
        read_config_file()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused(mode: int) -> None:
    file = _written("", mode=mode)
    with pytest.raises(NotReady, match=f"Others on this machine can write to .*`chmod go-w {file}`"):
        read_config_file()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_others_may_read_the_file(mode: int) -> None:
    """It holds no secret; one of root's has to be read by the user that runs the commands."""
    _written('portal = "ar"', mode=mode)
    assert read_config_file().values == {"portal": "ar"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_somebody_else_is_refused() -> None:
    """Root would obey whoever wrote one into a folder that all may write to."""
    os.chown(_written(""), 12345, 12345)
    with pytest.raises(NotReady, match=r"belongs to 12345\. Have it belong to root, or to the user"):
        read_config_file()


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_refused_by_name(name: str) -> None:
    file = _written(f'{name} = "marker"')
    with pytest.raises(NotReady) as refused:
        read_config_file()
    assert str(refused.value).startswith(f"{file}: {name} is a secret.")
    assert f"{name}_file" in str(refused.value)
    assert "marker" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("intake_prot", "intake_port"),
        ("REPORTLINE_INTAKE_PORT", "intake_port"),
        ("database_url_fiel", "database_url_file"),
        ("exposure_minute_a_day", "exposure_minutes_a_day"),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    _written(f"{name} = 1")
    with pytest.raises(NotReady, match=f"{name} is no setting. Did you mean {nearest}\\?"):
        read_config_file()


@pytest.mark.parametrize("written", [b"=", b"\xff", b"a = [" + b"[" * 50_000])
def test_what_is_no_toml_is_told(written: bytes) -> None:
    _written("").write_bytes(written)
    with pytest.raises(NotReady, match=r"is no TOML"):
        read_config_file()


def test_the_line_that_is_no_toml_is_named() -> None:
    file = _written('portal = "ar"\nintake_port 9090\n')
    with pytest.raises(NotReady, match=f"{file} is no TOML, at line 2\\. Write name = value"):
        read_config_file()


@pytest.mark.parametrize("value", ['"a\\u0000"', '["a", "b\\u0000"]', '{a = "\\u0000"}'])
def test_what_no_variable_could_hold_is_told(value: str) -> None:
    _written(f"private_hosts = {value}")
    with pytest.raises(NotReady, match="private_hosts holds a character that no setting has"):
        read_config_file()


def test_what_cannot_be_read_is_told() -> None:
    Path("reportline.toml").mkdir()
    with pytest.raises(NotReady, match="cannot be read: Is a directory"):
        read_config_file()


def test_the_clients_variables_are_set_unless_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _written('intake_port = 9090\nprivate_hosts = ["a", "b"]\ndata_dir = "data"\nportal = "ar"')
    names = ("INTAKE_PORT", "PRIVATE_HOSTS", "DATA_DIR", "PORTAL")
    for name in names:
        monkeypatch.setenv(f"REPORTLINE_{name}", "")
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "1")
    set_variables(frozenset({"intake_port", "private_hosts", "data_dir", "intake_url"}))
    assert [os.environ[f"REPORTLINE_{name}"] for name in names] == ["1", "a,b", str(tmp_path / "data"), ""]

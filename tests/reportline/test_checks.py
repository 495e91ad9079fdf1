"""A check says what there is to know, and a fault becomes advice instead of a traceback."""

import errno
import os
import shutil
from pathlib import Path

import pytest
import typer

from bot.settings import BotSettings
from intake_api.keys import make_keys, read_keys
from reportline.checks import Check, look_at
from reportline.doctor import look_at_everything
from reportline.readiness import NotReady


def test_what_is_fine_is_told_in_its_own_words() -> None:
    assert look_at("disk", lambda: "12 MiB are free") == Check("disk", fine=True, advice="12 MiB are free")


def test_what_must_be_put_right_is_a_fault_with_its_advice() -> None:
    def look() -> str:
        raise NotReady("Make room.")

    assert look_at("disk", look) == Check("disk", fine=False, advice="Make room.")


def test_a_fault_of_the_system_names_the_cause_and_the_file() -> None:
    def look() -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/a/file")

    advice = "The system says of /a/file: Permission denied. See whose that is, and the disk."
    assert look_at("keys", look) == Check("keys", fine=False, advice=advice)


@pytest.mark.parametrize(("half", "absent"), [("bot", "intake keys"), ("intake", "outbox")])
def test_the_doctor_looks_at_the_half_that_a_host_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: str, absent: str
) -> None:
    monkeypatch.setenv("REPORTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "9")
    (tmp_path / half).mkdir(mode=0o700)
    found = {one.name: one for one in look_at_everything(BotSettings())}
    assert half in found["this host"].advice
    assert absent not in found


def test_a_head_that_is_none_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORTLINE_DATA_DIR", str(tmp_path))
    with pytest.raises(typer.Exit):
        look_at_everything(BotSettings(), "150")
    assert "NUMBER:CHAIN" in capsys.readouterr().err


def test_on_an_empty_host_the_doctor_says_once_that_nothing_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "9")
    [fault] = [one for one in look_at_everything(BotSettings()) if not one.fine]
    assert fault == Check(
        "this host",
        fine=False,
        advice=f"Neither an intake nor a bot is set up in {tmp_path}. `reportline setup` makes both; if they "
        "are elsewhere, set REPORTLINE_DATA_DIR.",
    )


@pytest.mark.parametrize(
    ("url", "advice"),
    [("http://127.0.0.1:9", "reportline intake serve"), ("https://nowhere.invalid", "name and certificate")],
)
def test_where_nothing_answers_the_advice_is_for_the_machine_of_the_intake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, advice: str
) -> None:
    monkeypatch.setenv("REPORTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REPORTLINE_INTAKE_URL", url)
    (tmp_path / "bot").mkdir(mode=0o700)
    found = {one.name: one for one in look_at_everything(BotSettings())}
    assert not found["intake API"].fine
    assert found["intake API"].advice.startswith(f"Nothing answers at {url}. ")
    assert advice in found["intake API"].advice


def test_the_doctor_sees_that_the_intake_lacks_the_key_of_its_own_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restore, also while the intake is stopped."""
    monkeypatch.setenv("REPORTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REPORTLINE_INTAKE_PORT", "9")
    make_keys(tmp_path / "intake")
    (tmp_path / "bot").mkdir(mode=0o700)
    public = read_keys(tmp_path / "intake").public_key()
    (tmp_path / "bot" / "intake_public.key").write_text(f"{public.key_id}:{public.raw.hex()}\n")
    assert {one.name: one for one in look_at_everything(BotSettings())}["halves of this host"].fine
    shutil.rmtree(tmp_path / "intake")
    make_keys(tmp_path / "intake")
    look = {one.name: one for one in look_at_everything(BotSettings())}["halves of this host"]
    assert not look.fine
    assert "Put back the seal key that the intake lacks" in look.advice

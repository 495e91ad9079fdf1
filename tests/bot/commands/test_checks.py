"""The doctor finds nothing on a healthy bot host, and finds each fault in turn."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.commands.checks import check
from bot.delivery.outbox import Entry, Outbox
from bot.settings import PORTALS, BotSettings
from conversations.wire.report import SealedReport
from conversations.wire.sealing import new_private_key, public_half
from reportline.checks import Check

DRAFT = "ab" * 16
SEALED = SealedReport(key_id="k1", sealed="AAAA")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the settings that matter here out of the environment."""
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_TOKEN_FILE", "PORTAL", "PORTALS_DIR", "INTAKE_URL"):
        monkeypatch.delenv(f"REPORTLINE_{name}", raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> BotSettings:
    """Make a bot host that is well."""
    settings = BotSettings(data_dir=tmp_path)
    settings.folder.mkdir(mode=0o700)
    key = public_half("k1", new_private_key())
    settings.public_key_file.write_text(f"k1:{key.raw.hex()}\n")
    settings.public_key_file.chmod(0o644)
    settings.channel_token_file.write_text("a-channel-token\n")
    settings.channel_token_file.chmod(0o600)
    return settings


def _found(settings: BotSettings) -> dict[str, Check]:
    return {one.name: one for one in check(settings)}


def test_all_is_well(settings: BotSettings) -> None:
    """A host as set-up leaves it has nothing wrong, with an outbox and before there is one."""
    assert [one for one in check(settings) if not one.fine] == []
    Outbox(settings.outbox_folder)
    assert [one for one in check(settings) if not one.fine] == []


def test_looking_changes_nothing(settings: BotSettings) -> None:
    """The doctor makes no folder and removes no file, not even one that a bot is just writing."""
    check(settings)
    assert not settings.outbox_folder.exists()
    Outbox(settings.outbox_folder)
    (settings.outbox_folder / "x.partial").touch(mode=0o600)
    before = {path: path.stat() for path in settings.folder.rglob("*")}
    check(settings)
    assert {path: path.stat() for path in settings.folder.rglob("*")}.keys() == before.keys()


def test_an_empty_machine(tmp_path: Path) -> None:
    """Where nothing was set up, the doctor says so for each thing, and does not fail itself."""
    found = _found(BotSettings(data_dir=tmp_path / "nowhere", portals_dir=tmp_path / "nowhere"))
    faulty = {name for name, one in found.items() if not one.fine}
    assert faulty == {"bot folder", "intake's public key", "channel token", "disk", "portals"}
    assert all(one.advice for one in found.values())


FAULTS: dict[str, tuple[str, Callable[[BotSettings], object], str]] = {
    "open folder": ("bot folder", lambda found: found.folder.chmod(0o750), "chmod 700"),
    "open file": ("bot folder", lambda found: _open_file(found.folder / "x"), "chmod 600"),
    "damaged key": (
        "intake's public key",
        lambda found: found.public_key_file.write_text("marker"),
        "damaged",
    ),
    "no token": ("channel token", lambda found: found.channel_token_file.unlink(), "missing"),
    "open token": ("channel token", lambda found: found.channel_token_file.chmod(0o640), "chmod 600"),
    "a file for a folder": ("outbox", lambda found: _half_an_outbox(found.outbox_folder), "The system says"),
}


def _open_file(path: Path) -> None:
    path.touch()
    path.chmod(0o644)


def _half_an_outbox(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "set_aside").touch(mode=0o600)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(settings: BotSettings, fault: str) -> None:
    """The thing that is wrong is named, with what to do about it."""
    name, harm, advice = FAULTS[fault]
    harm(settings)
    found = _found(settings)[name]
    assert not found.fine
    assert advice in found.advice
    assert "marker" not in found.advice


def test_the_outbox_is_counted(settings: BotSettings) -> None:
    """Reports that wait are counted and fine; those set aside are a fault, with the way back."""
    outbox = Outbox(settings.outbox_folder)
    for revision in (1, 2, 3):
        outbox.put(DRAFT, revision, SEALED)
    waiting = _found(settings)["outbox"]
    assert (waiting.fine, waiting.advice) == (True, "reports that wait for the intake: 3")
    outbox.set_aside(Entry(DRAFT, 2))
    aside = _found(settings)["outbox"]
    assert not aside.fine
    assert ": 1, in" in aside.advice
    assert f" They are sealed to {SEALED.key_id}. " in aside.advice
    assert "`reportline outbox flush --set-aside`" in aside.advice
    assert DRAFT not in aside.advice


def test_what_vanishes_during_the_look_is_no_fault(settings: BotSettings) -> None:
    """A bot may deliver a report between listing and looking; a dangling link stands in for that."""
    Outbox(settings.outbox_folder)
    (settings.outbox_folder / "gone").symlink_to("nowhere")
    assert [one for one in check(settings) if not one.fine] == []


def test_an_outbox_that_is_filling_is_a_fault(settings: BotSettings) -> None:
    """From four fifths on, the doctor says how full it is, and what to do."""
    crowded = BotSettings.model_validate({"data_dir": settings.data_dir, "outbox_maximum": 10})
    outbox = Outbox(settings.outbox_folder)
    for revision in range(1, 9):
        assert _found(crowded)["outbox"].fine
        outbox.put(DRAFT, revision, SEALED)
    filling = _found(crowded)["outbox"]
    assert not filling.fine
    assert "80 % full: 8 reports wait" in filling.advice


@pytest.mark.parametrize(("token", "fine"), [(None, True), ("7001:" + "a" * 35, True), ("marker", False)])
def test_the_telegram_token(settings: BotSettings, token: str | None, fine: bool) -> None:  # noqa: FBT001 - a row of the table above
    """No token is fine; one of a wrong shape is not, and is not repeated."""
    changed: dict[str, Any] = {"data_dir": settings.data_dir, "telegram_token": token}
    found = _found(BotSettings.model_validate(changed))["Telegram token"]
    assert found.fine is fine
    assert "marker" not in found.advice


def test_portals(settings: BotSettings, tmp_path: Path) -> None:
    """A folder without portals and a portal that there is not are told apart."""
    empty = tmp_path / "empty"
    empty.mkdir()
    for changed, setting in (
        ({"portals_dir": empty}, "REPORTLINE_PORTALS_DIR"),
        ({"portal": "nowhere"}, "REPORTLINE_PORTAL."),
    ):
        found = _found(BotSettings.model_validate({"data_dir": settings.data_dir, **changed}))["portals"]
        assert not found.fine
        assert setting in found.advice


def _own_portal(settings: BotSettings, written: str) -> Check:
    """Look at a folder of portals in which the international one has this beside what it needs."""
    folder = settings.data_dir / "portals"
    shutil.copytree(PORTALS, folder, dirs_exist_ok=True)
    portal = folder / "international.toml"
    portal.write_text(f"{written}\n{portal.read_text(encoding='utf-8')}", encoding="utf-8")
    return _found(BotSettings(data_dir=settings.data_dir, portals_dir=folder))["portals"]


def test_a_portal_that_no_bot_could_serve_is_a_fault(settings: BotSettings) -> None:
    """Its file is there, but cannot be read as a portal: the line is named."""
    found = _own_portal(settings, 'slip_of_the_pen = "x"')
    assert not found.fine
    assert "international.toml:1:" in found.advice
    assert "`reportline portal check`" in found.advice


def test_a_paused_portal_is_no_fault_and_is_named(settings: BotSettings) -> None:
    found = _own_portal(settings, "paused = true")
    assert (found.fine, "paused" in found.advice) == (True, True)


def _fleet(settings: BotSettings, **more: Any) -> Check:
    (settings.data_dir / "token").write_text("7001:" + "aB3_-" * 7)
    (settings.data_dir / "token").chmod(0o600)
    bots = settings.data_dir / "bots.toml"
    bots.write_text('[[bots]]\nportal = "ar"\nusername = "ar_reports_bot"\ntoken_file = "token"\n')
    given = {"data_dir": settings.data_dir, "bots_file": bots, "valkey_url": "valkey://127.0.0.1:1", **more}
    return _found(BotSettings(**given))["fleet"]


def test_a_fleet_that_can_be_served(settings: BotSettings) -> None:
    """The doctor reads bots.toml, and says how many bots it names."""
    assert _fleet(settings) == Check("fleet", fine=True, advice=_fleet(settings).advice)
    assert _fleet(settings).advice.startswith("1 bots can be served")


def test_a_fleet_without_valkey_is_a_fault(settings: BotSettings) -> None:
    """It would not start."""
    found = _fleet(settings, valkey_url=None)
    assert (found.fine, "REPORTLINE_VALKEY_URL" in found.advice) == (False, True)


def test_a_bot_that_is_polled_and_served_is_a_fault(settings: BotSettings) -> None:
    """To poll it takes its webhook away."""
    found = _fleet(settings, telegram_token="7001:" + "Zz9_-" * 7)
    assert (found.fine, "poll none" in found.advice) == (False, True)

"""The units of deploy/systemd run what there is, in a sandbox in which it works, also after a reboot."""

import asyncio
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command

from reportline.command_line import app
from reportline_queue.client import queue
from tests.bot_api_server import BotApiServer
from tests.deploy.confined import BIN, DATA, UNITS, Host, Unit, read_units
from tests.ports import next_port
from tests.reporter import BotApiControl, Reporter
from tests.system import ROOT, TOKEN

ALL = read_units()
SERVICES = {name: unit for name, unit in ALL.items() if name.endswith(".service")}
SANDBOX = "# The sandbox"
CONFIG = "/etc/reportline/reportline.toml"
GUIDE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
SECONDS = 60
SYSTEMD = shutil.which("systemd-analyze")
every_service = pytest.mark.parametrize("name", SERVICES)


def _reportline(unit: Unit) -> list[str]:
    """Give the words of the command that follow our program's path."""
    written = " ".join(unit.command)
    assert written.count(BIN) == 1
    return written.partition(BIN)[2].split()


def _settings_of_the_guide() -> str:
    """Give the file of settings as docs/running.md writes it."""
    (block,) = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(block)


def _require_command(words: list[str]) -> None:
    """Fail unless this names a command of ours, with options that it has."""
    command: Any = get_command(app)
    rest = [*words]
    if rest[0] == "queue":
        command = get_command(queue)
        rest = rest[1:]
    while hasattr(command, "commands"):
        assert rest[:1], f"{words} names no command"
        command = command.commands[rest.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options, words


@every_service
def test_each_command_exists(name: str) -> None:
    _require_command(_reportline(SERVICES[name]))


@pytest.mark.parametrize("page", ["docs/running.md", "docs/monitoring.md", "deploy/monitoring/alerts.yml"])
def test_each_command_that_a_page_names_exists(page: str) -> None:
    """In a span of code, or at the beginning of a line of a block."""
    text = (ROOT / page).read_text(encoding="utf-8")
    spans = re.findall(r"`(?:rl|reportline) ([^`]+)`", text) + re.findall(r"^ *rl (.+)$", text, re.MULTILINE)
    assert spans
    for span in spans:
        _require_command(span.split())


@every_service
def test_units_and_operator_read_the_same_settings(name: str) -> None:
    """They are in one file, and nothing else that a unit reads stands beside it."""
    unit = SERVICES[name]
    assert unit.environment["REPORTLINE_CONFIG"] == CONFIG
    assert unit.all("EnvironmentFile") == []
    assert not {"REPORTLINE_DATA_DIR", "REPORTLINE_BOTS_FILE"} & {*unit.environment}
    (operators,) = re.findall(r"^rl\(\) \(\n(.*?)^\)$", GUIDE, re.MULTILINE | re.DOTALL)
    assert f"export REPORTLINE_CONFIG={CONFIG}\n" in operators
    assert f' {BIN} "$@"' in operators


UPGRADE = "## A new version under systemd"
IN_ORDER = (
    "systemctl stop reportline-intake",
    "rl intake backup ",
    "systemctl stop 'reportline-*'",
    "git -C /opt/reportline pull",
    "make -C /opt/reportline install",
    "cp /opt/reportline/deploy/systemd/reportline-* /etc/systemd/system/",
    "systemctl daemon-reload",
    "rl intake upgrade",
    "systemctl start reportline-intake",
    "systemctl start reportline-bot",
    "rl doctor",
)
OF_INTAKE = {
    "systemctl stop reportline-intake",
    "rl intake backup ",
    "rl intake upgrade",
    "systemctl start reportline-intake",
}


def test_the_guide_upgrades_in_the_order_that_works() -> None:
    """No command replaces what still runs; a host of bots leaves out what is the intake's."""
    part = GUIDE.partition(f"\n{UPGRADE}\n")[2].partition("\n## ")[0]
    of_both, of_bots = part.partition("[host of bots alone]")[::2]
    for text, wanted in (
        (of_both, IN_ORDER),
        (of_bots, [one for one in IN_ORDER if one not in OF_INTAKE]),
    ):
        written = re.findall(r"^(?:systemctl|rl|git|make|cp) .+$", text, re.MULTILINE)
        assert [line[: len(begins)] for line, begins in zip(written, wanted, strict=True)] == [*wanted]
    assert "PYTHON=/usr/bin/python3" in part


@every_service
def test_each_service_stands_in_the_same_sandbox(name: str) -> None:
    """What one forbids, all forbid; each writes to its own half, and does not see the other."""
    written = [(UNITS / service).read_text(encoding="utf-8") for service in SERVICES]
    parts = {text.partition(SANDBOX)[2].partition("\n\n")[0].strip() for text in written}
    assert len(parts) == 1
    assert "SystemCallFilter" in parts.pop()
    unit = SERVICES[name]
    half, other = ("intake", "bot") if re.search("intake|backup", name) else ("bot", "intake")
    assert f"{DATA}/{half}" in unit.words("ReadWritePaths")
    assert f"{DATA}/{other}" in unit.words("InaccessiblePaths")
    assert all(path.startswith((f"{DATA}/{half}", "/var/backups/")) for path in unit.words("ReadWritePaths"))
    assert unit.all("User") == ["reportline"]
    assert {"MemoryMax", "MemorySwapMax", "TasksMax", "LimitCORE"} <= {key for key, _ in unit.lines}


@every_service
def test_what_stays_comes_back(name: str) -> None:
    """After a reboot, and after a fault."""
    unit = SERVICES[name]
    if unit.all("Type") == ["oneshot"]:
        assert f"{name.partition('.')[0]}.timer" in ALL
        return
    assert unit.all("WantedBy") == ["multi-user.target"]
    assert (unit.all("Restart"), unit.all("StartLimitIntervalSec")) == (["always"], ["0"])


@pytest.fixture
def copies(tmp_path: Path) -> list[str]:
    """Copy the units with a program that this machine has, since systemd looks for it."""
    if SYSTEMD is None:
        pytest.skip("NO SYSTEMD: the units are read, but not checked by systemd-analyze")
    for name in ALL:
        text = (UNITS / name).read_text(encoding="utf-8").replace(BIN, "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [str(tmp_path / name) for name in ALL]


def test_systemd_takes_every_unit(copies: list[str]) -> None:
    done = subprocess.run(
        [str(SYSTEMD), "verify", "--man=no", *copies], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if "reportline" in line]
    assert (done.returncode, told) == (0, [])


def test_systemd_finds_little_that_each_service_could_harm(copies: list[str]) -> None:
    """Its measure goes from 0 to 10; 2 is what it calls fine."""
    for path in copies:
        if path.endswith(".service"):
            command = [str(SYSTEMD), "security", "--offline=true", "--threshold=20", path]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """Give a host as the guide makes one: its file of settings, an intake that is set up, a passphrase."""
    probe = ["unshare", "--mount", "setpriv", "--no-new-privs", "true"]
    tools = all(map(shutil.which, ("unshare", "setpriv")))
    if not tools or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("this user may make no mount namespace: the units' commands are read, but not run")
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple\n")
    passphrase.chmod(0o600)
    token = tmp_path / "telegram.token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    config = tmp_path / "reportline.toml"
    config.write_text(_settings_of_the_guide())
    config.chmod(0o600)
    settings = {
        "REPORTLINE_CONFIG": str(config),
        "REPORTLINE_INTAKE_PORT": str(next_port()),
        "REPORTLINE_BACKUP_PASSPHRASE_FILE": str(passphrase),
    }
    host = Host(tmp_path / "data", tmp_path / "backups", settings)
    for folder in (host.data, host.backups):
        folder.mkdir(mode=0o700)
    done = host.command("setup")
    assert done.returncode == 0, done.stderr
    return host


def _answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)


def _assert_confined(pid: int, unseen: str) -> None:
    status = Path(f"/proc/{pid}/status").read_text()
    assert re.search(r"^NoNewPrivs:\s1$", status, re.MULTILINE)
    assert {*re.findall(r"^Cap\w+:\s(\w+)$", status, re.MULTILINE)} == {"0" * 16}
    assert [*Path(f"/proc/{pid}/root{DATA}/{unseen}").iterdir()] == []
    mounts = Path(f"/proc/{pid}/mountinfo").read_text()
    assert re.search(r" / ro[, ]", mounts)


def _worked_on(host: Host) -> str:
    """Claim what waits, as the first analyst, and give what is shown of it."""
    return host.command("queue", "next").stdout + host.command("queue", "show").stdout


def test_an_intake_works_in_its_sandbox_and_after_a_reboot(host: Host, tmp_path: Path) -> None:
    """A report that came before it is there afterwards; the nightly backup works beside it."""
    log, port = tmp_path / "intake.log", host.settings["REPORTLINE_INTAKE_PORT"]
    unit = SERVICES["reportline-intake.service"]
    first = host.start(unit, log)
    _answers(f"http://127.0.0.1:{port}/readyz", first, log)
    _assert_confined(first.pid, "bot")
    talked = host.command("bot", "talk", input="https://forum.example/thread/1\n1\n")
    assert "We have received it" in talked.stdout, talked.stderr
    backup = host.start(SERVICES["reportline-backup.service"], tmp_path / "backup.log")
    assert backup.wait(SECONDS) == 0, (tmp_path / "backup.log").read_text()
    (made,) = host.backups.iterdir()
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{6}", made.name)
    first.kill()
    first.wait(SECONDS)
    second = host.start(unit, log)
    try:
        _answers(f"http://127.0.0.1:{port}/readyz", second, log)
        deadline = time.monotonic() + SECONDS
        while "forum" not in (shown := _worked_on(host)):
            assert time.monotonic() < deadline, shown
    finally:
        second.terminate()
    (seconds,) = unit.all("TimeoutStopSec")
    assert second.wait(int(seconds)) == 0, log.read_text()


async def test_a_polled_bot_works_in_its_sandbox(host: Host, tmp_path: Path) -> None:
    """With its intake away, a report goes to the outbox; its health is where the unit says."""
    log, port = tmp_path / "bot.log", str(next_port())
    unit = SERVICES["reportline-bot.service"]
    async with BotApiServer(TOKEN) as telegram, BotApiControl(telegram.url) as control:
        host.settings["REPORTLINE_TELEGRAM_API_URL"] = telegram.url
        process = host.start(unit, log, **{"8091": port})
        try:
            await asyncio.to_thread(_answers, f"http://127.0.0.1:{port}/healthz", process, log)
            _assert_confined(process.pid, "intake")
            reporter = Reporter(control, language="en")
            await reporter.say("https://forum.example/thread/2")
            await reporter.sees("Not sent yet")
            await reporter.tap("send")
            await reporter.sees("kept safely")
        finally:
            process.terminate()
            (seconds,) = unit.all("TimeoutStopSec")
            ended = await asyncio.to_thread(process.wait, int(seconds))
    assert ended == 0, log.read_text()
    status = await asyncio.to_thread(host.command, "outbox", "status")
    assert "waiting for the intake: 1\n" in status.stdout, status.stdout + status.stderr

"""The operator's commands set up, list, check and start everything, and say what to do on a fault."""

import asyncio
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from conversations.wire.sealing import new_private_key, public_half
from tests.bot_api_chats import Failure
from tests.ports import next_port
from tests.reporter import BotApiControl, Reporter
from tests.system import TOKEN, System, set_up_system


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    async with set_up_system(tmp_path / "data", next_port()) as ready:
        yield ready


async def _command(system: System, *arguments: str) -> CompletedProcess[str]:
    return await asyncio.to_thread(system.command, *arguments)


async def test_setting_up_makes_keys_that_nobody_else_can_read_and_can_be_run_again(system: System) -> None:
    files = {
        path: path.read_bytes() for path in system.data.rglob("*") if path.is_file() and path.suffix != ".db"
    }
    assert files
    for path in system.data.rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert (await _command(system, "setup")).returncode == 0
    assert {path: path.read_bytes() for path in files} == files


async def test_the_settings_are_listed_with_their_sources_and_no_secret(system: System) -> None:
    listed = (await _command(system, "settings")).stdout
    for name in ("DATA_DIR", "TELEGRAM_TOKEN", "TELEGRAM_API_URL", "INTAKE_URL", "INTAKE_PORT", "PORTAL"):
        assert f"REPORTLINE_{name} = " in listed
    assert "from: environment" in listed
    assert "from: default" in listed
    assert TOKEN not in listed
    assert "(hidden)" in listed


async def test_the_doctor_finds_nothing_wrong_with_a_running_system(system: System) -> None:
    async with system.running("intake", "serve"):
        await system.intake_answers()
        looked = await _command(system, "doctor")
    assert looked.returncode == 0, looked.stdout
    assert "FAULT" not in looked.stdout
    assert TOKEN not in looked.stdout


async def test_the_doctor_says_what_to_do_about_each_fault(system: System) -> None:
    (system.data / "bot" / "channel.token").chmod(0o644)
    system.environment["REPORTLINE_TELEGRAM_TOKEN"] = TOKEN[:-1] + "x"
    looked = await _command(system, "doctor")
    assert looked.returncode == 1
    words = " ".join(looked.stdout.replace("│", " ").split())
    assert "chmod 600" in words
    assert (
        "Telegram refuses the token (401). Ask BotFather for a new one, and write it into the file" in words
    )
    assert "`reportline intake serve`" in words
    assert TOKEN[:-1] not in words


async def test_a_terminal_obeys_nothing_that_somebody_wrote_into_the_database(system: System) -> None:
    """An assessment that the audit log does not know is named by its id, which may be any text."""
    row = {
        "assessment_id": "\x1b[2J\x07\u202eall is fine",
        "item_id": "i",
        "claim_id": "c",
        "assessed_by": "k",
    }
    row |= {"assessed_at": "2026-03-01 12:00:00.000000", "vocabulary": "1", "outcome": "ignore"}
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    with sqlite3.connect(system.data / "intake" / "reportline.db") as database:
        insert = f"INSERT INTO assessments ({names}) VALUES ({marks})"  # noqa: S608 - named above
        database.execute(insert, list(row.values()))
    looked = await _command(system, "doctor")
    assert "all is fine" in " ".join(looked.stdout.split())
    assert not [sign for sign in looked.stdout if not sign.isprintable() and sign != "\n"]


async def test_the_doctor_says_what_is_wrong_with_the_bot_that_is_polled(system: System) -> None:
    """A bot with topics is a fault; a page of a proxy says nothing of the token."""
    telegram = system.telegram.api
    telegram.has_topics = True
    assert "topics in private chats, where answers get lost. Turn them off" in (await _doctor(system))[1]
    telegram.has_topics = False
    telegram.failures.append(Failure("getMe", status=404, raw="<html>not found</html>"))
    _, words = await _doctor(system)
    assert "What answers (404) does not speak as Telegram does." in words
    assert "token (404)" not in words


async def _doctor(system: System) -> tuple[int, str]:
    looked = await _command(system, "doctor")
    return looked.returncode, " ".join(looked.stdout.replace("│", " ").split())


def _key_in(token: Path) -> str:
    return token.read_text().split("-")[1]


async def test_the_doctor_asks_the_intake_what_it_says_of_this_host(system: System) -> None:
    """A newer public key is a hint; refused keys and another intake's public key are faults."""
    public, channel, analyst = (
        system.data / name for name in ("bot/intake_public.key", "bot/channel.token", "analyst.token")
    )
    async with system.running("intake", "serve"):
        await system.intake_answers()
        assert (await _command(system, "intake", "rotate", "seal")).returncode == 0
        # As on a bot host of its own, on which no key follows.
        status, words = await _doctor(system)
        assert (status, "has a newer public key" in words) == (0, True), words
        public.write_text(f"k1:{public_half('k1', new_private_key()).raw.hex()}\n")
        status, words = await _doctor(system)
        assert (status, "cannot open what is sealed to the public key" in words) == (1, True), words
        for token in (channel, analyst):
            assert (await _command(system, "intake", "key", "revoke", _key_in(token))).returncode == 0
        status, words = await _doctor(system)
        assert status == 1
        assert "refuses the access key in" in words
        assert "The intake refuses the key in" in words
        (made,) = (await _command(system, "intake", "key", "add", "channel", "desk")).stdout.split()
        analyst.write_text(made)
        assert "is no analyst's" in (await _doctor(system))[1]
        talked = await _command(system, "bot", "talk")
        assert talked.returncode == 1
        assert "refuses the access key in" in talked.stderr
        assert "Traceback" not in talked.stderr


@pytest.mark.parametrize("command", [("bot", "poll"), ("bot", "talk"), ("settings",), ("doctor",)])
async def test_a_wrong_setting_gets_a_sentence_and_no_traceback(
    system: System, command: tuple[str, ...]
) -> None:
    system.environment["REPORTLINE_INTAKE_PORT"] = "many"
    done = await _command(system, *command)
    assert done.returncode == 1
    assert "REPORTLINE_INTAKE_PORT" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_wrong_setting_of_the_intake_too(system: System) -> None:
    system.environment["REPORTLINE_INTAKE_LEASE_MINUTES"] = "long"
    for command in (("setup",), ("settings",), ("doctor",), ("intake", "serve")):
        done = await _command(system, *command)
        assert done.returncode == 1
        assert "REPORTLINE_INTAKE_LEASE_MINUTES" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("TIME_ZONE", "Mars/Olympus", "there is no such time zone; names are like America/Bogota"),
        ("STATUS_AFTER_DAYS", "{ar: 28}", "this is not JSON"),
    ],
)
async def test_a_mistyped_zone_and_broken_json_are_told_too(
    system: System, name: str, value: str, advice: str
) -> None:
    system.environment[f"REPORTLINE_{name}"] = value
    for command in (("setup",), ("settings",), ("doctor",), ("intake", "serve")):
        done = await _command(system, *command)
        assert done.returncode == 1
        assert f"REPORTLINE_{name}: {advice}" in done.stderr
        assert "Traceback" not in done.stderr
        assert value not in done.stderr


async def test_setting_up_says_in_a_sentence_what_is_in_its_way(system: System) -> None:
    token = system.data / "bot" / "channel.token"
    token.write_text("reportline-0123456789ab-" + "0" * 64)
    opens_nothing = await _command(system, "setup")
    system.environment["REPORTLINE_DATABASE_URL_FILE"] = str(system.data / "nowhere")
    no_file = await _command(system, "setup")
    del system.environment["REPORTLINE_DATABASE_URL_FILE"]
    system.environment["REPORTLINE_DATA_DIR"] = "/proc/nowhere"
    no_folder = await _command(system, "setup")
    for done, advice in (
        (opens_nothing, "opens nothing here"),
        (no_file, "Write the database's URL into it"),
        (no_folder, "The system says"),
    ):
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert advice in done.stderr


async def test_a_bot_without_keys_says_how_to_get_them(system: System) -> None:
    (system.data / "bot" / "intake_public.key").unlink()
    done = await _command(system, "bot", "poll")
    assert done.returncode == 1
    assert "reportline setup" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_bot_of_a_fleet_is_not_polled(system: System) -> None:
    """To poll it would take its webhook away, and nobody would hear of it."""
    bots = system.data / "bots.toml"
    bots.write_text('[[bots]]\nportal = "ar"\nusername = "reports_bot"\ntoken_environment = "A_TOKEN"\n')
    system.environment.update({"REPORTLINE_BOTS_FILE": str(bots), "A_TOKEN": TOKEN})
    done = await _command(system, "bot", "poll")
    assert done.returncode == 1
    assert "names this bot" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_token_that_telegram_refuses_ends_the_bot_with_a_sentence(system: System) -> None:
    system.environment["REPORTLINE_TELEGRAM_TOKEN"] = TOKEN[:-1] + "x"
    done = await _command(system, "bot", "poll")
    assert done.returncode == 1
    assert "Ask BotFather" in done.stderr
    assert TOKEN[:-1] not in done.stderr + done.stdout


async def test_run_starts_everything_and_takes_a_report_in_this_terminal_and_on_telegram(
    system: System, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "httpx.py").write_text("raise SystemExit('not the library')")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "reportline", "run"),
        cwd=tmp_path / "elsewhere",
        env=system.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"https://forum.example/1\n1\n")
    await process.stdin.drain()
    async with asyncio.timeout(60), BotApiControl(system.telegram.url) as control:
        await _read_until(process.stdout, "We have received it")
        reporter = Reporter(control, language="en")
        await reporter.say("https://forum.example/2")
        await reporter.sees("Not sent yet")
        await reporter.tap("send")
        await reporter.sees("We have received it")
        counted = await _command(system, "queue", "stats")
        process.stdin.close()
        process.terminate()
        await process.communicate()
        assert not await system.is_answered()
    assert "2" in counted.stdout


async def test_a_slip_of_the_pen_is_answered_with_the_command_that_is_nearest(system: System) -> None:
    done = await _command(system, "queu", "next")
    assert done.returncode == 2
    assert "Did you mean 'queue'?" in done.stderr


async def test_run_says_so_when_the_port_is_taken(system: System) -> None:
    async with system.running("intake", "serve"):
        await system.intake_answers()
        done = await _command(system, "run")
    assert done.returncode == 1
    assert "REPORTLINE_INTAKE_PORT" in done.stderr


async def _read_until(stream: asyncio.StreamReader, text: str) -> None:
    seen = b""
    while text.encode() not in seen:
        more = await stream.read(4096)
        assert more, seen.decode()
        seen += more


async def test_every_command_tells_of_a_variable_that_is_no_setting(system: System) -> None:
    system.environment["REPORTLINE_EXPOSURE_MINUTE_A_DAY"] = "marker"
    told = (
        "REPORTLINE_EXPOSURE_MINUTE_A_DAY is no setting, and changes nothing. "
        "Did you mean REPORTLINE_EXPOSURE_MINUTES_A_DAY?\n"
    )
    for command in (
        ("setup",),
        ("settings",),
        ("intake", "key", "list"),
        ("queue", "words"),
        ("portal", "check"),
    ):
        done = await _command(system, *command)
        assert (done.returncode, done.stderr) == (0, told), command
        assert "marker" not in done.stdout
    status, words = await _doctor(system)
    assert status == 1
    assert "FAULT settings REPORTLINE_EXPOSURE_MINUTE_A_DAY is no setting" in words


async def test_the_file_of_settings_is_read_by_bot_intake_and_client(system: System) -> None:
    file = system.data / "reportline.toml"
    file.touch(0o600)
    file.write_text(f'data_dir = "."\nintake_port = {system.environment.pop("REPORTLINE_INTAKE_PORT")}\n')
    del system.environment["REPORTLINE_DATA_DIR"]
    there = System({**system.environment, "REPORTLINE_CONFIG": str(file)}, system.telegram)
    assert f"    from: {file}; default: 8080" in (await _command(there, "settings")).stdout
    url = f"http://127.0.0.1:{file.read_text().split()[-1]}"
    refused = await _command(there, "queue", "mine")
    assert refused.stderr.startswith(f"The intake does not answer at {url}.")
    status = await _command(there, "outbox", "status")
    assert (status.returncode, status.stderr) == (0, "")
    file.chmod(0o622)
    for command in (("settings",), ("bot", "talk"), ("intake", "serve"), ("queue", "mine")):
        done = await _command(there, *command)
        assert done.returncode == 1
        assert done.stderr == f"Others on this machine can write to {file}. Close it: `chmod go-w {file}`.\n"


async def test_receipts_of_portals_that_do_not_exist_are_a_fault(system: System) -> None:
    system.environment["REPORTLINE_STATUS_AFTER_DAYS"] = '{"ar": 28, "nowhere": 28}'
    _, words = await _doctor(system)
    assert "FAULT receipts" in words
    assert "names portals that are not in" in words
    assert ": nowhere. Write their files' names." in words


async def test_an_analysts_key_that_others_can_read_is_a_fault(system: System) -> None:
    token = system.data / "analyst.token"
    token.chmod(0o644)
    looked = await _command(system, "doctor")
    # Folded and never cut, the path can be copied.
    assert f"chmod600{token}`" in "".join(looked.stdout.replace("│", " ").split()).replace("analysttoken", "")


async def test_set_up_makes_no_keys_where_another_intake_answers(system: System, tmp_path: Path) -> None:
    """Most often it is run in the wrong folder."""
    async with system.running("intake", "serve"):
        await system.intake_answers()
        elsewhere = System(
            {**system.environment, "REPORTLINE_DATA_DIR": str(tmp_path / "new")}, system.telegram
        )
        done = await _command(elsewhere, "setup")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert (
            f"An intake answers at {system.intake_url}, and {tmp_path / 'new'}/intake has no keys."
            in done.stderr
        )
        assert not (tmp_path / "new").exists()


async def test_the_version_is_told(system: System) -> None:
    done = await _command(system, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{version('reportline')}\n", "")


async def test_a_word_that_is_not_one_of_a_list_is_told_without_the_kind_of_error(system: System) -> None:
    told = await _command(system, "intake", "key", "add", "boss", "somebody")
    assert told.returncode == 2
    assert "'boss' is not one of" in told.stderr
    assert "Value error" not in told.stderr

"""No part of the system opens, resolves or previews a reported address, or fetches what was attached."""

import asyncio
import json
from pathlib import Path

from tests.ports import next_port
from tests.reporter import BotApiControl, Reporter
from tests.system import System, set_up_system

HOST = "never-opened.example"
LINKS = (
    f"https://{HOST}/page",
    f"http://user@{HOST}:8080/",
    "hxxps://also-never[.]example/a",
    f"magnet:?xt=urn:btih:{'0' * 40}&tr=http://{HOST}/announce",
)
# What Python tells of every way to a name or a connection, in a process of ours.
WATCHER = """
import json, os, sys
def watch(event, arguments):
    if event.startswith("socket.") or event in {"urllib.Request", "http.client.connect", "subprocess.Popen"}:
        with open(os.environ["WATCHED"], "a", encoding="utf-8") as file:
            file.write(json.dumps([event, [str(argument) for argument in arguments]]) + "\\n")
sys.addaudithook(watch)
"""
ATTACHED = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]}


def _watched(system: System, folder: Path) -> Path:
    """Have every process of ours write down where it goes."""
    (folder / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    system.environment["PYTHONPATH"] = str(folder)
    system.environment["WATCHED"] = str(folder / "watched.jsonl")
    return folder / "watched.jsonl"


async def _reported(reporter: Reporter) -> None:
    for link in LINKS:
        await reporter.say(f"look {link}")
        await reporter.sees()
    for choice in ("theirs", "unsure"):
        if choice in [
            button.choice for seen in await reporter.messages() for row in seen.rows for button in row
        ]:
            await reporter.tap(choice)
            await reporter.sees()
    await reporter.send(**ATTACHED, caption=f"https://{HOST}/picture")
    await reporter.sees()
    await reporter.tap("link_only")
    await reporter.sees("We have received it")


async def test_no_address_is_resolved_or_opened_and_no_media_fetched(tmp_path: Path) -> None:
    data, watching = tmp_path / "data", tmp_path / "watching"
    watching.mkdir()
    async with set_up_system(data, next_port(), started=True) as system:
        watched = _watched(system, watching)
        async with system.running("intake", "serve"), system.running("bot", "poll"):
            await system.intake_answers()
            async with BotApiControl(system.telegram.url) as control:
                reporter = Reporter(control, language="en")
                await reporter.start()
                await reporter.sees()
                await _reported(reporter)
                methods = {call["method"] for call in await control.calls()}
            claimed = await asyncio.to_thread(system.command, "queue", "next", "5")
    lines = [json.loads(line) for line in watched.read_text(encoding="utf-8").splitlines()]
    assert claimed.returncode == 0
    assert {event for event, _ in lines} >= {"socket.connect"}
    assert not [line for line in lines if "never" in json.dumps(line)]
    assert not [event for event, _ in lines if event == "subprocess.Popen"]
    assert _went_to(lines) <= {"127.0.0.1", "localhost", "None"}
    assert "getFile" not in methods


def _went_to(lines: list[tuple[str, list[str]]]) -> set[str]:
    """Give every host that was looked up or connected to."""
    looked_up = {arguments[0] for event, arguments in lines if event == "socket.getaddrinfo"}
    connected = {
        arguments[1].strip("('").split("'")[0] for event, arguments in lines if event == "socket.connect"
    }
    return looked_up | connected


async def test_the_watcher_sees_what_is_resolved(tmp_path: Path) -> None:
    async with set_up_system(tmp_path / "data", next_port(), started=True) as system:
        watched = _watched(system, tmp_path)
        system.environment["REPORTLINE_INTAKE_URL"] = f"https://{HOST}"
        await asyncio.to_thread(system.command, "doctor")
    lines = [json.loads(line) for line in watched.read_text(encoding="utf-8").splitlines()]
    assert HOST in _went_to(lines)

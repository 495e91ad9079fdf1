"""A report passes from a chat to an analyst's decision, through the real processes of bot and intake."""

import asyncio
import re
import time
from pathlib import Path

import pytest

from tests.ports import next_port
from tests.reporter import BotApiControl, Reporter
from tests.system import System, set_up_system

ADDRESS = "https://forum.example/thread/4711?page=2"
LINK = f"{ADDRESS}&fbclid=IwAR0-canary#post-3"
WORDS = {
    "en": {
        "first": "Hello. You can send a web link here.",
        "review": "Not sent yet.",
        "sent": "Thank you. We have received it.",
        "buttons": ("Send", "Answer questions", "A search", "Finish"),
    },
    "es": {"first": "enlace", "review": "forum[.]example", "sent": "Gracias", "buttons": ()},
}


async def _report(reporter: Reporter, language: str) -> None:
    """Take a report from the start link to the last card, by what the reporter sees."""
    words = WORDS[language]
    await reporter.start("ar")
    await reporter.sees(str(words["first"]))
    own = await reporter.say(f"vi esto {LINK} por favor")
    card = await reporter.sees(str(words["review"]))
    assert "hxxps://forum[.]example" in card.text
    assert "fbclid" not in card.text
    await _gone(reporter, own)
    await reporter.tap("link_only")
    await reporter.sees(str(words["sent"]))
    await reporter.tap("details")
    await reporter.sees()
    await reporter.tap("search")
    await reporter.sees()
    await reporter.tap("finish")
    await reporter.sees()


async def _gone(reporter: Reporter, message: int) -> None:
    async with asyncio.timeout(10):
        while message in await reporter.own_messages():
            await asyncio.sleep(0.01)


def _claimed(system: System) -> str:
    """Claim what comes into the queue within two seconds, or a slow machine's ten."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        done = system.command("queue", "next")
        assert done.returncode == 0, done.stderr + done.stdout
        if found := re.search(r"(?m)^│ (\d+) +│", done.stdout):
            return found[1]
    raise AssertionError("the report never came into the queue")


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_report_reaches_an_analysts_decision(tmp_path: Path, language: str) -> None:
    async with set_up_system(tmp_path, next_port()) as system:
        async with system.running("intake", "serve"), system.running("bot", "poll"):
            await system.intake_answers()
            async with BotApiControl(system.telegram.url) as control:
                reporter = Reporter(control, language=language)
                await _report(reporter, language)
                assert len(await reporter.messages()) == 1
            claim = await asyncio.to_thread(_claimed, system)
            shown = await asyncio.to_thread(system.command, "queue", "show", claim)
            assert "forum[.]example" in shown.stdout
            assert "https://forum.example" not in shown.stdout
            plain = await asyncio.to_thread(system.command, "queue", "show", claim, "--plain-addresses")
            assert f"{ADDRESS}#post-3" in plain.stdout.replace("\n", "")
            decided = await asyncio.to_thread(system.command, "queue", "assess", claim, "--outcome", "ignore")
            assert decided.returncode == 0, decided.stdout + decided.stderr
            late = await asyncio.to_thread(system.command, "queue", "release", claim)
            assert late.returncode == 1
        _nothing_telling(tmp_path)


def _nothing_telling(folder: Path) -> None:
    """No file holds the token, the chat or a name, and none but the vault's key opens the address."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for telling in (b"canary", b"Canary", b"5000000001", b"forum.example", b"fbclid"):
                assert telling not in content, f"{telling!r} in {path.relative_to(folder)}"


async def test_with_the_intake_away_the_report_follows_when_it_is_back(tmp_path: Path) -> None:
    async with set_up_system(tmp_path, next_port()) as system:
        async with system.running("bot", "poll"):
            async with BotApiControl(system.telegram.url) as control:
                reporter = Reporter(control, language="en")
                await reporter.say(LINK)
                await reporter.sees("Not sent yet")
                await reporter.tap("send")
                await reporter.sees("kept safely")
            async with system.running("intake", "serve"):
                await system.intake_answers()
                await _delivered(system)
                assert await asyncio.to_thread(_claimed, system)


async def test_a_bot_that_is_killed_delivers_what_it_acknowledged(tmp_path: Path) -> None:
    async with set_up_system(tmp_path, next_port()) as system:
        async with system.running("bot", "poll") as bot:
            async with BotApiControl(system.telegram.url) as control:
                reporter = Reporter(control, language="en")
                await reporter.say(LINK)
                await reporter.sees("Not sent yet")
                await reporter.tap("send")
                await reporter.sees("kept safely")
                await _confirmed(control)
                bot.kill()
                async with system.running("intake", "serve"), system.running("bot", "poll"):
                    await system.intake_answers()
                    await _delivered(system)
                    assert await asyncio.to_thread(_claimed, system)
                    await reporter.tap("details")
                    await reporter.sees("old talk")


async def _confirmed(control: BotApiControl) -> None:
    """Wait until the bot has confirmed every update: else the tap on Send would come again after the kill."""
    async with asyncio.timeout(10):
        while (await control.get("state"))["waiting"]:
            await asyncio.sleep(0.01)


async def _delivered(system: System) -> None:
    async with asyncio.timeout(30):
        while any((system.data / "bot" / "outbox").glob("*.json")):
            await asyncio.sleep(0.05)

"""`fleet sync` shows which settings of a fleet's bots differ at Telegram, and sets them without a loss."""

import asyncio
import os
import pty
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.channels.telegram.calls import Call
from bot.channels.telegram.updates import UPDATE_KINDS
from bot.commands.fleet import fleet
from bot.fleet.bots_file import BotEntry
from bot.fleet.sync import changes, question, settings_of
from bot.fleet.webhook_keys import WebhookKeys, read_webhook_keys
from tests import forked
from tests.bot_api import Failure
from tests.bot_api_server import BotApiServer

TOKEN = "7001:" + "aB3_-" * 7
OTHER = "7002:" + "Zz9_-" * 7
URL = "https://fleet.example"
KEYS = WebhookKeys(bytes(32))
BOT = BotEntry("ar", "reports_bot", TOKEN, ("es", "en"), paused=False)
KNOWN = frozenset({"en", "es", "sw"})
SETTINGS = settings_of(BOT, KEYS, URL, KNOWN)


def _set(settings: tuple[Call, ...] = SETTINGS) -> list[Any]:
    """Give the answers of a Telegram where all is set as wanted."""
    return [
        each.parameters["commands"] if each.method == "setMyCommands" else dict(each.parameters)
        for each in settings
    ]


def _place(method: str, language: str | None = None) -> int:
    return next(
        place
        for place, each in enumerate(SETTINGS)
        if each.method == method and each.parameters.get("language_code") == language
    )


def test_what_a_bot_is_given() -> None:
    """The first language serves for all others; one that is not spoken is emptied; names come last."""
    webhook, *presented = SETTINGS
    assert dict(webhook.parameters) == {
        "url": f"{URL}/telegram/{KEYS.path('7001')}",
        "secret_token": KEYS.secret("7001"),
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
    }
    assert list(dict.fromkeys(call.method for call in presented)) == [
        "setMyCommands",
        "setMyDescription",
        "setMyShortDescription",
        "setMyName",
    ]
    names = {call.parameters.get("language_code"): call.parameters["name"] for call in presented[-4:]}
    assert names == {None: "Enlaces web", "en": "Web links", "es": "", "sw": ""}
    assert not any("drop_pending_updates" in call.parameters for call in SETTINGS)
    for call in presented:
        scope = {"type": "all_private_chats"} if call.method == "setMyCommands" else None
        assert call.parameters.get("scope") == scope


def test_each_setting_has_its_question() -> None:
    assert question(SETTINGS[0]) == Call("getWebhookInfo")
    commands = SETTINGS[_place("setMyCommands", "en")]
    assert question(commands) == Call(
        "getMyCommands", {"scope": {"type": "all_private_chats"}, "language_code": "en"}
    )
    assert question(SETTINGS[_place("setMyName")]) == Call("getMyName")


def test_nothing_differs() -> None:
    """The order in which Telegram tells the kinds of updates, and what else it tells, counts for nothing."""
    answers = _set()
    answers[0] |= {"allowed_updates": [*reversed(UPDATE_KINDS)], "pending_update_count": 3}
    assert changes(SETTINGS, answers) == ()


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("url", "", ""),
        ("url", "https://x:y@old.example:8443/123:secret", "https://old.example:8443/... (another path)"),
        ("url", f"{URL}/telegram/other", f"{URL}/... (another path)"),
        ("max_connections", 7, f"{URL}/telegram/...\n"),
        ("allowed_updates", ["message"], "\nmessage\n"),
        ("allowed_updates", None, "all usual kinds"),
    ],
)
def test_a_webhook_that_differs_is_set_whole(part: str, value: Any, says: str) -> None:
    """It is shown without its path, which may hold a secret, and set with everything, the secret too."""
    answers = _set()
    answers[0] = (
        {**answers[0], part: value}
        if value is not None
        else {"url": answers[0]["url"], "max_connections": 40}
    )
    (change,) = changes(SETTINGS, answers)
    assert (change.what, change.call) == ("webhook", SETTINGS[0])
    assert says in change.now
    shown = f"{change!r} {change.now} {change.then}"
    assert not any(secret in shown for secret in ("123", "x:y", KEYS.path("7001"), KEYS.secret("7001")))


@pytest.mark.parametrize("method", ["setMyDescription", "setMyShortDescription", "setMyName"])
def test_a_text_that_differs_is_set(method: str) -> None:
    place = _place(method, "en")
    answers = _set()
    (field,) = answers[place].keys() - {"language_code"}
    answers[place] = {field: "[bold]Old[/bold]"}
    (change,) = changes(SETTINGS, answers)
    assert change.what == f"{field.replace('_', ' ')} for en"
    assert (change.now, change.then) == ("[bold]Old[/bold]", SETTINGS[place].parameters[field])
    assert change.call == SETTINGS[place]


def test_commands_in_another_order_differ() -> None:
    place = _place("setMyCommands")
    answers = _set()
    answers[place] = [*reversed(answers[place])]
    (change,) = changes(SETTINGS, answers)
    assert change.what == "commands for all others"
    assert change.now.splitlines() == [*reversed(change.then.splitlines())]
    assert change.call == SETTINGS[place]


def test_what_is_no_longer_spoken_is_taken_away() -> None:
    commands, name = _place("setMyCommands", "sw"), _place("setMyName", "sw")
    answers = _set()
    answers[commands], answers[name] = [{"command": "old", "description": "Zamani"}], {"name": "Viungo"}
    first, second = changes(SETTINGS, answers)
    assert (first.now, first.then, first.call.method) == ("/old: Zamani", "", "deleteMyCommands")
    assert first.call.parameters == {"scope": {"type": "all_private_chats"}, "language_code": "sw"}
    assert (second.now, second.then, second.call) == ("Viungo", "", SETTINGS[name])


def test_what_stands_in_for_an_unset_language_is_no_difference() -> None:
    """Telegram may tell nothing for a language that is not set, or what it shows instead."""
    answers = _set()
    answers[_place("setMyName", "sw")] = answers[_place("setMyName")]
    assert changes(SETTINGS, answers) == ()


class Scene:
    """A Bot API server, and the folder of a fleet."""

    def __init__(self, server: BotApiServer, folder: Path) -> None:
        self.server, self.folder = server, folder

    def write(self, *bots: tuple[str, str, str]) -> None:
        """Write bots.toml from (username, token, more) of bots."""
        text = ""
        for place, (username, token, more) in enumerate(bots):
            path = self.folder / f"{place}.token"
            path.write_text(token, encoding="ascii")
            path.chmod(0o600)
            named = f'portal = "ar"\nusername = "{username}"\ntoken_file = "{path.name}"'
            text += f"[[bots]]\n{named}\n{more}\n"
        (self.folder / "bots.toml").write_text(text, encoding="utf-8")

    async def sync(self, *arguments: str) -> tuple[int, str]:
        """Run the command; gives its exit status and what it shows, in which no token or secret is."""
        result = await asyncio.to_thread(CliRunner().invoke, fleet, ["sync", *arguments])
        keys = read_webhook_keys(self.folder / "bot" / "fleet.key")
        secrets = [value for bot in ("7001", "7002") for value in (keys.path(bot), keys.secret(bot))]
        assert not any(each in result.output for each in (TOKEN, OTHER, *secrets))
        return result.exit_code, result.output

    def calls(self, *, setting: bool) -> list[str]:
        """Give the methods that were called so far at the first bot, those that set or those that ask."""
        methods = [call["method"] for call in self.server.api.journal]
        return [method for method in methods if method.startswith("get") != setting]


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with BotApiServer(TOKEN) as server:
        monkeypatch.setenv("REPORTLINE_TELEGRAM_API_URL", server.url)
        monkeypatch.setenv("REPORTLINE_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("REPORTLINE_BOTS_FILE", str(tmp_path / "bots.toml"))
        monkeypatch.setenv("REPORTLINE_FLEET_URL", URL)
        built = Scene(server, tmp_path)
        built.write(("reports_bot", TOKEN, ""))
        yield built


async def test_it_shows_then_sets_then_finds_nothing_to_do(scene: Scene) -> None:
    """Without a terminal nothing is set unless --yes is given; a second sync makes no call that sets."""
    status, output = await scene.sync()
    assert (status, scene.calls(setting=True)) == (1, [])
    assert "Nothing is changed: add --yes" in output
    assert "name for en" in output
    assert "Enlaces web" in output

    assert (await scene.sync("--yes"))[0] == 0
    api = scene.server.api
    keys = read_webhook_keys(scene.folder / "bot" / "fleet.key")
    assert api.delivery is not None
    assert (api.delivery.webhook.url, api.delivery.webhook.secret) == (
        f"{URL}/telegram/{keys.path('7001')}",
        keys.secret("7001"),
    )
    assert api.presented["setMyName"] == {"": "Enlaces web", "en": "Web links"}
    assert {*api.presented["setMyCommands"]} == {"", "en"}

    api.journal.clear()
    assert await scene.sync("--yes") == (0, "@reports_bot: is as it should be.\n")
    assert scene.calls(setting=True) == []


async def test_only_what_differs_is_set(scene: Scene) -> None:
    """A language that goes is taken away; neither that nor a pause touches the webhook."""
    await scene.sync("--yes")
    scene.server.api.journal.clear()
    scene.write(("reports_bot", TOKEN, 'languages = ["en"]\npaused = true'))
    assert (await scene.sync("--yes"))[0] == 0
    presented = scene.server.api.presented
    assert {language: name for language, name in presented["setMyName"].items() if name} == {"": "Web links"}
    assert {*presented["setMyCommands"]} == {""}
    assert not {"setWebhook", "deleteWebhook"} & {*scene.calls(setting=True)}
    assert (await scene.sync())[0] == 0


async def test_a_new_token_gets_its_webhook_and_what_waits_stays(scene: Scene) -> None:
    await scene.sync("--yes")
    api = scene.server.api
    before = api.delivery and api.delivery.webhook
    await api.revoke("7001:" + "N" * 35)
    await api.push({"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hello"}})
    status, output = await scene.sync("--yes")
    assert (status, "Ask BotFather for a new one" in output) == (1, True)

    scene.write(("reports_bot", "7001:" + "N" * 35, ""))
    assert (await scene.sync("--yes"))[0] == 0
    assert api.delivery is not None
    assert (api.delivery.webhook, api.waiting) == (before, 1)


async def test_updates_that_cannot_be_brought_are_told(scene: Scene) -> None:
    """What Telegram says of its failed tries is told for as long as it fails, and no longer."""
    await scene.sync("--yes")
    api = scene.server.api
    await api.push({"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hello"}})
    assert api.delivery is not None
    async with asyncio.timeout(10):
        while api.delivery.last_error is None:
            await asyncio.sleep(0.01)
    status, output = await scene.sync()
    assert (status, "Telegram cannot bring 1 updates, and says: " in output) == (1, True)
    await api.pause()
    api.delivery.last_error = (0, "long ago")
    assert (await scene.sync())[0] == 0


async def test_a_bot_that_fails_stops_no_other(scene: Scene) -> None:
    """A token that is refused, and one of another bot than the file says, are told; the rest is done."""
    scene.server.add("7003:" + "c" * 35)
    scene.write(("gone_bot", OTHER, ""), ("other_bot", "7003:" + "c" * 35, ""), ("Reports_Bot", TOKEN, ""))
    status, output = await scene.sync("--yes")
    assert status == 1
    assert "@gone_bot: Telegram refuses its token. Ask BotFather" in output
    assert "@other_bot: Telegram knows its token as @" in output
    assert "@Reports_Bot: is as it should be." in output
    assert await scene.sync("@reports_bot") == (0, "@Reports_Bot: is as it should be.\n")


async def test_a_bot_with_topics_is_refused(scene: Scene) -> None:
    """The reporter's topic is none of the bot's answers: nothing is set until topics are turned off."""
    scene.server.api.has_topics = True
    status, output = await scene.sync("--yes")
    assert (status, scene.calls(setting=True)) == (1, [])
    assert output == (
        "@reports_bot: It has topics in private chats, where answers get lost. Turn them off at BotFather.\n"
    )


async def test_a_long_wait_is_told_and_a_short_one_waited(scene: Scene) -> None:
    """What Telegram slows down for hours stays to be done; the webhook, which comes first, is set."""
    scene.server.api.failures.append(Failure("setMyDescription", status=429, retry_after=1))
    scene.server.api.failures.append(Failure("setMyName", status=429, retry_after=9000))
    status, output = await scene.sync("--yes")
    assert (status, scene.server.api.delivery is not None) == (1, True)
    assert "@reports_bot: Telegram takes no more for 150 minutes. Run this again then. " in output
    assert "To be set: name for all others, name for en." in output
    assert (await scene.sync("--yes"))[0] == 0


async def test_what_is_refused_keeps_back_nothing_else(scene: Scene) -> None:
    scene.server.api.failures.append(Failure("setWebhook", status=400))
    status, output = await scene.sync("--yes")
    assert (status, "To be set: webhook." in output) == (1, True)
    assert "REPORTLINE_FLEET_URL" in output
    assert scene.server.api.presented["setMyName"] == {"": "Enlaces web", "en": "Web links"}


async def test_a_telegram_that_is_away(scene: Scene) -> None:
    await scene.server.stop()
    status, output = await scene.sync("--yes")
    assert (status, output) == (
        1,
        "@reports_bot: Telegram does not answer. See the network, and run this again.\n",
    )


async def test_what_must_be_right_before(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of no bot, a missing address and a wrong file are told before anything is asked."""
    assert await scene.sync("gone_bot") == (1, "No bot of this name is in the file. There are reports_bot.\n")
    monkeypatch.delenv("REPORTLINE_FLEET_URL")
    assert "Set REPORTLINE_FLEET_URL" in (await scene.sync())[1]
    scene.write(("reports_bot", "no token", ""))
    assert "bots.toml:4: The Telegram token is no token." in (await scene.sync())[1]
    assert scene.server.api.journal == []


@pytest.mark.parametrize(("answer", "name"), [("n", None), ("y", "Enlaces web")])
async def test_an_operator_at_a_terminal_is_asked(
    scene: Scene, tmp_path: Path, answer: str, name: str | None
) -> None:
    """At a terminal the command asks, and sets nothing without a yes."""
    ours, theirs = pty.openpty()
    with (tmp_path / "output").open("wb") as output:
        process = forked.start("fleet", "sync", env=os.environ, stdin=theirs, stdout=output, stderr=output)
    os.write(ours, f"{answer}\n".encode())
    status = await asyncio.to_thread(process.wait, 60)
    os.close(ours)
    os.close(theirs)
    assert "Set this at Telegram?" in (tmp_path / "output").read_text(encoding="utf-8")
    assert status == (1 if name is None else 0)
    assert scene.server.api.presented.get("setMyName", {}).get("") == name

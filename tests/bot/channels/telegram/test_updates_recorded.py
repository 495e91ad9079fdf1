"""The same updates lead to the same calls by polling and by webhooks: recorded ones, and a talk in disorder.

`pytest tests/bot/channels/telegram/test_updates_recorded.py --update` writes the expected calls anew; read
the difference before you keep it.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import MemorySessions
from conversations.wire.report import Report
from tests.bot.channels.telegram.transports import HASTE, TRANSPORTS, Transport, until, world_of
from tests.bot_api_chats import Failure
from tests.bot_api_server import BotApiServer
from tests.reporter import BotApiControl, Reporter, Seen
from tests.runner_host import Host, an_intake
from tests.webhook_delivery import Handling

PAYLOADS = Path(__file__).parents[3] / "payloads"
EXPECTED = PAYLOADS / "telegram_calls.json"
UNHURRIED = replace(HASTE, calls_a_second=1000)
LINK = "https://forum.example/thread/4711"
OTHER_LINK = "https://forum.example/thread/4712"
FIRST_UPDATE = 800_000_001


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> Transport:
    """Go each way."""
    return TRANSPORTS[request.param]


async def test_recorded_updates(transport: Transport, update: bool) -> None:  # noqa: FBT001 - a fixture
    """Every recorded update that Telegram could number leads to the calls that are written down for it."""
    names = [path.stem for path in sorted((PAYLOADS / "telegram").iterdir()) if _is_numbered(path)]
    async with world_of(transport) as world:
        world.bot_api.api.updates += [_as_its_own(index, name) for index, name in enumerate(names)]
        async with world.serving(UNHURRIED):
            await until(world.waiting, 0)
        calls = _by_payload(await world.control.calls(), names)
    if update:
        EXPECTED.write_text(json.dumps(calls, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    assert calls == json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert len(names) > 115


def _is_numbered(path: Path) -> bool:
    return isinstance(json.loads(path.read_text(encoding="utf-8"))["update"].get("update_id"), int)


def _as_its_own(index: int, name: str) -> dict[str, Any]:
    """Read an update, with chats and a tap that no other has, so that its calls can be told from others'."""
    text = (PAYLOADS / "telegram" / f"{name}.json").read_text(encoding="utf-8")
    own = re.sub(r"50000000(\d\d)", rf"5{index:03}0000\1", text).replace(
        "4382bfdwdsb323b2d9", f"tap-{index:03}"
    )
    update: dict[str, Any] = json.loads(own)["update"]
    return {**update, "update_id": FIRST_UPDATE + index}


def _by_payload(calls: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in calls:
        if call["method"] in {"deleteWebhook", "setWebhook"}:
            continue
        text = json.dumps({"method": call["method"], **_plain(call["parameters"])}, ensure_ascii=False)
        match = re.search(r"5(\d{3})0000\d\d|tap-(\d{3})", text)
        assert match, text
        text = re.sub(r"5\d{3}0000(\d\d)", r"50000000\1", re.sub(r"tap-\d{3}", "tap", text))
        found[names[int(match[1] or match[2])]].append(
            json.loads(re.sub(r"1a2b3c4d\.\d+", "1a2b3c4d.n", text))
        )
    # What ends a tap goes its own way, so it may be earlier or later than the card.
    return {
        name: sorted(found[name], key=lambda call: call["method"] == "answerCallbackQuery") for name in names
    }


def _ends_tap(call: dict[str, Any]) -> bool:
    return bool(call["method"] == "answerCallbackQuery")


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Give parameters as they were meant: over HTTP, all but texts is JSON."""
    return {name: value if name == "text" else _meant(value) for name, value in parameters.items()}


def _meant(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


class Talk:
    """A talk of a real runner, over one transport, in steps: each is served until nothing is left to do."""

    def __init__(
        self, transport: Transport, bot_api: BotApiServer, control: BotApiControl, folder: Path
    ) -> None:
        self.intake, key = an_intake()
        sessions = MemorySessions(TalkSecrets(lambda: 0.0), lambda: 0.0)
        self.runner = Host(sessions, folder, self.intake, key).runner
        self.reporter = Reporter(control, language="en")
        self.bot_api, self._transport, self._control = bot_api, transport, control

    @property
    def reports(self) -> list[Report]:
        """What has come to the intake."""
        return [*self.intake.reports.values()]

    @property
    def last_update(self) -> dict[str, Any]:
        """Give what the reporter did last, and nobody has fetched yet."""
        return self.bot_api.api.updates[-1]

    async def card(self) -> Seen:
        """Give the newest card."""
        return (await self.reporter.messages())[-1]

    async def step(self, *redelivered: dict[str, Any]) -> list[str]:
        """Let everything that waits come, and what comes again; say what the bot does."""
        self.bot_api.api.journal.clear()
        self.bot_api.api.updates += redelivered
        async with self._transport.serving(self.bot_api, self.runner, UNHURRIED):
            await until(self._waiting, 0)
        calls = [call for call in await self._control.calls() if not call["method"].endswith("Webhook")]
        return [_said(call) for call in sorted(calls, key=_ends_tap)]

    async def step_at_once(self) -> None:
        """Let everything that waits come at the same moment, where the way allows it."""
        api = self.bot_api.api
        waiting, api.updates = api.updates, []
        async with self._transport.serving(self.bot_api, self.runner, UNHURRIED):
            await asyncio.gather(*(api.push(update, Handling(at_once=True)) for update in waiting))
            await until(self._waiting, 0)

    async def _waiting(self) -> int:
        return int((await self._control.get("state"))["waiting"])


def _said(call: dict[str, Any]) -> str:
    """Say in a line what a call does."""
    given = call["parameters"]
    about = given.get("message_id") or str(given.get("message_ids", "")).replace(" ", "")
    words = given.get("text", "").partition(".")[0]
    return " ".join(filter(None, (call["method"], str(about), words, str(call["status"]))))


@pytest.fixture
async def talk(transport: Transport, tmp_path: Path) -> AsyncIterator[Talk]:
    """Set a talk up in which nothing has happened yet."""
    async with world_of(transport) as world:
        yield Talk(transport, world.bot_api, world.control, tmp_path)


async def test_redelivered_link(talk: Talk) -> None:
    """A link that comes again shows the card that is there, and no second one; what is gone is gone."""
    await talk.reporter.say(LINK)
    link = deepcopy(talk.last_update)
    assert await talk.step() == ["sendMessage Not sent yet 200", "deleteMessage 1 200"]
    assert await talk.step(link) == ["editMessageText 2 Not sent yet 400"]


async def test_a_card_that_was_sent_twice_is_cleared_too(talk: Talk) -> None:
    """The answer to the first was lost, so its number was never told."""
    await talk.reporter.say(LINK)
    talk.bot_api.api.failures.append(Failure("sendMessage", lose=True))
    await talk.step()
    assert [seen.text.partition(".")[0] for seen in await talk.reporter.messages()] == ["Not sent yet"] * 2
    await talk.reporter.tap("forget")
    await talk.step()
    (card,) = await talk.reporter.messages()
    assert "cleared" in card.text


async def test_redelivered_send(talk: Talk) -> None:
    """A tap on Send that comes again sends nothing twice, and shows what it showed."""
    await talk.reporter.say(LINK)
    await talk.step()
    await talk.reporter.tap("send")
    tap = deepcopy(talk.last_update)
    assert await talk.step() == ["editMessageText 2 Thank you 200", "answerCallbackQuery 200"]
    assert await talk.step(tap) == ["editMessageText 2 Thank you 400", "answerCallbackQuery 400"]
    assert len(talk.reports) == 1


async def test_reordered(talk: Talk) -> None:
    """Of two links that come the other way round, the last to come is asked about, on one card."""
    await talk.reporter.say(LINK)
    await talk.reporter.say(OTHER_LINK)
    talk.bot_api.api.updates.reverse()
    await talk.step()
    (card,) = await talk.reporter.messages()
    assert "forum[.]example/thread/4711" in card.text
    assert await talk.reporter.own_messages() == []


async def test_tap_before_its_time(talk: Talk) -> None:
    """A tap that overtakes the message before it is taken; the message is, too."""
    await talk.reporter.say(LINK)
    await talk.step()
    await talk.reporter.say("thank you")
    await talk.reporter.tap("send")
    talk.bot_api.api.updates.reverse()
    await talk.step()
    assert len(await talk.reporter.messages()) == 1
    assert len(talk.reports) == 1


async def test_two_taps_at_once(talk: Talk) -> None:
    """Two taps on Send at the same moment send one report, show one card, and both end."""
    await talk.reporter.say(LINK)
    await talk.step()
    await talk.reporter.tap("send")
    await talk.reporter.tap("send")
    await talk.step_at_once()
    assert [seen.text.split(".")[0] for seen in await talk.reporter.messages()] == ["Thank you"]
    assert len(talk.bot_api.api.chat(talk.reporter.chat).ended_taps) == 2
    assert len(talk.reports) == 1


async def test_deleted_card(talk: Talk) -> None:
    """A tap on a card that the reporter has deleted meanwhile is answered by a new one."""
    await talk.reporter.say(LINK)
    await talk.step()
    await talk.reporter.tap("send")
    talk.bot_api.api.chat(talk.reporter.chat).messages.pop((await talk.card()).number)
    anew = ["editMessageText 2 Thank you 400", "sendMessage Thank you 200", "answerCallbackQuery 200"]
    assert await talk.step() == anew
    assert len(talk.reports) == 1


async def test_deleted_message(talk: Talk) -> None:
    """A change to a message that was deleted long ago is answered like any message."""
    number = await talk.reporter.say(LINK)
    await talk.step()
    await talk.reporter.edit(number, OTHER_LINK)
    assert await talk.step() == ["sendMessage Not sent yet 200", "deleteMessages [2,1] 200"]


async def test_stale_button(talk: Talk) -> None:
    """A button of a talk that was ended and begun anew sends nothing; a new card below says so."""
    await talk.reporter.say(LINK)
    await talk.step()
    old = next(button.data for row in (await talk.card()).rows for button in row if button.choice == "send")
    number = (await talk.card()).number
    await talk.reporter.tap("forget")
    await talk.step()
    await talk.reporter.say(OTHER_LINK)
    await talk.step()
    await talk.reporter.tap_data(old, number)
    assert await talk.step() == [
        "sendMessage We forgot that old talk 200",
        "deleteMessage 4 200",
        "answerCallbackQuery 200",
    ]
    assert talk.reports == []
